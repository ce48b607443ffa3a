// The learner that goes by likeness of facts: a request is rated by what became of examples whose facts are like its own, each counting
// for less the further off it is. Nothing is solved and nothing is divided out: where there are few examples around, little is said. Its
// estimates are only good for an order: they are about 0, and small.
import { isObject, type JsonObject } from '../../call/json.ts';
import { createRandom, shuffled } from '../../stats/random.ts';
import { meanOf } from './direction.ts';
import type { Examples, FitOptions, Learner, Rate } from './learner.ts';
import { packBytes, packFloats, readCount, toBytes, unpack } from './pack.ts';

export interface KernelState {
  models: number;
  rows: number;
  facts: number;
  means: Float32Array;
  scales: Float32Array;
  /** Row after row, standardised. */
  examples: Float32Array;
  /** By row, then model: quality less the model's mean; 0 where it is not known. */
  gaps: Float32Array;
  /** Squared distance at which an example counts for 1/e. */
  reach: number;
}

/** Examples that are kept at most: as many as can be looked at in a tenth of a millisecond. */
const MOST_ROWS = 700;
/** Standard deviations at which a fact is cut. */
const BOUND = 4;
/** How sharply likeness falls, in median squared distances. */
const SHARPNESS = 3;

export function createKernel(): Learner<KernelState> {
  return { name: 'kernel', fit, rater: raterOf, write, read };
}

function fit({ dense, qualities, weights }: Examples, { seed }: FitOptions): KernelState {
  const kept = keptRows(dense.rows, seed);
  const { means, scales } = scaling(dense.values, dense.columns);
  const examples = new Float32Array(kept.length * dense.columns);
  for (const [to, row] of kept.entries())
    for (let fact = 0; fact < dense.columns; fact++)
      examples[to * dense.columns + fact] = standard(
        dense.values[row * dense.columns + fact] as number,
        means[fact] as number,
        scales[fact] as number,
      );
  const models = qualities.length;
  const gaps = new Float32Array(kept.length * models);
  for (const [model, values] of qualities.entries()) {
    const { mean, total } = meanOf(values, weights);
    const share = dense.rows / kept.length / Math.max(1, total);
    for (const [to, row] of kept.entries()) {
      const gap = ((values[row] as number) - mean) * (weights[row] as number) * share;
      gaps[to * models + model] = Number.isNaN(gap) ? 0 : gap;
    }
  }
  const reach = medianDistance(examples, dense.columns, createRandom(seed)) / SHARPNESS;
  return { models, rows: kept.length, facts: dense.columns, means, scales, examples, gaps, reach };
}

function keptRows(rows: number, seed: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  return rows <= MOST_ROWS
    ? all
    : shuffled(all, createRandom(seed))
        .slice(0, MOST_ROWS)
        .sort((one, other) => one - other);
}

/** Of what is a number; a fact that is the same everywhere gets the scale 0. */
function scaling(values: Float64Array, columns: number): { means: Float32Array; scales: Float32Array } {
  const means = new Float32Array(columns);
  const scales = new Float32Array(columns);
  for (let fact = 0; fact < columns; fact++) {
    let [count, mean, variance] = [0, 0, 0];
    for (let at = fact; at < values.length; at += columns) if (Number.isFinite(values[at])) count++;
    for (let at = fact; at < values.length; at += columns)
      if (Number.isFinite(values[at])) mean += (values[at] as number) / count;
    for (let at = fact; at < values.length; at += columns)
      if (Number.isFinite(values[at])) variance += ((values[at] as number) - mean) ** 2 / count;
    means[fact] = mean;
    scales[fact] = variance < 1e-12 ? 0 : 1 / Math.sqrt(variance);
  }
  return { means, scales };
}

/** What is no number counts as the mean. */
function standard(value: number, mean: number, scale: number): number {
  const scaled = (value - mean) * scale;
  return Number.isNaN(scaled) ? 0 : Math.max(-BOUND, Math.min(BOUND, scaled));
}

