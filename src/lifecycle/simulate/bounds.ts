// Amounts and shares of which only the ends may be known. Where both ends meet the value is known exactly; arithmetic keeps it exact.

export interface Bounds {
  low: number;
  /** Infinity where nothing bounds it. */
  high: number;
}

export const NOTHING: Bounds = Object.freeze({ low: 0, high: 0 });
export const WHOLE: Bounds = Object.freeze({ low: 1, high: 1 });
/** A share of which nothing is known. */
export const ANY_SHARE: Bounds = Object.freeze({ low: 0, high: 1 });

export function exactly(value: number): Bounds {
  return { low: value, high: value };
}

/** The value where it is known; null where only its bounds are. */
export function valueOf({ low, high }: Bounds): number | null {
  return low === high ? low : null;
}

export function plus(one: Bounds, other: Bounds): Bounds {
  return { low: one.low + other.low, high: one.high + other.high };
}

/** Of amounts and shares, none of which is negative. Nothing of an unbounded amount is nothing. */
export function times(one: Bounds, other: Bounds): Bounds {
  return { low: one.low * other.low, high: one.high === 0 || other.high === 0 ? 0 : one.high * other.high };
}

/** What is left of the whole. */
export function restOf({ low, high }: Bounds): Bounds {
  return { low: 1 - high, high: 1 - low };
}
