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
  const next = { ...state, holdings: options.falls.map((_, at) => state.holdings[at] ?? 0) };
  const evidence = betOnDrop(next, value, options);
  return { state: next, isAlarm: evidence >= 1, evidence };
}

/**
 * `watchForDrop` in place, for those who watch so many means that copies would cost more than the arithmetic: `state` becomes the one with
 * the value in it. The evidence; 1 and more is the alarm. Throws RangeError for a value outside of the range.
 */
export function betOnDrop(
  state: DropState,
  value: number,
  { range, baseline, falls, error, horizon }: Readonly<DropOptions>,
): number {
  if (!(value >= range.low && value <= range.high))
    throw new RangeError(`${value} is not between ${range.low} and ${range.high}`);
  const width = range.high - range.low;
  // Stakes are made by what was known before the value came.
  const perVariance = (state.count + BELIEVED) / (state.squares + BELIEVED * 0.25 * width * width);
  const most = (1 - LEAST_LEFT) / Math.max(1e-9, range.high - baseline);
  const { holdings } = state;
  let all = 0;
  for (let at = 0; at < falls.length; at++) {
    const stake = Math.min((falls[at] as number) * perVariance, most);
    const held = ((holdings[at] as number) + 1) * (1 + stake * (baseline - value));
    holdings[at] = held;
    all += held;
  }
  state.count++;
  state.sum += value;
  const off = value - (state.sum + baseline) / (state.count + 1);
  state.squares += off * off;
  return (all * error) / (falls.length * horizon);
}
