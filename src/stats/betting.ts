// How low a mean may be, for values between 0 and 1 whatever their distribution: no assumption but independence, and far narrower than the
// classic bounds where values hardly vary. A gambler bets that the mean is higher than it is said to be; who gets rich shows it is.
import { createRandom, shuffled } from './random.ts';

/**
 * The lower end of a one-sided confidence interval for the mean of values from 0 to 1; 0 of no values. `error`: the chance that the mean is
 * lower all the same. Waudby-Smith, Ramdas (2024), Estimating means of bounded random variables by betting, theorem 3, with the predictable
 * plug-in bets of its section 4.
 */
export function lowerMean(values: ArrayLike<number>, error: number, seed = 1): number {
  const count = values.length;
  if (count === 0) return 0;
  const drawn = shuffled(Array.from(values), createRandom(seed));
  const bets = betsOf(drawn, error);
  let mean = 0;
  for (const value of drawn) mean += value / count;
  let low = 0;
  let high = mean;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (isRich(drawn, bets, middle, error)) low = middle;
    else high = middle;
  }
  return low;
}

/** What is staked on each value, by the spread of those before it. */
function betsOf(values: readonly number[], error: number): Float64Array {
  const bets = new Float64Array(values.length);
  const target = 2 * Math.log(1 / error);
  let sum = 0.5;
  let squares = 0.25;
  for (const [at, value] of values.entries()) {
    const variance = Math.max(1e-6, squares / (at + 1));
    bets[at] = Math.sqrt(target / (variance * values.length));
    sum += value;
    squares += (value - sum / (at + 2)) ** 2;
  }
  return bets;
}

/** Whether somebody who bets against the mean being at most `mean` ever has 1/error times what they began with. */
function isRich(values: readonly number[], bets: Float64Array, mean: number, error: number): boolean {
  const wanted = Math.log(1 / error);
  let capital = 0;
  for (const [at, value] of values.entries()) {
    // Never more than what leaves three quarters of the stake at the worst.
    const bet = Math.min(bets[at] as number, 0.75 / Math.max(1e-9, mean));
    capital += Math.log1p(bet * (value - mean));
    if (capital >= wanted) return true;
  }
  return false;
}
