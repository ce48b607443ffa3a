// What is expected of every model for a request, before any answer. Several learners, each on its own scale, are added up twice: once for
// the order of models, where only the gaps between them count, and once for chances. What did best on rows that it had not seen is taken.
import { isObject, type JsonObject } from '../../call/json.ts';
import { type Curve, calibrate, chanceOf, known, readCurve, writeCurve } from '../calibrate/calibrate.ts';
import type { RequestFeatures } from '../features/features.ts';
import { crossFit } from '../learners/cross-fit.ts';
import type { Examples, FitOptions, LearnerName, Rate } from '../learners/learner.ts';
import { brierScore } from '../metrics/calibration.ts';
import { apgr, gapCurve } from '../metrics/gap-curve.ts';
import { type AnyLearner, createLearner, isLearnerName } from './learners.ts';

/** One learner's part. */
export interface Part {
  name: LearnerName;
  /** What its scores are multiplied by, for the order of models and for chances. */
  order: number;
  chance: number;
  state: unknown;
}

export interface Prior {
  models: number;
  parts: readonly Part[];
  /** For each model, over the scores for chances. */
  curves: readonly Curve[];
}

/** How much each learner counts once the gaps it tells are on one scale. */
export type Mix = Readonly<Partial<Record<LearnerName, number>>>;

export interface FittedPrior {
  prior: Prior;
  /** For each model one value per row, by learners that had not seen the row. */
  order: Float64Array[];
  chances: Float64Array[];
  /** The mixes that were taken. */
  mixes: { order: Mix; chance: Mix };
}

export interface FitPriorOptions extends FitOptions {
  folds: number;
}

/**
 * The mixes that compete. Nothing solved for few examples, ridge for many, both in between. Where there are more than two models the ridge has
 * directions that they share: what is known of all of them helps those of which little is.
 */
export function mixesFor({ topicCount, models }: Pick<Examples, 'topicCount' | 'models'>): Mix[] {
  const few: Mix = topicCount > 1 ? { direction: 1, kernel: 1, topics: 2 } : { direction: 1, kernel: 1 };
  return models.length < 3
    ? [few, { linear: 1 }, { ...few, linear: 2 }]
    : [few, { factors: 1 }, { factors: 1, neighbours: 1 }, { ...few, factors: 2 }];
}

interface CrossFitted {
  name: LearnerName;
  learner: AnyLearner;
  /** Scores of rows not seen, by model, divided by the spread of their gaps. */
  scores: Float64Array[];
  spread: number;
}

export function fitPrior(examples: Examples, { folds, seed, onProgress }: FitPriorOptions): FittedPrior {
  const mixes = mixesFor(examples);
  const names = [...new Set(mixes.flatMap((mix) => Object.keys(mix) as LearnerName[]))];
  const fitted = names.map((name, at): CrossFitted => {
    const learner = tune(createLearner(name), examples, seed);
    const scores = crossFit(learner, examples, { folds, seed });
    const spread = gapSpread(scores);
    onProgress?.((0.8 * (at + 1)) / names.length);
    return { name, learner, scores: scores.map((values) => values.map((value) => value / spread)), spread };
  });
  const mixed = mixes.map((mix) => mixScores(fitted, mix));
  const order = best(mixed.map((scores) => recovered(scores, examples)));
  const curves = mixed.map((scores) => scores.map((values, model) => curveOf(values, examples, { model, seed })));
  const chances = mixed.map((scores, mix) =>
    scores.map((values, model) => values.map((score) => chanceOf(curves[mix]?.[model] as Curve, score))),
  );
  const chance = best(chances.map((values) => -meanBrier(values, examples)));
  const taken = { order: mixes[order] as Mix, chance: mixes[chance] as Mix };
  const parts = fitted.flatMap(({ name, learner, spread }): Part[] => {
    const [one, other] = [(taken.order[name] ?? 0) / spread, (taken.chance[name] ?? 0) / spread];
    return one === 0 && other === 0
      ? []
      : [{ name, order: one, chance: other, state: learner.fit(examples, { seed }) }];
  });
  onProgress?.(1);
  return {
    prior: { models: examples.models.length, parts, curves: curves[chance] as Curve[] },
    order: mixed[order] as Float64Array[],
    chances: chances[chance] as Float64Array[],
    mixes: taken,
  };
}

