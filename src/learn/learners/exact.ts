// Logistic regression on facts alone, solved exactly and drawn strongly to nothing: for few examples, where what chooses among many columns
// chooses by luck. The strength stays the same however many examples there are, so that it tells less and less.
import { isObject, type JsonObject } from '../../call/json.ts';
import { likeliestWeights, logistic } from '../../stats/logistic.ts';
import type { Examples, Learner, Rate } from './learner.ts';
import { packFloats, readCount, unpack } from './pack.ts';

export interface ExactOptions {
  /** The first of the facts that are looked at. */
  from: number;
  /** The weight of the squared weights of standardised facts, against a loss summed over examples. */
  penalty: number;
}

export interface ExactState {
  from: number;
  means: Float32Array;
  /** 0 for a fact that is the same everywhere. */
  scales: Float32Array;
  /** For each model, one weight per fact and the intercept behind them. */
  weights: readonly Float32Array[];
}

const USUAL_PENALTY = 30;
/** Standard deviations at which a fact is cut. */
const BOUND = 3;
/** The intercept is next to free. */
const FREE = 1e-3;

export function createExact(
  { from, penalty }: ExactOptions = { from: 0, penalty: USUAL_PENALTY },
): Learner<ExactState> {
  return { name: 'exact', fit: (examples) => fitExact(examples, { from, penalty }), rater, write, read };
}

/** The one for answers: facts of the request count for nothing beside the chance that was made of them. */
export function createExactFrom(from: number): Learner<ExactState> {
  return createExact({ from, penalty: USUAL_PENALTY });
}

function fitExact(examples: Examples, { from, penalty }: ExactOptions): ExactState {
  const { dense, weights, qualities } = examples;
  const first = Math.min(from, dense.columns);
  const columns = dense.columns - first;
  const { means, scales } = scalingOf(examples, first);
  const table = new Float64Array(dense.rows * (columns + 1));
  for (let row = 0; row < dense.rows; row++) {
    const own = table.subarray(row * (columns + 1), (row + 1) * (columns + 1));
    for (let column = 0; column < columns; column++) {
      const value = dense.values[row * dense.columns + first + column] as number;
      own[column] = standard(value, means[column] as number, scales[column] as number);
    }
    own[columns] = 1;
  }
  const precisions = new Float64Array(columns + 1).fill(penalty);
  precisions[columns] = FREE;
  const belief = { means: new Float64Array(columns + 1), precisions };
  return {
    from: first,
    means,
    scales,
    weights: qualities.map((labels) =>
      Float32Array.from(likeliestWeights({ columns: table, labels, weights }, belief)),
    ),
  };
}

function scalingOf({ dense, weights }: Examples, from: number): Pick<ExactState, 'means' | 'scales'> {
  const { rows, columns, values } = dense;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float32Array(columns - from);
  const scales = new Float32Array(columns - from);
  for (let column = from; column < columns; column++) {
    let [mean, variance] = [0, 0];
    for (let row = 0; row < rows; row++)
      mean += ((weights[row] as number) / total) * (values[row * columns + column] as number);
    for (let row = 0; row < rows; row++)
      variance += ((weights[row] as number) / total) * ((values[row * columns + column] as number) - mean) ** 2;
    means[column - from] = mean;
    scales[column - from] = variance > 1e-12 * (1 + mean * mean) ? 1 / Math.sqrt(variance) : 0;
  }
  return { means, scales };
}

/** What is no number counts as the mean. */
function standard(value: number, mean: number, scale: number): number {
  const own = (value - mean) * scale;
  return Number.isNaN(own) ? 0 : Math.max(-BOUND, Math.min(BOUND, own));
}

function rater({ from, means, scales, weights }: ExactState): Rate {
  const columns = means.length;
  return ({ dense }, out) => {
    for (let model = 0; model < weights.length; model++) {
      const own = weights[model] as Float32Array;
      let odds = own[columns] as number;
      for (let column = 0; column < columns; column++)
        odds +=
          (own[column] as number) *
          standard(dense[from + column] as number, means[column] as number, scales[column] as number);
      out[model] = logistic(odds);
    }
  };
}

function write({ from, means, scales, weights }: ExactState): JsonObject {
  return {
    from,
    columns: means.length,
    means: packFloats(means),
    scales: packFloats(scales),
    weights: weights.map(packFloats),
  };
}

function read(json: unknown): ExactState {
  if (!isObject(json) || !Array.isArray(json.weights)) throw new Error('is no state of an exact learner');
  const columns = readCount(json, 'columns');
  return {
    from: readCount(json, 'from'),
    means: unpack(json.means, 'means', columns),
    scales: unpack(json.scales, 'scales', columns),
    weights: json.weights.map((weights) => unpack(weights, 'weights', columns + 1)),
  };
}
