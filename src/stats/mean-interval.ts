// Where a mean lies, of values that come one by one: an interval that holds at every moment at once, so that it may be looked at after each of
// them and acted upon when it says enough. Waudby-Smith, Ramdas (2024), Estimating means of bounded random variables by betting, theorem 2:
// the predictable plug-in empirical Bernstein confidence sequence. Each value costs the same, however many there were.

export interface Range {
  low: number;
  high: number;
}

/** All that is known; plain numbers, to be kept and gone on with. */
export interface MeanIntervalState {
  count: number;
  /** Of the values as shares of their range: their sum, and that of the squares of what each was off the mean before it. */
  sum: number;
  squares: number;
  /** Sums of the weights, of the weighted values, and of what the spread has to be paid for. */
  weights: number;
  weighted: number;
  spread: number;
  /** Shares of the range: the narrowest that was ever told. */
  low: number;
  high: number;
}

export const NO_VALUES: Readonly<MeanIntervalState> = Object.freeze({
  count: 0,
  sum: 0,
  squares: 0,
  weights: 0,
  weighted: 0,
  spread: 0,
  low: 0,
  high: 1,
});

export interface MeanIntervalOptions {
  /** Values are never outside of it. */
  range: Range;
  /** Chance that the interval is ever wrong, at any of the moments it is looked at. */
  error: number;
}

/** No weight above it, or one value could say too much. */
const MOST_WEIGHT = 0.5;

/** The state with one more value. Throws RangeError for one outside of the range. */
export function withValue(
  state: Readonly<MeanIntervalState>,
  value: number,
  { range, error }: MeanIntervalOptions,
): MeanIntervalState {
  if (!(value >= range.low && value <= range.high))
    throw new RangeError(`${value} is not between ${range.low} and ${range.high}`);
  const share = (value - range.low) / (range.high - range.low);
  const count = state.count + 1;
  const mean = (state.sum + 0.5) / count;
  const variance = (state.squares + 0.25) / count;
  const logError = Math.log(2 / error);
  const weight = Math.min(MOST_WEIGHT, Math.sqrt((2 * logError) / (variance * count * Math.log1p(count))));
  const weights = state.weights + weight;
  const weighted = state.weighted + weight * share;
  const spread = state.spread + (share - mean) ** 2 * (-Math.log1p(-weight) - weight);
  const margin = (logError + spread) / weights;
  const sum = state.sum + share;
  return {
    count,
    sum,
    squares: state.squares + (share - (sum + 0.5) / (count + 1)) ** 2,
    weights,
    weighted,
    spread,
    low: Math.max(state.low, weighted / weights - margin),
    high: Math.min(state.high, weighted / weights + margin),
  };
}

/** Mean so far, and where the true one lies; all of the range, and no mean, while nothing is known. */
export function intervalOf(
  { count, sum, low, high }: Readonly<MeanIntervalState>,
  { range }: Pick<MeanIntervalOptions, 'range'>,
): Range & { mean: number | null } {
  const scale = range.high - range.low;
  return {
    mean: count === 0 ? null : range.low + (scale * sum) / count,
    low: range.low + scale * low,
    high: range.low + scale * high,
  };
}
