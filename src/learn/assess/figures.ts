// Figures with how sure they are: any figure of some requests, and the same figure of as many drawn from them again and again.
import { quantile } from '../../stats/quantile.ts';
import { createRandom } from '../../stats/random.ts';

export interface Figure {
  value: number | null;
  /** 95 % interval, by the bootstrap's percentiles; null where there is no figure. */
  low: number | null;
  high: number | null;
}

/** Draws in all, over rows: with many rows fewer rounds are as good. */
const DRAWS = 3_000_000;
const SEED = 1;

/**
 * The figures of all rows, each with its interval. `figures` is given how often each row counts, and may say null or NaN for a figure that
 * there is not. Efron, Tibshirani (1993), An introduction to the bootstrap, chapter 13.
 */
export function withIntervals<Name extends string>(
  rows: number,
  figures: (weights: Float64Array) => Record<Name, number | null>,
): Record<Name, Figure> {
  const whole = figures(new Float64Array(rows).fill(1));
  const names = Object.keys(whole) as Name[];
  const drawn = new Map<Name, number[]>(names.map((name) => [name, []]));
  const random = createRandom(SEED);
  const weights = new Float64Array(rows);
  const rounds = Math.max(200, Math.min(1000, Math.floor(DRAWS / Math.max(1, rows))));
  for (let round = 0; round < rounds; round++) {
    weights.fill(0);
    for (let draw = 0; draw < rows; draw++) {
      const at = Math.floor(random() * rows);
      weights[at] = (weights[at] as number) + 1;
    }
    const again = figures(weights);
    for (const name of names) if (isTold(again[name])) drawn.get(name)?.push(again[name]);
  }
  return Object.fromEntries(names.map((name) => [name, toFigure(whole[name], drawn.get(name) as number[])])) as Record<
    Name,
    Figure
  >;
}

function isTold(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function toFigure(value: number | null, drawn: number[]): Figure {
  if (!isTold(value)) return { value: null, low: null, high: null };
  const sorted = drawn.sort((one, other) => one - other);
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}
