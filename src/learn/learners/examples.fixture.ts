// Made-up examples with a known truth, for tests of learners.
import { createRandom } from '../../stats/random.ts';
import { rateRows } from './cross-fit.ts';
import { takeRows } from './examples.ts';
import type { Examples, Learner } from './learner.ts';

export interface MadeUp {
  rows: number;
  seed: number;
  /** Chance that a model's answer is unknown. */
  unknown?: number;
  embedding?: boolean;
}

const COLUMNS = 64;

/**
 * Three models: `steady` is right in two of three, `worded` where column 3 and not column 5 is there, `factual` where fact 0 is small. Every row
 * has column 0, eight drawn ones, and two facts, the second of them noise on a large scale. Chances are between 0.1 and 0.9.
 */
export function madeUp({ rows, seed, unknown = 0, embedding = false }: MadeUp): Examples {
  const random = createRandom(seed);
  const indices: number[] = [];
  const values: number[] = [];
  const starts = Int32Array.from({ length: rows + 1 }, (_, row) => row * 9);
  const dense = new Float64Array(rows * 2);
  const embedded = new Float64Array(rows * 4);
  const qualities = ['steady', 'worded', 'factual'].map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const drawn = new Set([0]);
    while (drawn.size < 9) drawn.add(1 + Math.floor(random() ** 1.5 * (COLUMNS - 1)));
    for (const column of drawn) {
      indices.push(column);
      values.push(1 / 3);
    }
    dense[row * 2] = random();
    dense[row * 2 + 1] = 1000 * random();
    for (let at = 0; at < 4; at++) embedded[row * 4 + at] = random() - 0.5;
    const chances = chancesOf(drawn, dense[row * 2] as number, embedding ? (embedded[row * 4] as number) : 0);
    for (const [model, chance] of chances.entries())
      (qualities[model] as Float64Array)[row] = random() < unknown ? Number.NaN : Number(random() < chance);
  }
  return {
    sparse: {
      rows,
      columns: COLUMNS,
      starts,
      indices: Int32Array.from(indices),
      values: Float32Array.from(values),
      counts: new Float32Array(values.length).fill(1),
    },
    dense: { rows, columns: 2, values: dense },
    embedded: embedding ? { rows, columns: 4, values: embedded } : null,
    models: ['steady', 'worded', 'factual'],
    qualities,
    weights: new Float64Array(rows).fill(1),
    families: Int32Array.from({ length: rows }, (_, row) => row),
    topics: new Int32Array(rows).fill(-1),
    topicCount: 0,
  };
}

function chancesOf(columns: ReadonlySet<number>, fact: number, embedded: number): number[] {
  const worded = 0.5 + (columns.has(3) ? 0.35 : -0.2) + (columns.has(5) ? -0.2 : 0.05);
  const clip = (chance: number): number => Math.min(0.9, Math.max(0.1, chance));
  return [clip(0.66 + embedded), clip(worded), fact < 0.5 ? 0.9 : 0.1];
}

/** Every row twice, and every row once with twice the weight. */
export function doubled(examples: Examples): { twice: Examples; heavy: Examples } {
  const rows = examples.sparse.rows;
  const twice = takeRows(
    examples,
    Int32Array.from({ length: 2 * rows }, (_, row) => row % rows),
  );
  return { twice, heavy: { ...examples, weights: examples.weights.map((weight) => 2 * weight) } };
}

/** Every row's estimates. */
export function ratingsOf<State>(learner: Learner<State>, state: State, examples: Examples): number[][] {
  const ratings: number[][] = [];
  rateRows(learner.rater(state), examples, (_, out) => void ratings.push([...out]));
  return ratings;
}
