// Trains an estimator on rows, and tells what it would have said of each of them had it not seen them: what thresholds and ladders are
// found on.
import { ANSWER_FACT_NAMES } from '../answers/answer-facts.ts';
import { extractAll, rarityOf, USUAL_GRAMS } from '../features/extract.ts';
import { FACT_NAMES } from '../features/facts.ts';
import type { DenseMatrix, SparseMatrix } from '../features/features.ts';
import type { Pool } from '../ladder/pool.ts';
import type { Examples, LearnerName } from '../learners/learner.ts';
import type { Row } from '../rows/row.ts';
import { familiesOf } from '../rows/split.ts';
import { createAnswerFeatures, type EstimatorState, knownShare, requestOf, saidBy } from './estimator.ts';
import { type FittedJudge, fitJudge } from './judge.ts';
import { fitPrior, type Mix } from './prior.ts';

export interface FitEstimatorOptions {
  /** Whether answers are looked at, where rows have them. */
  isGated: boolean;
  /** Embeddings of the rows' prompts, in their order, and the encoder's name; null for none. */
  embedded: { name: string; vectors: DenseMatrix } | null;
  folds: number;
  seed: number;
  onProgress?: (step: string, done: number) => void;
}

export interface FittedEstimator {
  state: EstimatorState;
  /** All rows, with what was said of each by learners that had not seen it. */
  pool: Pool;
  /** For each row the number of its family. */
  families: Int32Array;
  mixes: { order: Mix; chance: Mix };
}

/** With fewer answers of a model nothing is learned of them. */
const LEAST_ANSWERS = 40;
/** Requests of which fewer words are known than of all but so many examples are like none of them. */
const RAREST = 0.005;
/** Where all examples are made from one template, half of a request's words are enough to tell that it is one more. */
const MOST_WANTED = 0.5;

/** `outcomes`: of these rows, by models from the cheapest up. What is expected of them is filled in. */
export function fitEstimator(rows: readonly Row[], outcomes: Pool, options: FitEstimatorOptions): FittedEstimator {
  const { folds, seed, embedded, onProgress = () => {} } = options;
  const { models } = outcomes;
  const pool = outcomes;
  const requests = rows.map(requestOf);
  const grams = USUAL_GRAMS;
  const rarity = rarityOf(requests, grams);
  onProgress('features', 0.5);
  const examples = examplesOf(rows, {
    models,
    ...extractAll(requests, { grams, rarity }),
    embedded: embedded?.vectors ?? null,
  });
  onProgress('features', 1);
  const { prior, order, chances, mixes } = fitPrior(examples, {
    folds,
    seed,
    onProgress: (done) => onProgress('requests', done),
  });
  const width = models.length;
  for (let row = 0; row < rows.length; row++) {
    for (let model = 0; model < width; model++) {
      pool.order[row * width + model] = order[model]?.[row] as number;
      pool.prior[row * width + model] = chances[model]?.[row] as number;
      pool.judged[row * width + model] = chances[model]?.[row] as number;
    }
  }
  const judges = models.map((_, model) => {
    const judge = options.isGated
      ? judgeOf(rows, examples, { ...options, model, prior: chances[model] as Float64Array, pool })
      : null;
    onProgress('answers', (model + 1) / width);
    return judge;
  });
  return {
    state: {
      models,
      grams,
      rarity,
      encoder: embedded === null ? null : { name: embedded.name, dimensions: embedded.vectors.columns },
      prior,
      judges: judges.map((fitted) => fitted?.judge ?? null),
      leastKnown: leastKnown(examples.sparse),
    },
    pool,
    families: examples.families,
    mixes,
  };
}

interface Parts {
  models: readonly string[];
  sparse: SparseMatrix;
  dense: DenseMatrix;
  embedded: DenseMatrix | null;
}

function examplesOf(rows: readonly Row[], { models, sparse, dense, embedded }: Parts): Examples {
  const topics = [...new Set(rows.flatMap(({ topic }) => (topic === null ? [] : [topic])))];
  const numbers = new Map(topics.map((topic, at) => [topic, at]));
  return {
    sparse,
    dense,
    embedded,
    models,
    qualities: models.map((model) =>
      Float64Array.from(rows, ({ outcomes }) => outcomes.get(model)?.quality ?? Number.NaN),
    ),
    weights: Float64Array.from(rows, ({ weight }) => weight),
    families: familiesOf(rows),
    topics: Int32Array.from(rows, ({ topic }) => (topic === null ? -1 : (numbers.get(topic) as number))),
    topicCount: topics.length,
  };
}

interface JudgeOptions extends FitEstimatorOptions {
  model: number;
  prior: Float64Array;
  pool: Pool;
}

/** With fewer answers than that, what learns more than a sum of facts learns their luck. */
const MANY_ANSWERS = 1500;

function judging(answers: number): LearnerName[] {
  return answers < MANY_ANSWERS ? ['exact'] : ['linear', 'trees'];
}

/** The judge of one model; what it would have said goes into the pool. Null when too few answers were kept. */
function judgeOf(
  rows: readonly Row[],
  { dense, families, weights }: Examples,
  options: JudgeOptions,
): FittedJudge | null {
  const { model, prior, pool, folds, seed } = options;
  const { models } = pool;
  const name = models[model] as string;
  const kept = rows.flatMap((row, at) => {
    const outcome = row.outcomes.get(name);
    const answer = outcome === undefined ? null : saidBy(outcome);
    return outcome === undefined || answer === null ? [] : [{ row, at, answer, quality: outcome.quality }];
  });
  if (kept.length < LEAST_ANSWERS) return null;
  const columns = FACT_NAMES.length + ANSWER_FACT_NAMES.length;
  const values = new Float64Array(kept.length * columns);
  const features = createAnswerFeatures();
  for (const [to, { row, at, answer }] of kept.entries()) {
    const facts = dense.values.subarray(at * dense.columns, (at + 1) * dense.columns);
    values.set(features(facts, requestOf(row), answer).dense, to * columns);
  }
  const examples: Examples = {
    sparse: noWords(kept.length),
    dense: { rows: kept.length, columns, values },
    embedded: null,
    models: [name],
    qualities: [Float64Array.from(kept, ({ quality }) => quality)],
    weights: Float64Array.from(kept, ({ at }) => weights[at] as number),
    families: Int32Array.from(kept, ({ at }) => families[at] as number),
    topics: new Int32Array(kept.length).fill(-1),
    topicCount: 0,
  };
  const before = Float64Array.from(kept, ({ at }) => prior[at] as number);
  const fitted = fitJudge(examples, before, { learners: judging(kept.length), folds, seed });
  for (const [to, { at }] of kept.entries()) pool.judged[at * models.length + model] = fitted.chances[to] as number;
  return fitted;
}

function noWords(rows: number): SparseMatrix {
  const none = new Float32Array(0);
  return { rows, columns: 0, starts: new Int32Array(rows + 1), indices: new Int32Array(0), values: none, counts: none };
}

function leastKnown({ rows, starts, values }: SparseMatrix): number {
  const shares = Float64Array.from({ length: rows }, (_, row) => {
    const [from, to] = [starts[row] as number, starts[row + 1] as number];
    return knownShare({ values: values.subarray(from, to), count: to - from });
  }).sort();
  // With room below: a name or two that nobody has heard of does not make a request a strange one.
  return Math.min(MOST_WANTED, 0.8 * (shares[Math.floor(RAREST * rows)] ?? 0));
}
