// Two evaluations of one task side by side, sample by sample. Pure: whoever calls it has judged both by the same oracle.
import type { NanoUsd } from '../../call/money.ts';
import { type Difference, pairedDifference, pairedRise } from '../../stats/bootstrap.ts';
import { type EvaluatedSample, reasonOf } from './summarise-run.ts';

/** An earlier run that the present one is held against. */
export interface OtherRun {
  id: string;
  /** ISO 8601. */
  startedAt: string;
  /** The configuration as it was named then, and how its route reads. */
  file: string;
  route: string;
  /** Whether it was the same configuration: then a difference is chance, or a model that has changed. */
  isSameConfig: boolean;
  /** Answers of it that were judged again, because the gates or references are others now. */
  judgedAgain: number;
}

export interface Comparison {
  against: OtherRun;
  /** Samples that both have judged. */
  pairs: number;
  /** Pass rate of this run less that of the other; null when there are no pairs. */
  quality: Difference | null;
  /** By which share a call costs more than in the other; null when no cost is known in both. */
  costRise: Difference | null;
  /** Per call, in nano-dollars with a fraction, over the pairs whose costs are known. */
  cost: { pairs: number; beforeNanoUsd: number; afterNanoUsd: number } | null;
  /** Passed before, fails now. */
  regressions: Change[];
  /** Failed before, passes now. */
  improvements: Change[];
}

export interface Change {
  sample: string;
  /** Models that answered; null where none did. */
  before: string | null;
  after: string | null;
  /** What the one that does not pass failed at: a gate, `reference`, or the code of an error. */
  reason: string;
}

export interface SamplePair {
  before: EvaluatedSample;
  after: EvaluatedSample;
}

export function pairUp(before: readonly EvaluatedSample[], after: readonly EvaluatedSample[]): SamplePair[] {
  const earlier = new Map(before.map((sample) => [sample.digest, sample]));
  return after.flatMap((sample) => {
    const other = earlier.get(sample.digest);
    return other === undefined ? [] : [{ before: other, after: sample }];
  });
}

export function compareRuns(pairs: readonly SamplePair[], against: OtherRun, confidence: number): Comparison {
  const judged = pairs.filter(({ before, after }) => before.pass !== null && after.pass !== null);
  const changed = (from: boolean): SamplePair[] =>
    judged.filter(({ before, after }) => before.pass === from && after.pass === !from);
  const points = judged.map(({ before, after }) => ({
    before: Number(before.pass),
    after: Number(after.pass),
    weight: after.weight,
  }));
  return {
    against,
    pairs: judged.length,
    quality: pairedDifference(points, { confidence }),
    ...compareCosts(pairs, confidence),
    regressions: changed(true).map((pair) => toChange(pair, pair.after)),
    improvements: changed(false).map((pair) => toChange(pair, pair.before)),
  };
}

function toChange({ before, after }: SamplePair, failed: EvaluatedSample): Change {
  return {
    sample: after.id,
    before: before.call?.model ?? null,
    after: after.call?.model ?? null,
    reason: reasonOf(failed),
  };
}

function compareCosts(pairs: readonly SamplePair[], confidence: number): Pick<Comparison, 'costRise' | 'cost'> {
  const priced = pairs.flatMap(({ before, after }) => {
    const [one, other] = [costOf(before), costOf(after)];
    return one === null || other === null ? [] : [{ before: one, after: other, weight: after.weight }];
  });
  if (priced.length === 0) return { costRise: null, cost: null };
  const weight = priced.reduce((sum, pair) => sum + pair.weight, 0);
  const mean = (side: 'before' | 'after'): number =>
    priced.reduce((sum, pair) => sum + pair.weight * pair[side], 0) / weight;
  return {
    costRise: pairedRise(priced, { confidence }),
    cost: { pairs: priced.length, beforeNanoUsd: mean('before'), afterNanoUsd: mean('after') },
  };
}

function costOf({ call }: EvaluatedSample): NanoUsd | null {
  return call?.costNanoUsd ?? null;
}
