// Figures and findings of a report in the words of people.
import type { ThresholdsConfig } from '../../config/config.ts';
import { showCount, showUsd, UNKNOWN } from '../../ledger/display.ts';
import type { ModelProfile, ProfileVerdict } from '../profile/profile.ts';
import { judgeRate, percent } from '../profile/verdict.ts';
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
  undecided: 'no verdict yet',
};

/** What a verdict waits for; null when there is one, or nothing was judged. */
export function waitsFor(model: Waiting, thresholds: ThresholdsConfig): string | null {
  const { verdict, moreSamples, passRate, judged, missing, byGate } = model;
  if (verdict !== 'undecided' || passRate.share === null) return null;
  if (moreSamples !== null) return `about ${counted(moreSamples, 'more sample')}`;
  const broken = Math.max(0, ...byGate.map((gate) => gate.broken));
  if (broken > FEW * (judged + missing)) return 'verdicts on the answers that have none';
  // A rate that would have a verdict and has none is one that a judge vouches for whom nobody trusts.
  const isSettled = judgeRate(passRate, judged, thresholds).verdict !== 'undecided';
  return isSettled ? 'a judge that is trusted' : 'more samples than can be told: it stands on the edge of a threshold';
}

/** Share of the samples whose verdict may be missing before a verdict waits for them. */
const FEW = 0.02;

type Waiting = Pick<ModelProfile, 'verdict' | 'moreSamples' | 'passRate' | 'judged' | 'missing' | 'byGate'>;

/** `saves $1.20 (80 %)`, or `costs $0.10 more`. */
export function sayDifference(amount: number, share: number | null): string {
  if (Math.round(amount) === 0) return 'costs the same';
  if (amount < 0) return `costs ${showNano(-amount)} more`;
  return `saves ${showNano(amount)}${share === null ? '' : ` (${percent(share)})`}`;
}

/** What to do and what it saves, sentence by sentence; the first says the most. */
export function headline(advices: readonly Advice[], baseline: string | null): string[] {
  const nameOf = ({ task }: Advice): string => task.profile.task;
  const stays = advices.filter(({ recommended }) => recommended !== null && recommended.model === baseline).map(nameOf);
  const open = advices.filter(({ recommended }) => recommended === null).map(nameOf);
  return [
    saySaving(advices, baseline),
    sayMoves(advices, baseline),
    stays.length > 0 && `${listed(stays)} ${stays.length === 1 ? 'stays' : 'stay'} with ${baseline}.`,
    open.length > 0 && `For ${listed(open)} no model is known to be good enough yet.`,
    sayLeftOut(advices),
    sayDoubts(advices),
  ].filter((sentence) => sentence !== false && sentence !== null);
}

/** In a month where volumes are known, else per call. */
function saySaving(advices: readonly Advice[], baseline: string | null): string | null {
  const saving = savingOf(advices);
  if (saving === null) return saySavedShares(advices);
  const { tasks, savedPerMonth, nowPerMonth } = saving;
  const what = `what ${counted(tasks, 'task')} ${tasks === 1 ? 'costs' : 'cost'} at ${baseline}`;
  if (Math.round(savedPerMonth) === 0) return `The recommended models save nothing: they cost ${what}.`;
  const share = nowPerMonth === 0 ? '' : `${percent(Math.abs(savedPerMonth) / nowPerMonth)} of `;
  const verb = savedPerMonth > 0 ? 'save' : 'cost more by';
  return `The recommended models ${verb} ${showNano(Math.abs(savedPerMonth))} a month: ${share}${what}.`;
}

function saySavedShares(advices: readonly Advice[]): string | null {
  const shares = advices.flatMap(({ savedShare }) => (savedShare === null || savedShare <= 0 ? [] : [savedShare]));
  if (shares.length === 0) return null;
  const [least, most] = [percent(Math.min(...shares)), percent(Math.max(...shares))];
  const which = shares.length < advices.length ? ` on ${shares.length} of ${counted(advices.length, 'task')}` : '';
  return `The recommended models save ${least === most ? most : `${least} to ${most}`} of the cost of a call${which}.`;
}

/** Task by task, those that go to the same model together. */
function sayMoves(advices: readonly Advice[], baseline: string | null): string | null {
  const moves = new Map<string, string[]>();
  for (const { recommended, behind, task } of advices) {
    if (recommended === null || recommended.model === baseline) continue;
    const to = behind === null ? recommended.model : `${recommended.model} with ${behind.model} behind it`;
    moves.set(to, [...(moves.get(to) ?? []), task.profile.task]);
  }
  const parts = [...moves].map(([to, tasks]) => `${listed(tasks)} to ${to}`);
  return parts.length === 0 ? null : `Move ${parts.join('; ')}.`;
}

/** Whose savings the sum does not have. */
function sayLeftOut(advices: readonly Advice[]): string | null {
  const left = advices.filter(({ savedPerMonth }) => savedPerMonth === null);
  if (left.length === 0 || savingOf(advices) === null) return null;
  const why = left.every(({ task }) => task.volume === null) ? 'whose volume is' : 'of which something is';
  return `Not in that sum: ${listed(left.map(({ task }) => task.profile.task))}, ${why} not known.`;
}

function sayDoubts(advices: readonly Advice[]): string | null {
  const parts = advices.flatMap(({ task: { profile } }) => {
    const { openModels } = profile.recommendation;
    return openModels.length === 0 ? [] : [`${listed(openModels)} for ${profile.task}`];
  });
  return parts.length === 0 ? null : `It is not decided yet whether a cheaper model will do: ${parts.join('; ')}.`;
}
