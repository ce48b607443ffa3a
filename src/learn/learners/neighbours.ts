// A learner that learns nothing: it keeps examples and says of a request what those like it say, the more alike the louder, held back to
// the model's mean where little is alike. With it comes whether a request is like anything that has been seen (`nearness`).
import { isObject, type JsonObject } from '../../call/json.ts';
import { mix } from '../../stats/hash.ts';
import { ascending, quantile } from '../../stats/quantile.ts';
import { createReader } from './examples.ts';
import type { Examples, FitOptions, Learner, Rate } from './learner.ts';
import { packBytes, packFloats, readCount, unpack } from './pack.ts';
import { createLookup, type Kept, type Lookup, sketchOf } from './similar.ts';
import { createSketch, DIMENSIONS } from './sketch.ts';

/** How similarity becomes weight. */
export interface Manner {
  /** An example of similarity s has the weight exp(sharpness * (s - 1)): 1 when it is the same. */
  sharpness: number;
  /** The weight of the model's mean. */
  held: number;
}

export interface NeighboursState extends Kept {
  models: number;
  manner: Manner;
  /** By example, then model; NaN where the answer is not known. */
  qualities: Float32Array;
  /** One for each example. */
  weights: Float32Array;
  /** One for each model. */
  means: Float32Array;
}

export interface NeighboursOptions {
  /** Null: chosen on the examples themselves, each left out in turn. */
  manner: Manner | null;
}

const MOST_KEPT = 2000;

export function createNeighbours({ manner }: NeighboursOptions = { manner: null }): Learner<NeighboursState> {
  return {
    name: 'neighbours',
    tuned: (examples, options) => createNeighbours({ manner: fit(examples, manner, options).manner }),
    fit: (examples, options) => fit(examples, manner, options),
    rater,
    write,
    read,
  };
}

function fit(examples: Examples, manner: Manner | null, { seed, onProgress }: FitOptions): NeighboursState {
  const rows = spreadRows(examples.families, seed);
  const of = examples.embedded === null ? 'hashed' : 'embedding';
  const models = examples.models.length;
  const sketches = sketchRows(examples, rows, of);
  const qualities = new Float32Array(rows.length * models);
  for (const [at, row] of rows.entries())
    for (const [model, values] of examples.qualities.entries()) qualities[at * models + model] = values[row] as number;
  const state: NeighboursState = {
    models,
    count: rows.length,
    of,
    sketches,
    qualities,
    weights: Float32Array.from(rows, (row) => examples.weights[row] as number),
    means: meansOf(examples),
    manner: manner ?? (MANNERS[0] as Manner),
    bound: 1,
    familiar: -1,
  };
  onProgress?.(0.2);
  const chosen = look({ state, examples, rows, manners: manner === null ? MANNERS : [manner], seed });
  onProgress?.(1);
  return { ...state, ...chosen };
}

/** One row of every family before a second one of any; in a drawn order. */
function spreadRows(families: Int32Array, seed: number): Int32Array {
  const key = (row: number): number => mix(mix(row + 1) ^ seed);
  const order = Int32Array.from(families.keys()).sort((one, other) => key(one) - key(other) || one - other);
  const seen = new Map<number, number>();
  const rounds = new Map<number, number>();
  for (const row of order) {
    const round = seen.get(families[row] as number) ?? 0;
    rounds.set(row, round);
    seen.set(families[row] as number, round + 1);
  }
  const places = new Map([...order].map((row, place) => [row, place]));
  return order
    .toSorted(
      (one, other) =>
        Number(rounds.get(one)) - Number(rounds.get(other)) || Number(places.get(one)) - Number(places.get(other)),
    )
    .slice(0, MOST_KEPT);
}

function sketchRows(examples: Examples, rows: Int32Array, of: Kept['of']): Int8Array {
  const reader = createReader(examples);
  const sketch = createSketch();
  const sketches = new Int8Array(rows.length * DIMENSIONS);
  for (const [at, row] of rows.entries())
    sketchOf(reader(row), of, sketch, sketches.subarray(at * DIMENSIONS, (at + 1) * DIMENSIONS));
  return sketches;
}

/** Weighted means, each with the mean of all as one more row. */
function meansOf({ qualities, weights }: Examples): Float32Array {
  const sums = qualities.map((values) => {
    let [sum, total] = [0, 0];
    for (let row = 0; row < values.length; row++) {
      if (Number.isNaN(values[row])) continue;
      sum += (values[row] as number) * (weights[row] as number);
      total += weights[row] as number;
    }
    return { sum, total };
  });
  const all = (0.5 + sums.reduce((sum, one) => sum + one.sum, 0)) / (1 + sums.reduce((sum, one) => sum + one.total, 0));
  return Float32Array.from(sums, ({ sum, total }) => (sum + all) / (total + 1));
}

const MANNERS: readonly Manner[] = [4, 8, 16, 32].flatMap((sharpness) =>
  [1, 10, 100].map((neighbours) => ({ sharpness, held: neighbours * Math.exp(-0.6 * sharpness) })),
);
/** Enough to choose a manner by and to know what is usual. */
const MOST_LOOKED_AT = 600;

