// Models have much in common: what is hard for one is hard for most. So a few shared directions are learned from all models' answers, by
// ridge regression of reduced rank (Izenman 1975), and a model is where it stands along them: a handful of numbers, which few labels are
// enough for, drawn towards the other models' in so far as its own labels are few.
import { isObject, type JsonObject } from '../../call/json.ts';
import { longestDirections } from '../../stats/directions.ts';
import { likeliestWeights, logistic, type WeightBelief } from '../../stats/logistic.ts';
import { crossFit } from './cross-fit.ts';
import type { Examples, FitOptions, Learner, Rate } from './learner.ts';
import { createLinear, type LinearState } from './linear.ts';
import { packFloats, readCount, unpack } from './pack.ts';
import { chooseStrengths, ROUGH, type Strengths } from './regression.ts';

export interface FactorsState {
  models: number;
  /** Ridge regression of the shared directions: its "models" are directions. */
  shared: LinearState;
  /** For each direction the scale on which its scores have a spread of 1, and their mean. */
  means: Float64Array;
  scales: Float64Array;
  /** By model: the weight of each direction, then the intercept. */
  stands: Float64Array;
}

export interface FactorsOptions {
  /** Most shared directions. */
  directions: number;
  /** Of the regression; null: chosen by cross-validation. */
  strengths: Strengths | null;
}

export const USUAL_FACTORS: FactorsOptions = { directions: 3, strengths: null };

/** A model takes part in the directions when it has at least this share of the labels that the best known one has. */
const LEAST_SHARE = 0.4;
const FOLDS = 2;

export function createFactors(options: FactorsOptions = USUAL_FACTORS): Learner<FactorsState> {
  return {
    name: 'factors',
    tuned: (examples, { seed }) => createFactors({ ...options, strengths: strengthsFor(examples, options, seed) }),
    fit: (examples, fitOptions) => fitFactors(examples, options, fitOptions),
    rater,
    write,
    read,
  };
}

function strengthsFor(examples: Examples, { strengths }: FactorsOptions, seed: number): Strengths {
  return strengths ?? chooseStrengths(wellKnown(examples), 'squared', seed);
}

/** The same examples with the models that are known well enough to say what requests are like. */
function wellKnown(examples: Examples): Examples {
  const counts = examples.qualities.map((values) => values.filter((quality) => !Number.isNaN(quality)).length);
  const most = Math.max(...counts);
  const isKnown = (_: unknown, model: number): boolean => (counts[model] as number) >= LEAST_SHARE * most;
  return { ...examples, models: examples.models.filter(isKnown), qualities: examples.qualities.filter(isKnown) };
}

function fitFactors(examples: Examples, options: FactorsOptions, { seed, onProgress }: FitOptions): FactorsState {
  const well = wellKnown(examples);
  const strengths = strengthsFor(examples, options, seed);
  // Rows that a fit has seen are rated too surely: along such scores every model would seem to stand nearer than it does.
  // Where a model stands along a few directions is no matter of the last digit.
  const rated = crossFit(createLinear({ strengths, precision: ROUGH }), well, { folds: FOLDS, seed });
  onProgress?.(0.6);
  const directions = longestDirections(covariance(rated), rated.length, options.directions);
  const shared = along(createLinear({ strengths }).fit(well, { seed }), directions);
  const { columns, means, scales } = scoresAlong(rated, directions);
  onProgress?.(0.9);
  const width = directions.length + 1;
  const standOf = (labels: Float64Array, belief: WeightBelief): Float64Array =>
    likeliestWeights({ columns, labels, weights: examples.weights }, belief);
  const vague: WeightBelief = { means: new Float64Array(width), precisions: new Float64Array(width).fill(1) };
  const belief = beliefOf(well.qualities.map((labels) => standOf(labels, vague)));
  const stands = new Float64Array(examples.models.length * width);
  for (const [model, labels] of examples.qualities.entries()) stands.set(standOf(labels, belief), model * width);
  return { models: examples.models.length, shared, means, scales, stands };
}

