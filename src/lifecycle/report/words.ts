// Figures and findings of a report in the words of people.
import { showCount, showUsd, UNKNOWN } from '../../ledger/display.ts';
import type { ProfileVerdict } from '../profile/profile.ts';
import { percent } from '../profile/verdict.ts';
import { type Advice, savingOf } from './advice.ts';

/** What 1,000 calls cost, from what one costs in nano-dollars. */
export function showThousand(perCallNanoUsd: number | null): string {
  return perCallNanoUsd === null ? UNKNOWN : showUsd(Math.round(perCallNanoUsd * 1000));
}

export function showNano(amount: number | null): string {
  return amount === null ? UNKNOWN : showUsd(Math.round(amount));
}

/** `1 task`, `1,200 tasks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** What a verdict means, for people who have not read the documentation. */
export const VERDICTS: Readonly<Record<ProfileVerdict, string>> = {
  default: 'answers can be taken as they come',
  gated: 'needs gates and a canary',
  next: 'not good enough: a stronger model is needed',
  undecided: 'too few samples for a verdict',
};

/** `saves $1.20 (80 %)`, or `costs $0.10 more`. */
export function sayDifference(amount: number, share: number | null): string {
  if (Math.round(amount) === 0) return 'costs the same';
  if (amount < 0) return `costs ${showNano(-amount)} more`;
  return `saves ${showNano(amount)}${share === null ? '' : ` (${percent(share)})`}`;
}

/** What to do and what it saves, sentence by sentence. */
export function headline(advices: readonly Advice[], baseline: string | null): string[] {
  const namesOf = (which: (advice: Advice) => boolean): string[] =>
    advices.filter(which).map(({ task }) => task.profile.task);
  const moves = namesOf((advice) => isMove(advice, baseline));
  const stays = namesOf(({ recommended }) => recommended !== null && recommended.model === baseline);
  const open = namesOf(({ recommended }) => recommended === null);
  return [
    ...sayMoves(moves, baseline),
    ...saySaving(advices),
    ...(stays.length > 0 ? [`${listed(stays)} ${stays.length === 1 ? 'stays' : 'stay'} with ${baseline}.`] : []),
    ...(open.length > 0
      ? [
          `For ${listed(open)} no model is known to be good enough yet${baseline === null ? '' : `: leave ${open.length === 1 ? 'it' : 'them'} as ${open.length === 1 ? 'it is' : 'they are'}`}.`,
        ]
      : []),
    ...sayDoubts(advices),
  ];
}

function isMove({ recommended }: Advice, baseline: string | null): boolean {
  return recommended !== null && recommended.model !== baseline;
}

function sayMoves(moves: readonly string[], baseline: string | null): string[] {
  if (moves.length === 0) return [];
  const where = baseline === null ? 'to the model named below' : `from ${baseline} to the model named below`;
  return [`Move ${listed(moves)} ${where}.`];
}

function saySaving(advices: readonly Advice[]): string[] {
  const saving = savingOf(advices);
  const unknown = advices.filter(({ task }) => task.volume === null).length;
  const rest =
    unknown === 0 || saving === null
      ? ''
      : ` Of ${counted(unknown, 'task')} the volume is not known: ${unknown === 1 ? 'it is' : 'they are'} not part of that.`;
  if (saving === null) return [];
  const { tasks, savedPerMonth, nowPerMonth } = saving;
  if (Math.round(savedPerMonth) === 0) return [`That costs what it costs now.${rest}`];
  if (savedPerMonth < 0)
    return [
      `That costs ${showNano(-savedPerMonth)} a month more than the baseline on ${counted(tasks, 'task')}.${rest}`,
    ];
  const share = nowPerMonth === 0 ? '' : `, ${percent(savedPerMonth / nowPerMonth)} of ${showNano(nowPerMonth)}`;
  return [`That saves ${showNano(savedPerMonth)} a month on ${counted(tasks, 'task')}${share}.${rest}`];
}

function sayDoubts(advices: readonly Advice[]): string[] {
  const doubtful = advices.filter(({ task }) => task.profile.recommendation.openModels.length > 0);
  if (doubtful.length === 0) return [];
  const parts = doubtful.map(
    ({ task: { profile } }) => `${profile.task} (${listed(profile.recommendation.openModels)})`,
  );
  return [`Cheaper models may do, and more samples would tell: ${parts.join('; ')}.`];
}
