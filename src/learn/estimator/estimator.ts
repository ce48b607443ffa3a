// Rates requests and answers for every model of a pool: features, what is expected before an answer, and what after it. The part of an
// artifact that knows; what is done with it is the ladders' business.
import { isObject, type JsonObject } from '../../call/json.ts';
import { ANSWER_FACT_NAMES, ANSWER_FACTS_VERSION, answerFacts } from '../answers/answer-facts.ts';
import { answerKey, finalKey } from '../answers/answer-key.ts';
import { createExtractor, type FeatureRequest, type GramSpec } from '../features/extract.ts';
import { FACT_NAMES, FACTS_VERSION } from '../features/facts.ts';
import type { RequestFeatures } from '../features/features.ts';
import { packBytes, unpack } from '../learners/pack.ts';
import type { Outcome, Row } from '../rows/row.ts';
import { createAnswerRater, type Judge, readJudge, writeJudge } from './judge.ts';
import { createPriorRater, type Prior, readPrior, writePrior } from './prior.ts';

export interface EstimatorState {
  models: readonly string[];
  grams: GramSpec;
  rarity: Float32Array;
  /** Name and length of the embedding; null when there is none. */
  encoder: { name: string; dimensions: number } | null;
  prior: Prior;
  /** For each model; null where answers were not kept, or too few. */
  judges: readonly (Judge | null)[];
  /** Share of a request's words that have to be known from the examples, or nothing is known of it. */
  leastKnown: number;
}

/** What an answer says, as far as its judge wants to know. */
export interface SaidAnswer {
  text: string;
  /** What it comes down to, where that is known; else it is looked for. */
  final: string | null;
  meanLogprob: number | null;
}

/** What is expected for one request. The arrays are used again for the next. */
export interface Expectation {
  order: Float64Array;
  chances: Float64Array;
  /** Whether the examples had anything like it. */
  isKnown: boolean;
}

export interface Estimator {
  readonly state: EstimatorState;
  expect: (request: FeatureRequest, embedding?: Float32Array | null) => Expectation;
  /** P(acceptable) of an answer to the request that was expected last; `chance` before it where the model has no judge. */
  judge: (model: number, request: FeatureRequest, answer: SaidAnswer) => number;
}

export function createEstimator(state: EstimatorState): Estimator {
  const extractor = createExtractor(state);
  const ratePrior = createPriorRater(state.prior);
  const judges = state.judges.map((judge) => (judge === null ? null : createAnswerRater(judge)));
  const count = state.models.length;
  const expectation: Expectation = { order: new Float64Array(count), chances: new Float64Array(count), isKnown: true };
  const answered = createAnswerFeatures();
  let facts: Float64Array = new Float64Array(FACT_NAMES.length);
  return {
    state,
    expect: (request, embedding = null) => {
      const features = extractor.extract(request);
      features.embedding = embedding;
      facts = features.dense;
      ratePrior(features, expectation.order, expectation.chances);
      expectation.isKnown = knownShare(features) >= state.leastKnown;
      return expectation;
    },
    judge: (model, request, answer) => {
      const chance = expectation.chances[model] as number;
      const rate = judges[model] ?? null;
      return rate === null ? chance : rate(answered(facts, request, answer), chance);
    },
  };
}

/** The share of a request's buckets that more than one example has; 1 of an empty request. */
export function knownShare({ values, count }: Pick<RequestFeatures, 'values' | 'count'>): number {
  let known = 0;
  for (let at = 0; at < count; at++) if ((values[at] as number) > 0) known++;
  return count === 0 ? 1 : known / count;
}

