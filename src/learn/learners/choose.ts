// Which learner, or which mean of several, is the best for a task: the one with which the reference model's quality costs least, on rows
// that it has not learned from. Nothing else is asked: a learner that tells good answers from bad ones where it does not matter is no use.
import { type Curve, calibrate, chanceOf, known } from '../calibrate/calibrate.ts';
import { brierScore } from '../metrics/calibration.ts';
import { hullOf, type Point } from '../metrics/cost-curve.ts';
import { averageScores, crossFit } from './cross-fit.ts';
import type { Examples, FitOptions, Learner, LearnerName } from './learner.ts';

/** What answers cost, and what is good enough. */
export interface Market {
  /** For each model the expected cost of an answer to each row, in one unit whatever it is. */
  costs: readonly Float64Array[];
  /** Number of the model whose quality is to be reached. */
  reference: number;
}

/** One learner, or several whose scores are averaged, as it does on rows that were left out. */
export interface Candidate {
  parts: LearnerName[];
  /** By model: from scores to chances. */
  curves: Curve[];
  /** By model, then row: chances of rows that no part had seen. */
  chances: Float64Array[];
  /** Mean cost of a request at the reference's quality less `SLACK`; null where too few rows know every model's answer. */
  cost: number | null;
  /** Mean over the models. */
  brier: number;
}

export interface ChooseOptions extends FitOptions {
  market: Market;
  folds: number;
}

/** Quality that may be missing: half a point in a hundred. */
const SLACK = 0.005;
const LEAST_ROWS = 50;
/** Costs that differ by less than this share of the reference's are the same. */
const SAME = 0.005;

/** All candidates, the best first. Learners that are tuned are tuned once; what is fitted here is thrown away. */
export function chooseLearner(
  learners: readonly Learner<unknown>[],
  examples: Examples,
  { market, folds, seed, onProgress }: ChooseOptions,
): Candidate[] {
  const rated = learners.map((learner, at) => ({
    name: learner.name,
    scores: crossFit(learner, examples, {
      folds,
      seed,
      onProgress: (done) => onProgress?.((at + done) / learners.length),
    }),
  }));
  const candidates = subsetsOf(rated, 3).map((parts) => {
    const scores = averageScores(parts.map((part) => part.scores));
    return candidateOf(
      parts.map((part) => part.name),
      { scores, examples, market, seed },
    );
  });
  return rank(
    candidates,
    meanCost(examples, market, () => market.reference),
  );
}

/** Every choice of one to `most` items, single ones first. */
function subsetsOf<Item>(items: readonly Item[], most: number): Item[][] {
  const subsets: Item[][] = [[]];
  for (const item of items) subsets.push(...subsets.map((subset) => [...subset, item]));
  return subsets
    .filter(({ length }) => length > 0 && length <= most)
    .toSorted((one, other) => one.length - other.length);
}

interface Rated {
  scores: readonly Float64Array[];
  examples: Examples;
  market: Market;
  seed: number;
}

function candidateOf(parts: LearnerName[], { scores, examples, market, seed }: Rated): Candidate {
  const curves = calibrateAll(scores, examples, seed);
  const chances = scores.map((values, model) => values.map((score) => chanceOf(curves[model] as Curve, score)));
  const briers = chances.flatMap((values, model) => {
    const { labelled } = known(
      { scores: values, labels: examples.qualities[model] as Float64Array, weights: examples.weights },
      examples.families,
    );
    return labelled.labels.length === 0 ? [] : [brierScore(labelled.scores, labelled.labels)];
  });
  const brier = briers.reduce((sum, value) => sum + value, 0) / briers.length;
  return { parts, curves, chances, cost: costAtQuality(chances, examples, market), brier };
}

/** A curve for each model, of scores of rows that were left out. */
export function calibrateAll(scores: readonly Float64Array[], examples: Examples, seed: number): Curve[] {
  return scores.map((values, model) => {
    const labels = examples.qualities[model] as Float64Array;
    const { labelled, families } = known({ scores: values, labels, weights: examples.weights }, examples.families);
    return calibrate(labelled, families, seed);
  });
}

/** The cheapest first; of those about as cheap as the cheapest the one with the better chances first. */
function rank(candidates: readonly Candidate[], referenceCost: number): Candidate[] {
  const least = Math.min(...candidates.map(({ cost }) => cost ?? 0));
  const stepOf = ({ cost }: Candidate): number => Math.floor(((cost ?? 0) - least) / (SAME * referenceCost || 1));
  return candidates.toSorted((one, other) => stepOf(one) - stepOf(other) || one.brier - other.brier);
}

/**
 * Mean cost of a request when each goes to the model with the most chance less a price times its cost, at the price at which the
 * reference model's quality, less half a point, is just reached; prices in between are mixed. Never more than the reference alone costs.
 * Null where fewer than fifty rows know every model's answer.
 */
export function costAtQuality(chances: readonly Float64Array[], examples: Examples, market: Market): number | null {
  const rows = Int32Array.from(examples.weights.keys()).filter((row) =>
    examples.qualities.every((values) => !Number.isNaN(values[row])),
  );
  if (rows.length < LEAST_ROWS) return null;
  const reference = pointOf(rows, { examples, market }, () => market.reference);
  const points = [reference];
  for (const price of pricesFor(reference.cost))
    points.push(pointOf(rows, { examples, market }, (row) => bestModel(row, { chances, market, price })));
  return costOn(hullOf(points), reference.quality - SLACK);
}

/** From nothing to where a whole answer's worth of quality is given for a thousandth of the reference's cost. */
function pricesFor(cost: number): number[] {
  const unit = cost > 0 ? 1 / cost : 1;
  return [0, ...Array.from({ length: 80 }, (_, step) => unit * 10 ** (-4 + (step * 7) / 79))];
}

interface Bidding {
  chances: readonly Float64Array[];
  market: Market;
  price: number;
}

function bestModel(row: number, { chances, market, price }: Bidding): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let model = 0; model < chances.length; model++) {
    const worth = Number(chances[model]?.[row]) - price * Number(market.costs[model]?.[row]);
    if (worth <= most) continue;
    most = worth;
    best = model;
  }
  return best;
}

interface Setting {
  examples: Examples;
  market: Market;
}

function pointOf(rows: Int32Array, { examples, market }: Setting, modelFor: (row: number) => number): Point {
  let [total, cost, quality] = [0, 0, 0];
  for (const row of rows) {
    const weight = examples.weights[row] as number;
    const model = modelFor(row);
    total += weight;
    cost += weight * Number(market.costs[model]?.[row]);
    quality += weight * Number(examples.qualities[model]?.[row]);
  }
  return { cost: cost / total, quality: quality / total };
}

function meanCost(examples: Examples, { costs }: Market, modelFor: (row: number) => number): number {
  let [total, cost] = [0, 0];
  for (const [row, weight] of examples.weights.entries()) {
    total += weight;
    cost += weight * Number(costs[modelFor(row)]?.[row]);
  }
  return cost / total;
}

/** The least cost at which a hull, cheapest point first, has the quality. */
function costOn(hull: readonly Point[], quality: number): number {
  let before: Point | null = null;
  for (const point of hull) {
    if (point.quality >= quality) {
      if (before === null) return point.cost;
      const share = (quality - before.quality) / (point.quality - before.quality);
      return before.cost + share * (point.cost - before.cost);
    }
    before = point;
  }
  return hull.at(-1)?.cost ?? Number.NaN;
}