function tune(learner: AnyLearner, examples: Examples, seed: number): AnyLearner {
  return learner.tuned?.(examples, { seed }) ?? learner;
}

function mixScores(fitted: readonly CrossFitted[], mix: Mix): Float64Array[] {
  const [first] = fitted as [CrossFitted];
  return first.scores.map((values, model) =>
    values.map((_, row) =>
      fitted.reduce((sum, { name, scores }) => sum + (mix[name] ?? 0) * (scores[model]?.[row] as number), 0),
    ),
  );
}

/** The first of the highest: mixes stand from the simplest up. */
function best(figures: readonly number[]): number {
  return figures.reduce((at, figure, index) => (figure > (figures[at] as number) ? index : at), 0);
}

/** How much of the gap between every model and the best one routing by these scores recovers, on the mean over the models. */
function recovered(scores: readonly Float64Array[], { qualities }: Examples): number {
  const means = qualities.map((values) => meanKnown(values));
  const strong = best(means);
  const figures = qualities.flatMap((values, weak) => {
    if (weak === strong) return [];
    const scored = Array.from(values, (quality, row) => ({
      weak: quality,
      strong: qualities[strong]?.[row] as number,
      score: (scores[strong]?.[row] as number) - (scores[weak]?.[row] as number),
    })).filter((one) => !Number.isNaN(one.weak) && !Number.isNaN(one.strong));
    // Where there is next to no gap, how much of it is recovered is noise.
    const gap = (means[strong] as number) - (means[weak] as number);
    return scored.length === 0 || gap < 0.02 ? [] : [apgr(gapCurve(scored))];
  });
  return figures.length === 0 ? 0 : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

function meanKnown(values: Float64Array): number {
  const told = values.filter((value) => !Number.isNaN(value));
  return told.reduce((sum, value) => sum + value, 0) / Math.max(1, told.length);
}

function meanBrier(chances: readonly Float64Array[], { qualities }: Examples): number {
  let sum = 0;
  for (const [model, values] of qualities.entries()) {
    const told = (chance: Float64Array): Float64Array => chance.filter((_, row) => !Number.isNaN(values[row]));
    sum += brierScore(told(chances[model] as Float64Array), told(values));
  }
  return sum / qualities.length;
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

/** Writes every model's score for the order and its chance; allocates nothing. */
export type RatePrior = (request: RequestFeatures, order: Float64Array, chances: Float64Array) => void;

export function createPriorRater({ models, parts, curves }: Prior): RatePrior {
  const raters = parts.map(({ name, order, chance, state }): { rate: Rate; order: number; chance: number } => ({
    rate: createLearner(name).rater(state),
    order,
    chance,
  }));
  const out = new Float64Array(models);
  return (request, order, chances) => {
    order.fill(0);
    chances.fill(0);
    for (const part of raters) {
      part.rate(request, out);
      for (let model = 0; model < models; model++) {
        order[model] = (order[model] as number) + part.order * (out[model] as number);
        chances[model] = (chances[model] as number) + part.chance * (out[model] as number);
      }
    }
    for (let model = 0; model < models; model++)
      chances[model] = chanceOf(curves[model] as Curve, chances[model] as number);
  };
}

export function writePrior({ models, parts, curves }: Prior): JsonObject {
  return {
    models,
    parts: parts.map(({ name, order, chance, state }) => ({
      name,
      order,
      chance,
      state: createLearner(name).write(state),
    })),
    curves: curves.map(writeCurve),
  };
}

/** Throws Error with what is wrong, as the rest of a sentence about the artifact. */
export function readPrior(json: unknown, models: number): Prior {
  if (!isObject(json) || !Array.isArray(json.parts) || !Array.isArray(json.curves)) throw new Error('it has no prior');
  const parts = json.parts.map((part): Part => {
    const { name, order, chance, state } = isObject(part) ? part : {};
    if (!isLearnerName(name)) throw new Error('it has a learner that is not known');
    if (!isFiniteNumber(order) || !isFiniteNumber(chance)) throw new Error(`it has no weights for the learner ${name}`);
    return { name, order, chance, state: createLearner(name).read(state) };
  });
  if (json.models !== models || json.curves.length !== models) throw new Error('it has a prior of other models');
  return { models, parts, curves: json.curves.map(readCurve) };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
