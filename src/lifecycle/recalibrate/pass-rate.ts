// How often the first model of a route gives an answer that is right and passes the gates: how often it passes, by their verdicts, times how
// often what passes is right, by canaries. Gates alone count what they let through by mistake.
import type { Interval } from '../../stats/proportion.ts';
import { percent } from '../profile/verdict.ts';
import type { Refit } from './recalibration.ts';
import { effectiveOf, type Share, shareOf } from './weights.ts';

export interface PassEvidence {
  task: string;
  /** Of the first attempts that gates have looked at; null where the route asks none. */
  verdicts: readonly { passed: boolean; weight: number }[] | null;
  /** Of answers that passed: how right each is, 0 to 1. */
  labels: readonly { right: number; weight: number }[];
  inForce: number | null;
}

const LEAST_VERDICTS = 50;
const LEAST_LABELS = 30;
const CONFIDENCE = 0.95;

/** Changed only where its interval leaves out what is said. */
export function refitPassRate({ task, verdicts, labels, inForce }: PassEvidence): Refit {
  const known = effectiveOf(labels);
  const judged = verdicts === null ? null : effectiveOf(verdicts);
  const parts = {
    key: 'output.pass_rate',
    path: ['tasks', task, 'output', 'pass_rate'],
    unit: 'share' as const,
    inForce,
    effective: known,
  };
  const few = (say: string): Refit => ({ ...parts, value: null, interval: null, verdict: 'few', say });
  if (judged !== null && judged < LEAST_VERDICTS)
    return few(
      `${Math.floor(judged)} answers of its first model were judged by gates, and ${LEAST_VERDICTS} are the least`,
    );
  if (known < LEAST_LABELS)
    return few(
      `of ${Math.floor(known)} accepted answers it is known whether they are right, and ${LEAST_LABELS} are the least`,
    );
  const right = shareOf(labels, (at) => labels[at]?.right ?? 0, CONFIDENCE);
  const passed =
    verdicts === null ? ALWAYS : shareOf(verdicts, (at) => Number(verdicts[at]?.passed === true), CONFIDENCE);
  if (right === null || passed === null) return few('nothing is known of its answers');
  const { share, low, high } = productOf(passed, right);
  const value = Math.round(share * 1000) / 1000;
  const isOutside = inForce === null || inForce < low || inForce > high;
  const made = verdicts === null ? '' : `${percent(passed.share)} pass, `;
  const why = inForce === null ? 'was not said' : isOutside ? '' : 'the interval holds what is said';
  const say = `${made}${percent(right.share)}${verdicts === null ? '' : ' of those'} are right${why === '' ? '' : `; ${why}`}`;
  return { ...parts, value, interval: { low, high }, verdict: isOutside ? 'change' : 'keep', say };
}

const ALWAYS: Share = { share: 1, low: 1, high: 1 };

/**
 * The product of two shares that were measured apart, with an interval from theirs, on the scale of logarithms. Zou, G. Y. and Donner, A.
 * (2008), Construction of confidence limits about effect measures: a general approach.
 */
export function productOf(one: Share, other: Share): Share {
  const share = one.share * other.share;
  const off = (end: keyof Interval): number => Math.hypot(logRatio(one, end), logRatio(other, end));
  return {
    share,
    low: share === 0 ? 0 : share * Math.exp(-off('low')),
    high: share === 0 ? one.high * other.high : Math.min(1, share * Math.exp(off('high'))),
  };
}

function logRatio(of: Share, end: keyof Interval): number {
  if (of[end] === of.share) return 0;
  return of.share === 0 || of[end] === 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(of[end] / of.share));
}