function covariance(series: readonly Float64Array[]): Float64Array {
  const centred = series.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  return Float64Array.from(centred.flatMap((one) => centred.map((other) => productOf(one, other) / one.length)));
}

function productOf(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}

/** The regression whose outputs are sums of another's. */
function along(state: LinearState, directions: readonly Float64Array[]): LinearState {
  const { models } = state;
  const turn = (table: Float32Array): Float32Array => {
    const turned = new Float32Array((table.length / models) * directions.length);
    for (let column = 0; column < table.length / models; column++)
      for (const [at, direction] of directions.entries()) {
        let sum = 0;
        for (let model = 0; model < models; model++)
          sum += (direction[model] as number) * (table[column * models + model] as number);
        turned[column * directions.length + at] = sum;
      }
    return turned;
  };
  return {
    ...state,
    models: directions.length,
    hashed: turn(state.hashed),
    others: turn(state.others),
    intercepts: turn(state.intercepts),
  };
}

/** By row the scores along each direction, standardised, and a one. */
function scoresAlong(
  rated: readonly Float64Array[],
  directions: readonly Float64Array[],
): { columns: Float64Array; means: Float64Array; scales: Float64Array } {
  const rows = rated[0]?.length ?? 0;
  const width = directions.length + 1;
  const columns = new Float64Array(rows * width).fill(1);
  const [means, scales] = [new Float64Array(directions.length), new Float64Array(directions.length)];
  for (const [at, direction] of directions.entries()) {
    const scores = Float64Array.from({ length: rows }, (_, row) =>
      rated.reduce((sum, values, model) => sum + (values[row] as number) * (direction[model] as number), 0),
    );
    const mean = scores.reduce((sum, score) => sum + score, 0) / rows;
    const spread = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / rows);
    means[at] = mean;
    scales[at] = spread > 0 ? 1 / spread : 0;
    for (const [row, score] of scores.entries()) columns[row * width + at] = (score - mean) * scales[at];
  }
  return { columns, means, scales };
}

/** The least spread that models are believed to have: a few of them say little of how different models can be. */
const LEAST_VARIANCE = 0.05;

/** Models are believed to stand as the known ones do: around their mean, as far from it as they are. */
function beliefOf(stands: readonly Float64Array[]): WeightBelief {
  const width = stands[0]?.length ?? 0;
  const means = new Float64Array(width);
  const precisions = new Float64Array(width);
  for (let at = 0; at < width; at++) {
    const values = stands.map((stand) => stand[at] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    means[at] = mean;
    // As if one more model stood a whole unit away.
    precisions[at] = 1 / Math.max(LEAST_VARIANCE, (squares + 1) / (values.length + 1));
  }
  return { means, precisions };
}

function rater({ models, shared, means, scales, stands }: FactorsState): Rate {
  const rate = createLinear().rater(shared);
  const scores = new Float64Array(means.length);
  const width = means.length + 1;
  return (request, out) => {
    rate(request, scores);
    for (let model = 0; model < models; model++) {
      const base = model * width;
      let odds = stands[base + width - 1] as number;
      for (let at = 0; at < means.length; at++)
        odds +=
          (stands[base + at] as number) * ((scores[at] as number) - (means[at] as number)) * (scales[at] as number);
      out[model] = logistic(odds);
    }
  };
}

function write({ models, shared, means, scales, stands }: FactorsState): JsonObject {
  return {
    models,
    directions: means.length,
    shared: createLinear().write(shared),
    means: packFloats(means),
    scales: packFloats(scales),
    stands: packFloats(stands),
  };
}

function read(json: unknown): FactorsState {
  if (!isObject(json)) throw new Error('is no state of factors');
  const [models, directions] = [readCount(json, 'models'), readCount(json, 'directions')];
  const shared = createLinear().read(json.shared);
  if (shared.models !== directions) throw new Error('shared has not the directions that it should have');
  return {
    models,
    shared,
    means: Float64Array.from(unpack(json.means, 'means', directions)),
    scales: Float64Array.from(unpack(json.scales, 'scales', directions)),
    stands: Float64Array.from(unpack(json.stands, 'stands', models * (directions + 1))),
  };
}
