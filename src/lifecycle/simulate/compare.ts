// Two policies over the same calls, added up. Pure arithmetic: figures are over the calls that can be told with both, so that a difference
// is one of policies and never one of calls.
import { type Difference, pairedDifference } from '../../stats/bootstrap.ts';
import { effectiveTrials, wilson } from '../../stats/proportion.ts';
import { weightedQuantile } from '../../stats/quantile.ts';
import { type Bounds, NOTHING, plus, valueOf } from './bounds.ts';
import type { Played } from './played.ts';
import type { Comparison, SideResult } from './report.ts';

/** One call, or one sample, with what each policy makes of it. */
export interface Pair {
  id: string;
  task: string | null;
  tenant: string | null;
  session: string | null;
  /** How often it counts. */
  weight: number;
  /** Calls a month that it stands for; null when nobody knows. */
  monthly: number | null;
  current: Played;
  candidate: Played;
}

type Side = 'current' | 'candidate';

/** Draws for the intervals, fewer where there are so many calls that they would take minutes. */
const DRAWS = 100_000_000;
const MOST_ROUNDS = 2000;
const LEAST_ROUNDS = 200;

export function compare(pairs: readonly Pair[]): Comparison {
  const both = (isKnown: (played: Played) => boolean): Pair[] =>
    pairs.filter(({ current, candidate }) => isKnown(current) && isKnown(candidate));
  const planned = both(isPlanned);
  const costed = both((played) => isPlanned(played) && valueOf(played.cost) !== null);
  const judged = both(({ good }) => good !== null);
  const escalating = both(({ escalated }) => escalated !== null);
  const timed = both(({ latencies }) => latencies !== null);
  const sets = { planned, costed, judged, escalating, timed };
  const current = summarise('current', sets);
  const candidate = summarise('candidate', sets);
  const costs = [current.costNanoUsd, candidate.costNanoUsd] as const;
  const rise = costs[0] === null || costs[1] === null ? null : costs[1] - costs[0];
  return {
    calls: pairs.length,
    told: {
      plan: planned.length,
      cost: costed.length,
      escalation: escalating.length,
      quality: judged.length,
      latency: timed.length,
    },
    current,
    candidate,
    difference: {
      costNanoUsd: rise,
      costShare: rise === null || costs[0] === null || costs[0] === 0 ? null : rise / costs[0],
      perCall: differenceOf(costed, ({ cost }) => cost.low),
      quality: widened(
        differenceOf(judged, ({ good }) => good ?? 0),
        judged,
      ),
    },
  };
}

function isPlanned({ gaps }: Played): boolean {
  return !gaps.some(({ of }) => of === 'plan');
}

interface Sets {
  planned: readonly Pair[];
  costed: readonly Pair[];
  judged: readonly Pair[];
  escalating: readonly Pair[];
  timed: readonly Pair[];
}

function summarise(side: Side, { planned, costed, judged, escalating, timed }: Sets): SideResult {
  const total = costed.reduce((sum, pair) => sum + pair[side].cost.low, 0);
  const bounds = planned.reduce((sum: Bounds, pair) => plus(sum, pair[side].cost), NOTHING);
  return {
    costNanoUsd: costed.length === 0 ? null : Math.round(total),
    costBounds: {
      low: Math.round(bounds.low),
      high: Number.isFinite(bounds.high) ? Math.round(bounds.high) : null,
    },
    perCallNanoUsd: weightedMean(costed, (pair) => pair[side].cost.low),
    perMonthNanoUsd: perMonth(costed, side),
    quality: qualityOf(judged, side),
    escalation: weightedMean(escalating, (pair) => pair[side].escalated ?? 0),
    latencyMs: latencyOf(timed, side),
    refused: countBy(planned, (pair) => pair[side].refusal),
    stopped: planned.filter((pair) => pair[side].isStopped).length,
  };
}

function perMonth(pairs: readonly Pair[], side: Side): number | null {
  let sum = 0;
  for (const { monthly, [side]: played } of pairs) {
    if (monthly === null) return null;
    sum += monthly * played.cost.low;
  }
  return pairs.length === 0 ? null : Math.round(sum);
}

