// The usual learner: every model's quality as a weighted sum of the request's features, ridge or penalised logistic regression.
//
// Ridge is linear in what it is fitted to. So where two models were asked the same requests, the difference of their estimates is
// the ridge estimate of the difference of their qualities: to learn every model's quality is to learn every gap.
import { isObject, type JsonObject } from '../../call/json.ts';
import { logistic } from '../../stats/logistic.ts';
import type { RequestFeatures } from '../features/features.ts';
import { type Columns, columnCount, columnsOf, designOf, type Scaling, standardise } from './design.ts';
import type { Examples, FitOptions, Learner, Rate } from './learner.ts';
import { packBits, packBytes, packFloats, readCount, toBytes, unpack, unpackBits } from './pack.ts';
import {
  chooseStrengths,
  FINE,
  fitRegression,
  type Loss,
  type Precision,
  regressionOf,
  type Strengths,
} from './regression.ts';
import { addWeighted } from './weighted-sum.ts';

export interface LinearOptions {
  loss: Loss;
  /** Null: chosen by cross-validation over families. */
  strengths: Strengths | null;
  precision: Precision;
}

export interface LinearState {
  loss: Loss;
  models: number;
  strengths: Strengths;
  columns: Columns;
  /** By column, then model: the hashed columns that are kept. */
  hashed: Float32Array;
  /** Facts, then embedding, by column, then model. */
  others: Float32Array;
  /** One for each model. */
  intercepts: Float32Array;
}

const USUAL_LINEAR: LinearOptions = { loss: 'squared', strengths: null, precision: FINE };

export function createLinear(given: Partial<LinearOptions> = {}): Learner<LinearState> {
  const options = { ...USUAL_LINEAR, ...given };
  return {
    name: 'linear',
    tuned: (examples, { seed }) =>
      createLinear({ ...options, strengths: options.strengths ?? chooseStrengths(examples, options.loss, seed) }),
    fit: (examples, fitOptions) => fitLinear(examples, options, fitOptions),
    rater: raterOf,
    write,
    read,
  };
}

function fitLinear(
  examples: Examples,
  { loss, strengths, precision }: LinearOptions,
  { seed, onProgress }: FitOptions,
): LinearState {
  const models = examples.models.length;
  const chosen = strengths ?? chooseStrengths(examples, loss, seed);
  onProgress?.(0.5);
  const columns = columnsOf(examples);
  const design = designOf(examples, columns);
  const regression = regressionOf(examples, design, loss);
  const start = new Float32Array(columnCount(design) * models);
  const b = fitRegression(regression, chosen, { start, ...precision });
  onProgress?.(1);
  const others = (design.facts + design.embedded) * models;
  const hashed = new Float32Array(design.places.length * models);
  for (const [at, place] of design.places.entries())
    hashed.set(b.subarray(place * models, (place + 1) * models), at * models);
  return {
    loss,
    models,
    strengths: chosen,
    columns,
    hashed,
    others: b.slice(0, others),
    intercepts: b.slice(others, others + models).map((value, model) => value + (regression.bases[model] as number)),
  };
}

/** The cost is the number of the request's hashed columns times the models; the table has a place for every column, so nothing is looked up. */
function raterOf({ loss, models, columns, hashed, others, intercepts }: LinearState): Rate {
  const weights = new Float32Array(columns.hashed * models);
  for (const [place, column] of columns.kept.entries())
    weights.set(hashed.subarray(place * models, (place + 1) * models), column * models);
  const table = toBytes(weights);
  const facts = columns.dense.means.length;
  const standard = new Float64Array(Math.max(facts, columns.embedded?.means.length ?? 0));
  const addBlock = (values: ArrayLike<number>, scaling: Scaling, from: number, out: Float64Array): void => {
    standardise(values, scaling, standard);
    for (let column = 0; column < scaling.means.length; column++) {
      const value = standard[column] as number;
      const base = (from + column) * models;
      for (let m = 0; m < models; m++) out[m] = (out[m] as number) + value * (others[base + m] as number);
    }
  };
  return (request: RequestFeatures, out: Float64Array) => {
    const { dense, embedding } = request;
    for (let m = 0; m < models; m++) out[m] = intercepts[m] as number;
    addWeighted(request, table, { outputs: models, out });
    addBlock(dense, columns.dense, 0, out);
    // Without an embedding the request counts as one with the usual one.
    if (embedding !== null && columns.embedded !== null) addBlock(embedding, columns.embedded, facts, out);
    if (loss === 'logistic') for (let m = 0; m < models; m++) out[m] = logistic(out[m] as number);
  };
}

function write({ loss, models, strengths, columns, hashed, others, intercepts }: LinearState): JsonObject {
  return {
    loss,
    models,
    strengths: { ...strengths },
    hashedColumns: columns.hashed,
    keptColumns: columns.kept.length,
    kept: packBits(columns.kept, columns.hashed),
    dense: writeScaling(columns.dense),
    embedded: columns.embedded && writeScaling(columns.embedded),
    hashed: Array.from({ length: models }, (_, model) => packBytes(hashed.filter((_, at) => at % models === model))),
    others: packFloats(others),
    intercepts: packFloats(intercepts),
  };
}

function writeScaling({ means, scales }: Scaling): JsonObject {
  return { columns: means.length, means: packFloats(means), scales: packFloats(scales) };
}

function read(json: unknown): LinearState {
  if (!isObject(json)) throw new Error('is no state of a linear learner');
  const { loss, strengths } = json;
  if (loss !== 'squared' && loss !== 'logistic') throw new Error('has a loss that is not known');
  if (!isObject(strengths)) throw new Error('has no strengths');
  const models = readCount(json, 'models');
  const columns: Columns = {
    hashed: readCount(json, 'hashedColumns'),
    kept: unpackBits(json.kept, 'kept', readCount(json, 'hashedColumns')),
    dense: readScaling(json.dense, 'dense'),
    embedded: json.embedded === null ? null : readScaling(json.embedded, 'embedded'),
  };
  const otherColumns = columns.dense.means.length + (columns.embedded?.means.length ?? 0);
  return {
    loss,
    models,
    strengths: {
      hashed: Number(strengths.hashed),
      dense: Number(strengths.dense),
      embedded: Number(strengths.embedded),
    },
    columns,
    hashed: readHashed(json.hashed, columns.kept.length, models),
    others: unpack(json.others, 'others', otherColumns * models),
    intercepts: unpack(json.intercepts, 'intercepts', models),
  };
}

/** Every model's column of the table has a scale of its own. */
function readHashed(json: unknown, kept: number, models: number): Float32Array {
  if (!Array.isArray(json) || json.length !== models) throw new Error('hashed has not one table for each model');
  const hashed = new Float32Array(kept * models);
  for (const [model, packed] of json.entries())
    for (const [at, value] of unpack(packed, 'hashed', kept).entries()) hashed[at * models + model] = value;
  return hashed;
}

function readScaling(json: unknown, name: string): Scaling {
  if (!isObject(json)) throw new Error(`${name} is no scaling`);
  const columns = readCount(json, 'columns');
  return {
    means: Float64Array.from(unpack(json.means, `${name}.means`, columns)),
    scales: Float64Array.from(unpack(json.scales, `${name}.scales`, columns)),
  };
}