/** Facts of request and answer as features, without words; the same object every time. */
export function createAnswerFeatures(): (
  facts: Float64Array,
  request: FeatureRequest,
  answer: SaidAnswer,
) => RequestFeatures {
  const none = new Float32Array(0);
  const features: RequestFeatures = {
    indices: new Int32Array(0),
    values: none,
    counts: none,
    count: 0,
    dense: new Float64Array(FACT_NAMES.length + ANSWER_FACT_NAMES.length),
    embedding: null,
  };
  const own = features.dense.subarray(FACT_NAMES.length);
  return (facts, { text: prompt }, { text, final, meanLogprob }) => {
    features.dense.set(facts);
    answerFacts({ prompt, text, final, meanLogprob }, own);
    return features;
  };
}

export function requestOf({ prompt, facts, task, segment }: Row): FeatureRequest {
  return { text: prompt, facts, task, segment };
}

/** Null where the response was not kept. */
export function saidBy({ response, answer, meanLogprob }: Outcome): SaidAnswer | null {
  return response === null ? null : { text: response, final: answer, meanLogprob };
}

/** What an outcome's answer comes down to, for comparison; null when it says nothing, or was not kept. */
export function keyOf({ response, answer }: Outcome): string | null {
  if (answer !== null) return answer.trim() === '' ? null : finalKey(answer);
  return response === null ? null : answerKey(response);
}

export function writeEstimator(state: EstimatorState): JsonObject {
  const { models, grams, rarity, encoder, prior, judges, leastKnown } = state;
  return {
    models: [...models],
    facts: FACTS_VERSION,
    answerFacts: ANSWER_FACTS_VERSION,
    grams: { bits: grams.bits, pairs: grams.pairs, runs: grams.runs === null ? null : [...grams.runs] },
    rarity: packBytes(rarity),
    encoder: encoder === null ? null : { ...encoder },
    leastKnown,
    prior: writePrior(prior),
    judges: judges.map((judge) => (judge === null ? null : writeJudge(judge))),
  };
}

/** Throws Error with what is wrong, as the rest of a sentence about the artifact. */
export function readEstimator(json: unknown): EstimatorState {
  if (!isObject(json)) throw new Error('it has no estimator');
  const { models, facts, answerFacts: answers, encoder, leastKnown } = json;
  if (!Array.isArray(models) || models.length === 0 || !models.every((name) => typeof name === 'string'))
    throw new Error('it names no models');
  if (facts !== FACTS_VERSION || answers !== ANSWER_FACTS_VERSION)
    throw new Error('it was made with other features than this release has; train it again');
  const grams = readGrams(json.grams);
  if (!Array.isArray(json.judges) || json.judges.length !== models.length)
    throw new Error('it has gates of other models');
  if (typeof leastKnown !== 'number') throw new Error('it does not say what it knows');
  return {
    models,
    grams,
    rarity: unpack(json.rarity, 'rarity', 2 ** grams.bits * (grams.runs === null ? 1 : 2)),
    encoder: readEncoder(encoder),
    prior: readPrior(json.prior, models.length),
    judges: json.judges.map((judge) => (judge === null ? null : readJudge(judge))),
    leastKnown,
  };
}

function readGrams(json: unknown): GramSpec {
  const { bits, pairs, runs } = isObject(json) ? json : {};
  const isRange =
    Array.isArray(runs) &&
    runs.length === 2 &&
    runs.every((one) => typeof one === 'number' && Number.isSafeInteger(one) && one > 0 && one < 20);
  if (!Number.isSafeInteger(bits) || (bits as number) < 4 || (bits as number) > 20 || typeof pairs !== 'boolean')
    throw new Error('it has features that are not known');
  if (runs !== null && !isRange) throw new Error('it has features that are not known');
  return { bits: bits as number, pairs, runs: runs as unknown as readonly [number, number] | null };
}

function readEncoder(json: unknown): EstimatorState['encoder'] {
  if (json === null) return null;
  const { name, dimensions } = isObject(json) ? json : {};
  if (typeof name !== 'string' || !Number.isSafeInteger(dimensions))
    throw new Error('it has an encoder without a name');
  return { name, dimensions: dimensions as number };
}
