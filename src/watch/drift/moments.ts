// Count, mean and spread of numbers, in three sums that can be kept, added to and put together. Never the numbers themselves, which are small: what
// is large and all but alike would lose its spread.

export interface Moments {
  count: number;
  sum: number;
  /** Sum of the squares. */
  squares: number;
}

export function noMoments(): Moments {
  return { count: 0, sum: 0, squares: 0 };
}

/** One more value, in place. */
export function addTo(moments: Moments, value: number): void {
  moments.count++;
  moments.sum += value;
  moments.squares += value * value;
}

/** Takes the others in, and leaves them empty. */
export function pour(others: Moments, moments: Moments): void {
  moments.count += others.count;
  moments.sum += others.sum;
  moments.squares += others.squares;
  empty(others);
}

export function empty(moments: Moments): void {
  moments.count = 0;
  moments.sum = 0;
  moments.squares = 0;
}

/** 0 of none. */
export function meanOf({ count, sum }: Readonly<Moments>): number {
  return count === 0 ? 0 : sum / count;
}

/** What the values are off their mean, squared, on average; 0 of none. */
export function varianceOf({ count, sum, squares }: Readonly<Moments>): number {
  return count === 0 ? 0 : Math.max(0, (squares - (sum * sum) / count) / count);
}
