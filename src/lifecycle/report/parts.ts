// Small pieces that several sections of a report share.

import { UNKNOWN } from '../../ledger/display.ts';
import type { ModelProfile, PassRate, ProfileVerdict } from '../profile/profile.ts';
import { percent, percentRange } from '../profile/verdict.ts';
import type { Advice } from './advice.ts';
import { type Markup, markup, type Piece } from './markup.ts';
import { VERDICTS } from './words.ts';

/** A name that somebody else chose: its direction ends with it, and a long one may be broken. */
export function named(name: string): Markup {
  const parts = name.length > LONG ? (name.match(/.{1,16}?[-/_.:@+]+|.{1,16}/gsu) ?? []) : [name];
  return markup`<bdi>${parts.map((part, at) => (at === 0 ? part : markup`<wbr>${part}`))}</bdi>`;
}

const LONG = 16;

/** Told by sign and word, never by colour alone. */
export function verdictChip(verdict: ProfileVerdict): Markup {
  return markup`<span class="chip ${verdict}" title="${VERDICTS[verdict]}"><span aria-hidden="true">${SIGNS[verdict]}</span> ${verdict}</span>`;
}

/** Of what is recommended: the model's own verdict, `for now` as long as a cheaper one is open. */
export function takenChip({ task: { profile }, recommended }: Pick<Advice, 'task' | 'recommended'>): Markup {
  const { verdict, openModels } = profile.recommendation;
  const chip = verdictChip(recommended?.verdict ?? verdict);
  return recommended === null || openModels.length === 0 ? chip : markup`${chip} <span class="quiet">for now</span>`;
}

const SIGNS: Readonly<Record<ProfileVerdict, string>> = { default: '●', gated: '◐', next: '○', undecided: '?' };

export function shareOf({ share }: PassRate): string {
  return share === null ? UNKNOWN : percent(share);
}

export function rangeOf(rate: PassRate): string {
  return rate.share === null ? UNKNOWN : percentRange(rate);
}

/** The name, with the rung where that is another word. */
export function modelName({ model, tier }: Pick<ModelProfile, 'model' | 'tier'>): Markup {
  return tier === null || tier === model ? named(model) : markup`${named(model)} <span class="quiet">${tier}</span>`;
}

/** `2026-11-28 08:22 UTC`. */
export function moment(iso: string | null): string {
  return iso === null ? UNKNOWN : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** A sentence for a page: figures and their signs stay on one line, and what stands between backticks is code. */
export function sentence(text: string): Piece[] {
  const parts = text.replaceAll(' %', '\u{a0}%').split('`');
  // An odd number of backticks is no code.
  if (parts.length % 2 === 0) return [parts.join('`')];
  return parts.map((part, at) => (at % 2 === 1 ? markup`<code>${part}</code>` : part));
}
