// The paired bootstrap: how sure a difference is between two measurements of the same things.
import { quantile } from './quantile.ts';
import { createRandom } from './random.ts';

export interface Difference {
  /** Mean of `after` less mean of `before`. */
  mean: number;
  low: number;
  high: number;
}

/**
 * The mean of the differences of pairs, with a percentile interval from resampling the pairs. The same seed gives the same interval. Null
 * of no pairs. Efron, B. and Tibshirani, R. (1993), An introduction to the bootstrap, chapter 13.
 */
export function pairedDifference(
  pairs: readonly { before: number; after: number; weight?: number }[],
  { confidence = 0.95, rounds = 2000, seed = 1 }: { confidence?: number; rounds?: number; seed?: number } = {},
): Difference | null {
  const count = pairs.length;
  if (count === 0) return null;
  const differences = Float64Array.from(pairs, ({ before, after, weight = 1 }) => (after - before) * weight);
  const weights = Float64Array.from(pairs, ({ weight = 1 }) => weight);
  const random = createRandom(seed);
  const drawn = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    let weight = 0;
    for (let draw = 0; draw < count; draw++) {
      const at = Math.floor(random() * count);
      sum += differences[at] as number;
      weight += weights[at] as number;
    }
    drawn[round] = weight === 0 ? 0 : sum / weight;
  }
  const sorted = Array.from(drawn.sort());
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    mean: whole === 0 ? 0 : differences.reduce((sum, difference) => sum + difference, 0) / whole,
    low: quantile(sorted, (1 - confidence) / 2) as number,
    high: quantile(sorted, (1 + confidence) / 2) as number,
  };
}
