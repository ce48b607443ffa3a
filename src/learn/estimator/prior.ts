// What is expected of every model for a request, before any answer: several learners, each on its own scale, added up and turned into
// chances. What is learned from rows that a learner had not seen is kept apart from what it says of rows that it had.
import { isObject, type JsonObject } from '../../call/json.ts';
import { type Curve, calibrate, chanceOf, known, readCurve, writeCurve } from '../calibrate/calibrate.ts';
import type { RequestFeatures } from '../features/features.ts';
import { crossFit } from '../learners/cross-fit.ts';
import type { Examples, FitOptions, Learner, LearnerName, Rate } from '../learners/learner.ts';
import { type AnyLearner, createLearner, isLearnerName } from './learners.ts';

/** One learner's part in a mix. */
export interface Part {
  name: LearnerName;
  /** What its scores are multiplied by before they are added. */
  weight: number;
  state: unknown;
}

export interface Prior {
  models: number;
  parts: readonly Part[];
  /** For each model. */
  curves: readonly Curve[];
}

/** Which learners are mixed, and how much each counts once their gaps are on one scale. */
export type Mix = Readonly<Partial<Record<LearnerName, number>>>;

export interface FittedPrior {
  prior: Prior;
  /** For each model one score and one chance per row, by learners that had not seen the row. */
  scores: Float64Array[];
  chances: Float64Array[];
}

export interface FitPriorOptions extends FitOptions {
  folds: number;
  mix: Mix;
}

export function fitPrior(examples: Examples, { mix, folds, seed, onProgress }: FitPriorOptions): FittedPrior {
  const names = Object.keys(mix) as LearnerName[];
  const scores = examples.models.map(() => new Float64Array(examples.weights.length));
  const parts = names.map((name, at): Part => {
    const learner = tune(createLearner(name), examples, seed);
    const left = crossFit(learner, examples, { folds, seed });
    const weight = (mix[name] ?? 0) / gapSpread(left);
    for (const [model, values] of left.entries()) {
      const sum = scores[model] as Float64Array;
      for (const [row, value] of values.entries()) sum[row] = (sum[row] as number) + weight * value;
    }
    const state = learner.fit(examples, { seed });
    onProgress?.((at + 1) / names.length);
    return { name, weight, state };
  });
  const curves = scores.map((values, model) => curveOf(values, examples, { model, seed }));
  const chances = scores.map((values, model) => values.map((score) => chanceOf(curves[model] as Curve, score)));
  return { prior: { models: examples.models.length, parts, curves }, scores, chances };
}

function tune(learner: AnyLearner, examples: Examples, seed: number): AnyLearner {
  return (learner.tuned?.(examples, { seed }) as AnyLearner | undefined) ?? learner;
}

/** The standard deviation of the differences between models, over all pairs: what a learner says apart from how hard a request is for all. */
function gapSpread(scores: readonly Float64Array[]): number {
  let sum = 0;
  let pairs = 0;
  for (let one = 0; one < scores.length; one++) {
    for (let other = one + 1; other < scores.length; other++) {
      sum += varianceOf((scores[one] as Float64Array).map((value, row) => value - (scores[other]?.[row] as number)));
      pairs++;
    }
  }
  const variance = pairs === 0 ? varianceOf(scores[0] as Float64Array) : sum / pairs;
  return Math.max(1e-12, Math.sqrt(variance));
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function curveOf(
  scores: Float64Array,
  { qualities, weights, families }: Examples,
  at: { model: number; seed: number },
): Curve {
  const told = known({ scores, labels: qualities[at.model] as Float64Array, weights }, families);
  return calibrate(told.labelled, told.families, at.seed);
}

/** Writes every model's score and chance; allocates nothing. */
export type RatePrior = (request: RequestFeatures, scores: Float64Array, chances: Float64Array) => void;

export function createPriorRater({ models, parts, curves }: Prior): RatePrior {
  const raters = parts.map(({ name, weight, state }): { rate: Rate; weight: number } => ({
    rate: createLearner(name).rater(state),
    weight,
  }));
  const out = new Float64Array(models);
  return (request, scores, chances) => {
    scores.fill(0);
    for (const { rate, weight } of raters) {
      rate(request, out);
      for (let model = 0; model < models; model++)
        scores[model] = (scores[model] as number) + weight * (out[model] as number);
    }
    for (let model = 0; model < models; model++)
      chances[model] = chanceOf(curves[model] as Curve, scores[model] as number);
  };
}

export function writePrior({ models, parts, curves }: Prior): JsonObject {
  return {
    models,
    parts: parts.map(({ name, weight, state }) => ({ name, weight, state: createLearner(name).write(state) })),
    curves: curves.map(writeCurve),
  };
}

/** Throws Error with what is wrong, as the rest of a sentence about the artifact. */
export function readPrior(json: unknown, models: number): Prior {
  if (!isObject(json) || !Array.isArray(json.parts) || !Array.isArray(json.curves)) throw new Error('has no prior');
  const parts = json.parts.map((part): Part => {
    const { name, weight, state } = isObject(part) ? part : {};
    if (!isLearnerName(name)) throw new Error('has a learner that is not known');
    if (typeof weight !== 'number' || !Number.isFinite(weight)) throw new Error(`${name} has no weight`);
    return { name, weight, state: createLearner(name).read(state) };
  });
  if (json.models !== models || json.curves.length !== models) throw new Error('has a prior of other models');
  return { models, parts, curves: json.curves.map(readCurve) };
}

export type { Learner };