function weightedMean(pairs: readonly Pair[], read: (pair: Pair) => number): number | null {
  let sum = 0;
  let weight = 0;
  for (const pair of pairs) {
    sum += pair.weight * read(pair);
    weight += pair.weight;
  }
  return weight === 0 ? null : sum / weight;
}

/** A call that rests on a pass rate is no trial of its own: all of them together are as many as the rate was measured with, at most. */
function qualityOf(judged: readonly Pair[], side: Side): SideResult['quality'] {
  const share = weightedMean(judged, (pair) => pair[side].good ?? 0);
  if (share === null) return null;
  const own = judged.filter((pair) => pair[side].rests.length === 0).length;
  const resting = new Map<string, { calls: number; judged: number }>();
  for (const { rate, judged: trials } of judged.flatMap((pair) => pair[side].rests)) {
    const found = resting.get(rate) ?? { calls: 0, judged: trials };
    resting.set(rate, { ...found, calls: found.calls + 1 });
  }
  const told = [...resting.values()].reduce((sum, { calls, judged: most }) => sum + Math.min(calls, most), own);
  const trials = effectiveTrials(judged.map(({ weight }) => weight)) * Math.min(1, told / judged.length);
  return { share, ...wilson(share * trials, trials), trials };
}

function latencyOf(timed: readonly Pair[], side: Side): SideResult['latencyMs'] {
  const times = timed.flatMap((pair) =>
    (pair[side].latencies ?? []).map(({ ms, share }) => ({ value: ms, weight: share * pair.weight })),
  );
  const p50 = weightedQuantile(times, 0.5);
  const p95 = weightedQuantile(times, 0.95);
  return p50 === null || p95 === null ? null : { p50, p95 };
}

/** How many have each word, the commonest first; those without one are left out. */
export function countBy(
  pairs: readonly Pair[],
  read: (pair: Pair) => string | null,
): { code: string; calls: number }[] {
  const counts = new Map<string, number>();
  for (const pair of pairs) {
    const word = read(pair);
    if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([code, calls]) => ({ code, calls }))
    .toSorted((one, other) => other.calls - one.calls || (one.code < other.code ? -1 : 1));
}

function differenceOf(pairs: readonly Pair[], read: (played: Played) => number): Difference | null {
  const rounds = Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, Math.floor(DRAWS / Math.max(1, pairs.length))));
  const sides = pairs.map(({ current, candidate, weight }) => ({
    before: read(current),
    after: read(candidate),
    weight,
  }));
  return pairedDifference(sides, { rounds });
}

/** What is not sure about the pass rates that calls rest on comes on top; it cancels where both policies rest on the same one. */
function widened(difference: Difference | null, judged: readonly Pair[]): Difference | null {
  if (difference === null) return null;
  const hanging = new Map<string, { weight: number; share: number; judged: number }>();
  const whole = judged.reduce((sum, { weight }) => sum + weight, 0);
  const add = ({ rests }: Played, weight: number): void => {
    for (const { rate, share, judged: trials, weight: own } of rests) {
      const found = hanging.get(rate) ?? { weight: 0, share, judged: trials };
      hanging.set(rate, { ...found, weight: found.weight + (weight * own) / whole });
    }
  };
  for (const { current, candidate, weight } of judged) {
    add(candidate, weight);
    add(current, -weight);
  }
  let below = (difference.mean - difference.low) ** 2;
  let above = (difference.high - difference.mean) ** 2;
  for (const { weight, share, judged: trials } of hanging.values()) {
    const { low, high } = wilson(share * trials, trials);
    const [down, up] = weight < 0 ? [high - share, share - low] : [share - low, high - share];
    below += (weight * down) ** 2;
    above += (weight * up) ** 2;
  }
  return { mean: difference.mean, low: difference.mean - Math.sqrt(below), high: difference.mean + Math.sqrt(above) };
}
