// How sure a share is: intervals around it, and how many trials it takes until one is narrow enough.
import { twoSidedZ } from './normal.ts';

export interface Interval {
  low: number;
  high: number;
}

/**
 * The Wilson score interval of `passed` out of `trials`, both may be fractions; from 0 to 1 when there were none. Wilson, E. B.
 * (1927), Probable inference, the law of succession, and statistical inference.
 */
export function wilson(passed: number, trials: number, confidence = 0.95): Interval {
  return wilsonAt(passed, trials, twoSidedZ(confidence));
}

/** The same for a z that is known already. */
export function wilsonAt(passed: number, trials: number, z: number): Interval {
  if (!(trials > 0)) return { low: 0, high: 1 };
  const share = Math.min(1, Math.max(0, passed / trials));
  const square = (z * z) / trials;
  const centre = share + square / 2;
  const spread = z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
  // What is certain is said as such: at the ends rounding would leave a trace of doubt.
  return {
    low: share === 0 ? 0 : Math.max(0, (centre - spread) / (1 + square)),
    high: share === 1 ? 1 : Math.min(1, (centre + spread) / (1 + square)),
  };
}

/** A share as it was counted. */
export interface Counted {
  passed: number;
  trials: number;
}

/**
 * The difference of two shares that have nothing to do with each other, the first less the second, from -1 to 1 when there are none of one
 * kind. Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions, method 10.
 */
export function shareDifference(one: Counted, other: Counted, confidence = 0.95): Interval & { mean: number | null } {
  if (one.trials === 0 || other.trials === 0) return { mean: null, low: -1, high: 1 };
  const [first, second] = [one.passed / one.trials, other.passed / other.trials];
  const [upper, lower] = [wilson(one.passed, one.trials, confidence), wilson(other.passed, other.trials, confidence)];
  const mean = first - second;
  return {
    mean,
    low: mean - Math.hypot(first - upper.low, lower.high - second),
    high: mean + Math.hypot(upper.high - first, second - lower.low),
  };
}

/** Trials without weights that tell as much as these with them: (sum w)^2 / sum w^2. Kish, L. (1965), Survey sampling. */
export function effectiveTrials(weights: readonly number[]): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}

/**
 * How many trials it takes until the interval around `share` lies within the band from `low` to `high`, if the share stays what it is;
 * null when more than `most` would be needed, as for a share that stands on the edge.
 */
export function trialsToSettle(
  share: number,
  { low, high }: Interval,
  { confidence = 0.95, most = 100_000 }: { confidence?: number; most?: number } = {},
): number | null {
  const z = twoSidedZ(confidence);
  const isSettled = (trials: number): boolean => {
    const interval = wilsonAt(share * trials, trials, z);
    return interval.low >= low && interval.high <= high;
  };
  if (!isSettled(most)) return null;
  let few = 0;
  let many = most;
  while (many - few > 1) {
    const middle = Math.floor((few + many) / 2);
    if (isSettled(middle)) many = middle;
    else few = middle;
  }
  return many;
}