interface Looking {
  state: NeighboursState;
  examples: Examples;
  rows: Int32Array;
  manners: readonly Manner[];
  seed: number;
}

/** Looks kept examples up among those of other families: the manner with the least squared error, and how near they are to each other. */
function look({ state, examples, rows, manners }: Looking): Pick<NeighboursState, 'manner' | 'bound' | 'familiar'> {
  const lookup = createLookup(state);
  const reader = createReader(examples);
  const votes = manners.map((manner) => createVote(state, manner));
  const errors = new Float64Array(manners.length);
  const out = new Float64Array(state.models);
  const means: number[] = [];
  const lasts: number[] = [];
  for (let at = 0; at < Math.min(state.count, MOST_LOOKED_AT); at++) {
    if (!lookup.look(reader(rows[at] as number))) continue;
    const family = examples.families[rows[at] as number];
    for (let other = 0; other < state.count; other++)
      if (examples.families[rows[other] as number] === family) lookup.similarities[other] = -1;
    const { mean, last } = lookup.nearest(at);
    means.push(mean);
    lasts.push(last);
    for (const [which, vote] of votes.entries()) {
      vote(lookup, out);
      for (let model = 0; model < state.models; model++) {
        const quality = state.qualities[at * state.models + model] as number;
        if (Number.isNaN(quality)) continue;
        errors[which] =
          (errors[which] as number) + (state.weights[at] as number) * (quality - (out[model] as number)) ** 2;
      }
    }
  }
  return {
    manner: manners[errors.indexOf(Math.min(...errors))] as Manner,
    bound: quantile(ascending(lasts), 0.5) ?? 1,
    familiar: quantile(ascending(means), 0.02) ?? -1,
  };
}

/** Steps of similarity for which weights are reckoned beforehand. */
const STEPS = 1024;
const LOUDEST = 1e5;

type Vote = (lookup: Pick<Lookup, 'similarities'>, out: Float64Array) => void;

function createVote({ models, count, qualities, weights, means }: NeighboursState, { sharpness, held }: Manner): Vote {
  const weightOf = Float64Array.from({ length: 2 * STEPS + 2 }, (_, step) => Math.exp(sharpness * (step / STEPS - 2)));
  // What weighs a hundred thousand times less than the same request is not counted.
  const least = Math.max(-1, 1 - Math.log(LOUDEST) / sharpness);
  const totals = new Float64Array(models);
  // An unknown answer counts nothing: 0 for its quality, and 0 for its weight.
  const known = qualities.map((quality) => (Number.isNaN(quality) ? 0 : 1));
  const good = qualities.map((quality) => (Number.isNaN(quality) ? 0 : quality));
  return ({ similarities }, out) => {
    for (let model = 0; model < models; model++) {
      out[model] = held * (means[model] as number);
      totals[model] = held;
    }
    for (let at = 0; at < count; at++) {
      const similarity = similarities[at] as number;
      if (similarity < least) continue;
      const weight = (weights[at] as number) * (weightOf[((1 + similarity) * STEPS) | 0] as number);
      const base = at * models;
      for (let model = 0; model < models; model++) {
        out[model] = (out[model] as number) + weight * (good[base + model] as number);
        totals[model] = (totals[model] as number) + weight * (known[base + model] as number);
      }
    }
    for (let model = 0; model < models; model++) out[model] = (out[model] as number) / (totals[model] as number);
  };
}

function rater(state: NeighboursState): Rate {
  const lookup = createLookup(state);
  const vote = createVote(state, state.manner);
  return (request, out) => {
    if (lookup.look(request)) vote(lookup, out);
    else out.set(state.means);
  };
}

const UNKNOWN = -1;

function write({
  models,
  count,
  of,
  manner,
  bound,
  familiar,
  sketches,
  qualities,
  weights,
  means,
}: NeighboursState): JsonObject {
  return {
    models,
    count,
    of,
    manner: { ...manner },
    bound,
    familiar,
    sketches: packBytes(sketches),
    qualities: packBytes(qualities.map((quality) => (Number.isNaN(quality) ? UNKNOWN : quality))),
    weights: packFloats(weights),
    means: packFloats(means),
  };
}

function read(json: unknown): NeighboursState {
  if (!isObject(json) || !isObject(json.manner)) throw new Error('is no state of neighbours');
  const { of, bound, familiar, manner } = json;
  if (of !== 'hashed' && of !== 'embedding') throw new Error('of is neither hashed features nor an embedding');
  const { sharpness, held } = manner;
  if (![bound, familiar, sharpness, held].every((value) => Number.isFinite(value)) || !(Number(held) > 0))
    throw new Error('has a manner or bounds that are no numbers');
  const [models, count] = [readCount(json, 'models'), readCount(json, 'count')];
  return {
    models,
    count,
    of,
    bound: bound as number,
    familiar: familiar as number,
    manner: { sharpness: sharpness as number, held: held as number },
    sketches: Int8Array.from(unpack(json.sketches, 'sketches', count * DIMENSIONS), Math.round),
    qualities: unpack(json.qualities, 'qualities', count * models).map((quality) =>
      quality < 0 ? Number.NaN : quality,
    ),
    weights: unpack(json.weights, 'weights', count),
    means: unpack(json.means, 'means', models),
  };
}
