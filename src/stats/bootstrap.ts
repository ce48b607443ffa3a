// The paired bootstrap: how sure a difference is between two measurements of the same things.
import { quantile } from './quantile.ts';
import { createRandom } from './random.ts';

export interface Difference {
  /** Mean of `after` less mean of `before`. */
  mean: number;
  low: number;
  high: number;
}

export interface Pair {
  before: number;
  after: number;
  /** 1 when left out. */
  weight?: number;
}

interface Resampling {
  confidence?: number;
  rounds?: number;
  seed?: number;
}

/**
 * The mean of the differences of pairs, with a percentile interval from resampling the pairs. The same seed gives the same interval. Null
 * of no pairs. Efron, B. and Tibshirani, R. (1993), An introduction to the bootstrap, chapter 13.
 */
export function pairedDifference(pairs: readonly Pair[], options: Resampling = {}): Difference | null {
  return resample(pairs, options, ({ before, after, weight }) => (weight === 0 ? 0 : (after - before) / weight));
}

/**
 * By which share the mean of `after` is above the mean of `before`, with an interval got in the same way. Infinite where something stands
 * against nothing, 0 where nothing stands against nothing.
 */
export function pairedRise(pairs: readonly Pair[], options: Resampling = {}): Difference | null {
  return resample(pairs, options, ({ before, after }) => {
    if (before === 0) return after === 0 ? 0 : Number.POSITIVE_INFINITY;
    return after / before - 1;
  });
}

/** Weighted sums over pairs. */
type Sums = Required<Pair>;

function resample(
  pairs: readonly Pair[],
  { confidence = 0.95, rounds = 2000, seed = 1 }: Resampling,
  statistic: (sums: Sums) => number,
): Difference | null {
  const count = pairs.length;
  if (count === 0) return null;
  const weights = Float64Array.from(pairs, ({ weight = 1 }) => weight);
  const befores = Float64Array.from(pairs, ({ before }, index) => before * (weights[index] as number));
  const afters = Float64Array.from(pairs, ({ after }, index) => after * (weights[index] as number));
  const random = createRandom(seed);
  const drawn = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    const sums: Sums = { before: 0, after: 0, weight: 0 };
    for (let draw = 0; draw < count; draw++) {
      const at = Math.floor(random() * count);
      sums.before += befores[at] as number;
      sums.after += afters[at] as number;
      sums.weight += weights[at] as number;
    }
    drawn[round] = statistic(sums);
  }
  const sorted = Array.from(drawn.sort());
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  return {
    mean: statistic({ before: total(befores), after: total(afters), weight: total(weights) }),
    low: quantile(sorted, (1 - confidence) / 2) as number,
    high: quantile(sorted, (1 + confidence) / 2) as number,
  };
}