/** Over some pairs, drawn: examples that stand side by side in a file are more alike than others. */
function medianDistance(examples: Float32Array, facts: number, random: () => number): number {
  const rows = examples.length / facts;
  const distances = Float64Array.from({ length: 4000 }, () => {
    const [one, other] = [Math.floor(random() * rows) * facts, Math.floor(random() * rows) * facts];
    let sum = 0;
    for (let fact = 0; fact < facts; fact++)
      sum += ((examples[one + fact] as number) - (examples[other + fact] as number)) ** 2;
    return sum;
  }).sort();
  return Math.max(1e-6, distances[2000] as number);
}

function raterOf({ models, rows, facts, means, scales, examples, gaps, reach }: KernelState): Rate {
  // Facts that are the same everywhere add nothing to any distance.
  const telling = Int32Array.from(scales.keys()).filter((fact) => scales[fact] !== 0);
  const { bytes, scale } = toBytes(columnsFrom(examples, facts, telling));
  const own = new Int32Array(telling.length);
  const distances = new Int32Array(rows);
  // Distances are told in bytes.
  const unit = reach / scale ** 2;
  const sharp = -1 / unit;
  const far = 12 * unit;
  return ({ dense }, out) => {
    for (let at = 0; at < telling.length; at++) {
      const fact = telling[at] as number;
      own[at] = Math.round(standard(dense[fact] as number, means[fact] as number, scales[fact] as number) / scale);
    }
    measure(own, bytes, distances);
    out.fill(0, 0, models);
    for (let row = 0; row < rows; row++) {
      const distance = distances[row] as number;
      if (distance > far) continue;
      const near = Math.exp(sharp * distance);
      const base = row * models;
      for (let model = 0; model < models; model++)
        out[model] = (out[model] as number) + near * (gaps[base + model] as number);
    }
  };
}

/** A table with only some of its columns. */
function columnsFrom(values: Float32Array, columns: number, kept: Int32Array): Float32Array {
  const rows = values.length / columns;
  const out = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++)
    for (const [at, column] of kept.entries()) out[row * kept.length + at] = values[row * columns + column] as number;
  return out;
}

/** Squared distances of a request and every example; of four examples at a time, so that none has to wait for another's sum. */
function measure(own: Int32Array, examples: Int8Array, distances: Int32Array): void {
  const facts = own.length;
  const rows = distances.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const b0 = row * facts;
    const b1 = b0 + facts;
    const b2 = b1 + facts;
    const b3 = b2 + facts;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let fact = 0; fact < facts; fact++) {
      const value = own[fact] as number;
      const d0 = value - (examples[b0 + fact] as number);
      const d1 = value - (examples[b1 + fact] as number);
      const d2 = value - (examples[b2 + fact] as number);
      const d3 = value - (examples[b3 + fact] as number);
      s0 = (s0 + Math.imul(d0, d0)) | 0;
      s1 = (s1 + Math.imul(d1, d1)) | 0;
      s2 = (s2 + Math.imul(d2, d2)) | 0;
      s3 = (s3 + Math.imul(d3, d3)) | 0;
    }
    distances[row] = s0;
    distances[row + 1] = s1;
    distances[row + 2] = s2;
    distances[row + 3] = s3;
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let fact = 0; fact < facts; fact++)
      sum += ((own[fact] as number) - (examples[row * facts + fact] as number)) ** 2;
    distances[row] = sum;
  }
}

function write({ models, rows, facts, means, scales, examples, gaps, reach }: KernelState): JsonObject {
  return {
    models,
    rows,
    facts,
    reach,
    means: packFloats(means),
    scales: packFloats(scales),
    examples: packBytes(examples),
    gaps: packBytes(gaps),
  };
}

function read(json: unknown): KernelState {
  if (!isObject(json)) throw new Error('is no state of the learner `kernel`');
  const [models, rows, facts] = [readCount(json, 'models', 1), readCount(json, 'rows', 1), readCount(json, 'facts', 1)];
  const { reach } = json;
  if (!(typeof reach === 'number' && reach > 0 && Number.isFinite(reach))) throw new Error('reach is no distance');
  return {
    models,
    rows,
    facts,
    reach,
    means: unpack(json.means, 'means', facts),
    scales: unpack(json.scales, 'scales', facts),
    examples: unpack(json.examples, 'examples', rows * facts),
    gaps: unpack(json.gaps, 'gaps', rows * models),
  };
}
