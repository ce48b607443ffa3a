// An artifact: one file that holds a trained router. What it was learned from, what it knows, how it climbs, and how it did on rows that it
// had not seen. Numbers and names only; nothing of it is ever run.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseObject } from '../../call/json.ts';
import type { TokenPrice } from '../estimator/cost.ts';
import { type EstimatorState, readEstimator, writeEstimator } from '../estimator/estimator.ts';
import { lookColumns } from '../ladder/belief.ts';
import { type Climbing, type Ladder, rungColumnCount } from '../ladder/ladder.ts';
import type { Weights } from '../ladder/small-regression.ts';
import { packFloats, unpack } from '../learners/pack.ts';
import type { Level, Trial } from '../train/operate.ts';

export const ARTIFACT_KIND = 'tierline-router';
export const ARTIFACT_VERSION = 1;
/** A larger file is none of ours. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Where to stand, by what is promised; places in `levels`, null where only the reference model alone keeps the promise. */
export interface Points {
  /** No more than half a point worse than the reference, as sure as `ERROR` says. What is done when nobody asks for anything else. */
  assured: number | null;
  /** No worse than the reference, as far as the rows tell that it was tried on, within one standard error; no promise. */
  equal: number | null;
  /** Half a point worse at most, likewise. */
  half: number | null;
  /** At least 95 % of what the reference has over the worst model, likewise. */
  most: number | null;
}

export interface Artifact {
  /** When it was trained, ISO 8601. */
  made: string;
  trainedOn: {
    digest: string;
    rows: number;
    label: string;
    without: readonly string[];
    seed: number;
  };
  /** The providers' names of the models, where they are known: another model behind a name is another model. */
  snapshots: Readonly<Record<string, string>>;
  /** Dollars per million tokens that costs were reckoned with; null where none is known. */
  prices: Readonly<Record<string, TokenPrice | null>>;
  /** The most trusted model. */
  reference: string;
  estimator: EstimatorState;
  /** Null where costs were not known: then it rates, but it cannot choose. */
  policy: Policy | null;
  /** Why it should not be relied on any more; null while it should. */
  stale: { at: string; reason: string } | null;
}

/** How the ladders are climbed. */
export interface Policy {
  climbing: Climbing;
  levels: readonly Level[];
  /** On rows that its ladders were not learned from, by level; null where a level has no ladder. */
  trials: readonly (Trial | null)[];
  points: Points;
  /** Most models that one request may try: 1 where answers are not looked at. */
  mostCalls: number;
  isFree: boolean;
}

export function writeArtifact(artifact: Artifact): JsonObject {
  const { made, trainedOn, snapshots, prices, reference, estimator, policy, stale } = artifact;
  return {
    kind: ARTIFACT_KIND,
    version: ARTIFACT_VERSION,
    made,
    trainedOn: { ...trainedOn, without: [...trainedOn.without] },
    snapshots: { ...snapshots },
    prices: Object.fromEntries(
      Object.entries(prices).map(([model, price]) => [model, price === null ? null : { ...price }]),
    ),
    reference,
    stale: stale === null ? null : { ...stale },
    policy: policy === null ? null : writePolicy(policy),
    estimator: writeEstimator(estimator),
  };
}

function writePolicy({ climbing, levels, trials, points, mostCalls, isFree }: Policy): JsonObject {
  return {
    mostCalls,
    isFree,
    points: { ...points },
    beliefs: climbing.beliefs.map(({ seen, prefers, weights }) => ({
      seen: [...seen],
      prefers,
      weights: writeWeights(weights),
    })),
    levels: levels.map(({ perUsd, worths, ladders }, at) => ({
      perUsd,
      trial: (trials[at] ?? null) as unknown as Json,
      worths: packFloats(worths),
      ladders: ladders.map(({ models, start, rungs }) => ({
        models: [...models],
        weights: packFloats([start, ...rungs].flatMap((weights) => [weights.intercept, ...weights.weights])),
      })),
    })),
  };
}

function writeWeights({ intercept, weights }: Weights): string {
  return packFloats([intercept, ...weights]);
}

