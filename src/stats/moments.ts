// Count, mean and spread of values that come one by one, in three numbers. Nothing is kept of the values themselves.

/** Plain numbers, to be kept and gone on with. */
export interface Moments {
  count: number;
  mean: number;
  /** Sum of the squares of what each value is off the mean. */
  squares: number;
}

export const NO_MOMENTS: Readonly<Moments> = Object.freeze({ count: 0, mean: 0, squares: 0 });

/** With one more value. Welford (1962), Note on a method for calculating corrected sums of squares and products. */
export function withMoment({ count, mean, squares }: Readonly<Moments>, value: number): Moments {
  const off = value - mean;
  const next = mean + off / (count + 1);
  return { count: count + 1, mean: next, squares: squares + off * (value - next) };
}

/** The mean; null of none. */
export function meanOf({ count, mean }: Readonly<Moments>): number | null {
  return count === 0 ? null : mean;
}

/** The unbiased variance; null of fewer than two. */
export function varianceOf({ count, squares }: Readonly<Moments>): number | null {
  return count < 2 ? null : squares / (count - 1);
}
