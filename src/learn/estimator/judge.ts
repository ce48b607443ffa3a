// What is expected of one model's answer once it is there: the gate that learns. It looks at facts of request and answer, never at a
// reference, and is trained for each model by itself, for each errs in its own way.

import { isObject, type JsonObject } from '../../call/json.ts';
import { logistic } from '../../stats/logistic.ts';
import type { RequestFeatures } from '../features/features.ts';
import { fitLogistic, logit, type Table, type Weights, weigh } from '../ladder/small-regression.ts';
import { crossFit } from '../learners/cross-fit.ts';
import type { Examples, FitOptions, LearnerName, Rate } from '../learners/learner.ts';
import { packFloats, unpack } from '../learners/pack.ts';
import { createLearner, isLearnerName } from './learners.ts';

/** The learners of one model's gate, and how their scores and the chance before the answer become one chance. */
export interface Judge {
  parts: readonly { name: LearnerName; state: unknown }[];
  /** One for each part, and one for the chance before the answer. */
  stack: Weights;
}

export interface FittedJudge {
  judge: Judge;
  /** One per row, by learners that had not seen it. */
  chances: Float64Array;
}

export interface FitJudgeOptions extends FitOptions {
  folds: number;
  learners: readonly LearnerName[];
}

/** As strongly as ten labels or so: a stack of few columns needs little. */
const STACK_PENALTY = 10;

/**
 * `examples`: of one model, with the facts of request and answer; every quality known. `prior`: the chance before the answer, for each row, by
 * learners that had not seen it.
 */
export function fitJudge(
  examples: Examples,
  prior: Float64Array,
  { learners, folds, seed }: FitJudgeOptions,
): FittedJudge {
  const labels = examples.qualities[0] as Float64Array;
  const fitted = learners.map((name) => {
    const plain = createLearner(name);
    const learner = plain.tuned?.(examples, { seed }) ?? plain;
    const [scores] = crossFit(learner, examples, { folds, seed }) as [Float64Array];
    return { name, scores, state: learner.fit(examples, { seed }) };
  });
  const table = stackTable(
    fitted.map(({ scores }) => scores),
    prior,
  );
  const stack = fitLogistic(table, labels, STACK_PENALTY);
  const chances = labels.map((_, row) => logistic(weigh(stack, table.values, row * table.columns)));
  return { judge: { parts: fitted.map(({ name, state }) => ({ name, state })), stack }, chances };
}

function stackTable(scores: readonly Float64Array[], prior: Float64Array): Table {
  const columns = scores.length + 1;
  const values = new Float64Array(prior.length * columns);
  for (let row = 0; row < prior.length; row++) {
    for (const [part, own] of scores.entries()) values[row * columns + part] = columnOf(own[row] as number);
    values[row * columns + scores.length] = logit(prior[row] as number, 0.01);
  }
  return { rows: prior.length, columns, values };
}

/** Learners rate from about 0 to 1; the ends are where most of the knowledge is. */
function columnOf(score: number): number {
  return logit(score, 0.02);
}

/** The chance that an answer is acceptable, given its features and the chance before it was there. */
export type RateAnswer = (request: RequestFeatures, prior: number) => number;

export function createAnswerRater({ parts, stack }: Judge): RateAnswer {
  const rates = parts.map(({ name, state }): Rate => createLearner(name).rater(state));
  const out = new Float64Array(1);
  const columns = new Float64Array(parts.length + 1);
  return (request, prior) => {
    for (const [at, rate] of rates.entries()) {
      rate(request, out);
      columns[at] = columnOf(out[0] as number);
    }
    columns[parts.length] = logit(prior, 0.01);
    return logistic(weigh(stack, columns));
  };
}

export function writeJudge({ parts, stack }: Judge): JsonObject {
  return {
    parts: parts.map(({ name, state }) => ({ name, state: createLearner(name).write(state) })),
    stack: packFloats([stack.intercept, ...stack.weights]),
  };
}

/** Throws Error with what is wrong, as the rest of a sentence about the artifact. */
export function readJudge(json: unknown): Judge {
  if (!isObject(json) || !Array.isArray(json.parts)) throw new Error('it has a gate that is none');
  const parts = json.parts.map((part) => {
    const { name, state } = isObject(part) ? part : {};
    if (!isLearnerName(name)) throw new Error('it has a gate with a learner that is not known');
    return { name, state: createLearner(name).read(state) };
  });
  const [intercept = 0, ...weights] = unpack(json.stack, 'the stack of a gate', parts.length + 2);
  return { parts, stack: { intercept, weights: Float64Array.from(weights) } };
}