/** Throws Error whose message is a sentence about the file. */
export function readArtifact(file: string): { artifact: Artifact; id: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`, { cause: error });
  }
  if (bytes.length > MOST_BYTES) throw new Error('it is too large to be an artifact');
  return { artifact: toArtifact(bytes.toString('utf8')), id: hash('sha256', bytes, 'hex').slice(0, 12) };
}

/** What its file holds. */
export function artifactText(artifact: Artifact): string {
  return `${JSON.stringify(writeArtifact(artifact))}\n`;
}

/** Throws Error, as the rest of a sentence about the artifact. */
export function toArtifact(text: string): Artifact {
  const json = parseObject(text);
  if (json === null && text.trimStart().startsWith('{'))
    throw new Error('it is no JSON: cut off, damaged, or another kind of file');
  if (json === null || json.kind !== ARTIFACT_KIND) throw new Error('it is not an artifact of `tierline train`');
  if (json.version !== ARTIFACT_VERSION)
    throw new Error(
      `it has version ${JSON.stringify(json.version)} and this release reads version ${ARTIFACT_VERSION}; train it again`,
    );
  const { made, trainedOn, snapshots, prices, reference, stale } = json;
  const estimator = readEstimator(json.estimator);
  if (typeof reference !== 'string' || !estimator.models.includes(reference))
    throw new Error('it names no reference model');
  if (!isObject(trainedOn) || typeof made !== 'string' || !isObject(snapshots) || !isObject(prices))
    throw new Error('it does not say what it was made from');
  return {
    made,
    trainedOn: trainedOn as unknown as Artifact['trainedOn'],
    snapshots: Object.fromEntries(
      Object.entries(snapshots).flatMap(([model, name]) => (typeof name === 'string' ? [[model, name]] : [])),
    ),
    prices: prices as unknown as Artifact['prices'],
    reference,
    estimator,
    policy: json.policy === null ? null : readPolicy(json.policy, estimator.models),
    stale:
      isObject(stale) && typeof stale.at === 'string' && typeof stale.reason === 'string'
        ? { at: stale.at, reason: stale.reason }
        : null,
  };
}

function readPolicy(json: unknown, models: readonly string[]): Policy {
  const { mostCalls, isFree, points, beliefs, levels } = isObject(json) ? json : {};
  if (!Array.isArray(beliefs) || !Array.isArray(levels) || !isObject(points) || typeof isFree !== 'boolean')
    throw new Error('it has a policy that is none');
  if (!Number.isSafeInteger(mostCalls) || (mostCalls as number) < 1) throw new Error('it has a policy without calls');
  const read = levels.map((level) => readLevel(level, models.length));
  return {
    mostCalls: mostCalls as number,
    isFree,
    points: Object.fromEntries(
      (['assured', 'equal', 'half', 'most'] as const).map((name) => [name, readPlace(points[name], read.length)]),
    ) as unknown as Points,
    climbing: {
      models,
      beliefs: beliefs.map((belief) => {
        const { seen, prefers, weights } = isObject(belief) ? belief : {};
        const places = readPlaces(seen, models.length);
        return {
          seen: places,
          prefers: readPlace(prefers, places.length),
          weights: readWeights(unpack(weights, 'a belief', 1 + lookColumns(places.length))),
        };
      }),
    },
    levels: read.map(({ level }) => level),
    trials: read.map(({ trial }) => trial),
  };
}

function readLevel(json: unknown, models: number): { level: Level; trial: Trial | null } {
  const { perUsd, trial, worths, ladders } = isObject(json) ? json : {};
  if (typeof perUsd !== 'number' || !Array.isArray(ladders)) throw new Error('it has a level that is none');
  return {
    level: {
      perUsd,
      worths: Array.from(unpack(worths, 'the worth of ladders', ladders.length)),
      ladders: ladders.map((ladder) => readLadder(ladder, models)),
    },
    trial: isObject(trial) ? (trial as unknown as Trial) : null,
  };
}

function readLadder(json: unknown, count: number): Ladder {
  const { models, weights } = isObject(json) ? json : {};
  const places = readPlaces(models, count);
  const sizes = [2 * count - 1, ...places.slice(1).map((_, answers) => rungColumnCount(count, answers + 1))];
  const total = sizes.reduce((sum, size) => sum + size + 1, 0);
  const values = unpack(weights, 'a ladder', total);
  let from = 0;
  const [start, ...rungs] = sizes.map((size) => {
    const part = readWeights(values.subarray(from, from + size + 1));
    from += size + 1;
    return part;
  });
  return { models: places, start: start as Weights, rungs };
}

function readWeights(values: Float32Array): Weights {
  return { intercept: values[0] as number, weights: Float64Array.from(values.subarray(1)) };
}

/** Ascending places of models. */
function readPlaces(json: unknown, count: number): number[] {
  if (!Array.isArray(json) || json.length === 0) throw new Error('it has a ladder without models');
  const places = json as Json[];
  for (const [at, place] of places.entries()) {
    const before = at === 0 ? -1 : (places[at - 1] as number);
    if (!Number.isSafeInteger(place) || (place as number) <= before || (place as number) >= count)
      throw new Error('it has a ladder of models that there are not');
  }
  return places as number[];
}

function readPlace(json: unknown, count: number): number | null {
  if (json === null) return null;
  if (!Number.isSafeInteger(json) || (json as number) < 0 || (json as number) >= count)
    throw new Error('it stands nowhere');
  return json as number;
}
