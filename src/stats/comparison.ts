// Two streams of bounded values, compared by their means while they come: what one arm of an experiment does better than the other. Values of
// one stream are paired with fresh ones of the other, and claims on the difference are bet on pair by pair; nothing that is bet depends on
// values that were not played yet. Each value costs the same, however many there were.
import { intervalOf, type MeanIntervalState, NO_VALUES, type Range, withValue } from './mean-interval.ts';
import { type MeanClaim, type MeanTest, noTest, withBet } from './mean-test.ts';
import { type Moments, NO_MOMENTS, withMoment } from './moments.ts';

export type Stream = 'base' | 'candidate';

/** All that is known; plain numbers, to be kept and gone on with. */
export interface Comparison {
  /** Values are never outside of it. */
  range: Range;
  /** Values that have no partner yet, the oldest first. */
  waiting: Readonly<Record<Stream, readonly number[]>>;
  /** Share of the base stream in what came lately. */
  baseShare: number;
  /** Of the values that were paired. */
  paired: Readonly<Record<Stream, Moments>>;
  pairs: number;
  /** Claims on the mean of the candidate less that of the base. */
  tests: readonly MeanTest[];
  /** Of that difference. */
  interval: MeanIntervalState;
}

/** More than so many do not wait: the oldest goes unheard. */
const MOST_WAITING = 32;
/** A value of the candidate is held against the mean of up to so many of the base, when there are so many: more would hardly tell more. */
const MOST_PARTNERS = 4;
/** Weight of the newest value in the base's share. */
const NEWEST = 0.02;
/** A spread that is not known yet is believed to be a sixteenth of the square of the range, as strongly as so many values say. */
const BELIEVED = 5;
/** Chance that the interval is ever wrong. */
export const INTERVAL_ERROR = 0.05;

export function noComparison(range: Range, claims: readonly MeanClaim[]): Comparison {
  return {
    range,
    waiting: { base: [], candidate: [] },
    baseShare: 0.5,
    paired: { base: NO_MOMENTS, candidate: NO_MOMENTS },
    pairs: 0,
    tests: claims.map(noTest),
    interval: NO_VALUES,
  };
}

/** With one more value of a stream. Throws RangeError for a value outside of the range. */
export function withCompared(comparison: Readonly<Comparison>, stream: Stream, value: number): Comparison {
  const { range, waiting } = comparison;
  if (!(value >= range.low && value <= range.high))
    throw new RangeError(`${value} is not between ${range.low} and ${range.high}`);
  const isBase = stream === 'base';
  let next: Comparison = {
    ...comparison,
    baseShare: comparison.baseShare + NEWEST * (Number(isBase) - comparison.baseShare),
    waiting: isBase
      ? { base: appended(waiting.base, value), candidate: waiting.candidate }
      : { base: waiting.base, candidate: appended(waiting.candidate, value) },
  };
  const partners = partnersOf(next);
  while (next.waiting.candidate.length > 0 && next.waiting.base.length >= partners) next = paired(next, partners);
  return next;
}

/** Candidate less base: the mean, and where the true one lies; all of the range and null while nothing is known. */
export function differenceOf(comparison: Readonly<Comparison>): Range & { mean: number | null } {
  return intervalOf(comparison.interval, { range: rangeOf(comparison) });
}

function appended(values: readonly number[], value: number): number[] {
  const kept = values.length < MOST_WAITING ? values.slice() : values.slice(values.length - MOST_WAITING + 1);
  kept.push(value);
  return kept;
}

/** How many of the base there are for one of the candidate: by when they came, never by what they are. */
function partnersOf({ baseShare }: Comparison): number {
  return Math.min(MOST_PARTNERS, Math.max(1, Math.round(baseShare / Math.max(1e-9, 1 - baseShare))));
}

/** The oldest of the candidate against the mean of the oldest of the base. */
function paired(comparison: Comparison, partners: number): Comparison {
  const range = rangeOf(comparison);
  const [candidate = 0, ...others] = comparison.waiting.candidate;
  const bases = comparison.waiting.base.slice(0, partners);
  let moments = comparison.paired.base;
  let sum = 0;
  for (const base of bases) {
    moments = withMoment(moments, base);
    sum += base;
  }
  const difference = Math.min(range.high, Math.max(range.low, candidate - sum / partners));
  // Stakes are made by what was known before this pair.
  const variance = believed(comparison, 'candidate') + believed(comparison, 'base') / partners;
  return {
    ...comparison,
    waiting: { base: comparison.waiting.base.slice(partners), candidate: others },
    paired: { base: moments, candidate: withMoment(comparison.paired.candidate, candidate) },
    pairs: comparison.pairs + 1,
    tests: comparison.tests.map((test) => withBet(test, difference, { range, variance })),
    interval: withValue(comparison.interval, difference, { range, error: INTERVAL_ERROR }),
  };
}

function believed({ range, paired: known }: Comparison, stream: Stream): number {
  const { count, squares } = known[stream];
  return (squares + (BELIEVED * (range.high - range.low) ** 2) / 16) / (count + BELIEVED);
}

function rangeOf({ range }: Pick<Comparison, 'range'>): Range {
  const width = range.high - range.low;
  return { low: -width, high: width };
}
