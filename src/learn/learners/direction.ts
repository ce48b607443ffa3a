// The learner for few examples: each feature counts for as much as it goes with the quality, and no equation is solved. That is what
// ridge regression comes to when weights are held at 0 as strongly as can be; on a thousand labels or two nothing solved does better.
// Counts are taken as they are, so that long requests, which have more of everything, stand out. Its estimates are only good for an order:
// they are about 0, and small.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { Examples, Learner, Rate } from './learner.ts';
import { packBytes, readCount, toBytes, unpack } from './pack.ts';
import { addWeighted } from './weighted-sum.ts';

export interface DirectionState {
  models: number;
  columns: number;
  /** By column, then model. */
  weights: Float32Array;
}

export function createDirection(): Learner<DirectionState> {
  return { name: 'direction', fit, rater: raterOf, write, read };
}

/** Per model: the sum over rows of (quality - mean) times the counts; linear in the qualities, so differences are those of the gap. */
function fit({ sparse, qualities, weights: rowWeights }: Examples): DirectionState {
  const models = qualities.length;
  const weights = new Float32Array(sparse.columns * models);
  for (const [model, values] of qualities.entries()) {
    const { mean, total } = meanOf(values, rowWeights);
    for (let row = 0; row < sparse.rows; row++) {
      const gap = (((values[row] as number) - mean) * (rowWeights[row] as number)) / Math.max(1, total);
      if (Number.isNaN(gap) || gap === 0) continue;
      for (let at = sparse.starts[row] as number; at < (sparse.starts[row + 1] as number); at++) {
        const to = (sparse.indices[at] as number) * models + model;
        weights[to] = (weights[to] as number) + gap * (sparse.counts[at] as number);
      }
    }
  }
  return { models, columns: sparse.columns, weights };
}

/** Weighted mean of what is known; a half of nothing. */
export function meanOf(values: Float64Array, weights: Float64Array): { mean: number; total: number } {
  let sum = 0;
  let total = 0;
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    sum += value * (weights[row] as number);
    total += weights[row] as number;
  }
  return { mean: total === 0 ? 0.5 : sum / total, total };
}

function raterOf({ models, weights }: DirectionState): Rate {
  const table = toBytes(weights);
  return ({ indices, counts, count }, out) => {
    out.fill(0, 0, models);
    addWeighted({ indices, values: counts, count }, table, { outputs: models, out });
  };
}

function write({ models, columns, weights }: DirectionState): JsonObject {
  return { models, columns, weights: packBytes(weights) };
}

function read(json: unknown): DirectionState {
  if (!isObject(json)) throw new Error('is no state of the learner `direction`');
  const [models, columns] = [readCount(json, 'models', 1), readCount(json, 'columns', 1)];
  return { models, columns, weights: unpack(json.weights, 'weights', columns * models) };
}
