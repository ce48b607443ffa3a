// Whether a mean has fallen below what it was, since any moment in the past: a detector with a stated rate of false alarms, whatever the
// values' distribution. From every moment on somebody bets that the mean is lower than the baseline; when all of them together hold so much
// that no honest game would give it, the mean has fallen. Shin, Ramdas, Rinaldo (2024), E-detectors: a nonparametric framework for
// sequential change detection: the Shiryaev-Roberts kind, over a few sizes of a fall.
import type { Range } from './mean-interval.ts';

/** All that is known; plain numbers, to be kept and gone on with. */
export interface DropState {
  count: number;
  sum: number;
  squares: number;
  /** For each size of a fall: what those who bet on it hold, all who began at any time together. */
  holdings: number[];
}

export interface DropOptions {
  /** Values are never outside of it. */
  range: Range;
  /** The mean that is not to be fallen below. One that is a little too high does no harm: falls below half the smallest size win nothing. */
  baseline: number;
  /** Sizes of a fall, in units of the values, that are looked for. */
  falls: readonly number[];
  /** At most this is the chance of a false alarm within `horizon` values; on average there is none in `horizon / error` of them. */
  error: number;
  horizon: number;
}

export interface DropVerdict {
  state: DropState;
  isAlarm: boolean;
  /** What the bettors hold as a share of what it takes: 1 and more is the alarm. */
  evidence: number;
}

export function noDrop({ falls }: Pick<DropOptions, 'falls'>): DropState {
  return { count: 0, sum: 0, squares: 0, holdings: falls.map(() => 0) };
}

/** Nobody stakes more than what leaves this share of it at the worst. */
const LEAST_LEFT = 0.25;
/** A spread that is not known yet is believed to be that of a fair coin, as strongly as so many values say. */
const BELIEVED = 10;

/** The state with one more value, and whether that is the alarm. Throws RangeError for a value outside of the range. */
export function watchForDrop(state: Readonly<DropState>, value: number, options: DropOptions): DropVerdict {
  const { range, baseline, falls, error, horizon } = options;
  if (!(value >= range.low && value <= range.high))
    throw new RangeError(`${value} is not between ${range.low} and ${range.high}`);
  const width = range.high - range.low;
  // Stakes are made by what was known before the value came.
  const variance = (state.squares + (BELIEVED * width ** 2) / 4) / (state.count + BELIEVED);
  const worst = Math.max(1e-9, range.high - baseline);
  const holdings = falls.map((fall, at) => {
    const stake = Math.min(fall / variance, (1 - LEAST_LEFT) / worst);
    return ((state.holdings[at] ?? 0) + 1) * (1 + stake * (baseline - value));
  });
  const count = state.count + 1;
  const sum = state.sum + value;
  const squares = state.squares + (value - (sum + baseline) / (count + 1)) ** 2;
  const evidence = (holdings.reduce((all, one) => all + one, 0) / falls.length) * (error / horizon);
  return { state: { count, sum, squares, holdings }, isAlarm: evidence >= 1, evidence };
}
