// Regression of many outputs on one design: ridge or penalised logistic, with strengths that are given or chosen by cross-validation.
// Every output has row weights of its own, so the folds of a cross-validation are nothing but more outputs of one fit.
import { logistic } from '../../stats/logistic.ts';
import { foldsOf, splitRows } from '../rows/split.ts';
import { columnCount, columnsOf, type Design, designOf } from './design.ts';
import { rowsWhere, takeRows } from './examples.ts';
import type { Examples } from './learner.ts';
import { project, type System, solve, spread } from './solve.ts';

export type Loss = 'squared' | 'logistic';

/** How strongly weights are held at 0, for each block of columns. */
export interface Strengths {
  hashed: number;
  dense: number;
  embedded: number;
}

export interface Regression {
  loss: Loss;
  design: Design;
  outputs: number;
  /** By row, then output; what a weight of 0 goes with may be anything but NaN. */
  targets: Float32Array;
  weights: Float32Array;
  /** What an output is where the design says nothing; for the logistic loss its log odds. */
  bases: Float64Array;
}

/** Nearly free, so that an output's mean is its own and a solution is there all the same. */
const INTERCEPT_STRENGTH = 1e-3;
const NEWTON_STEPS = 6;
const LEAST_CURVATURE = 0.02;

export interface Precision {
  tolerance: number;
  mostSteps: number;
}

export const ROUGH: Precision = { tolerance: 0.03, mostSteps: 15 };
export const FINE: Precision = { tolerance: 0.01, mostSteps: 30 };

/** The regression of the models' qualities. An answer that nobody knows has no weight and touches nothing. */
export function regressionOf(examples: Examples, design: Design, loss: Loss): Regression {
  const { qualities, weights } = examples;
  const outputs = qualities.length;
  const rows = weights.length;
  const targets = new Float32Array(rows * outputs);
  const known = new Float32Array(rows * outputs);
  for (const [output, values] of qualities.entries())
    for (let row = 0; row < rows; row++) {
      const quality = values[row] as number;
      if (Number.isNaN(quality)) continue;
      targets[row * outputs + output] = quality;
      known[row * outputs + output] = weights[row] as number;
    }
  const bases = meansOf(targets, known, outputs);
  return {
    loss,
    design,
    outputs,
    targets,
    weights: known,
    bases: loss === 'squared' ? bases : bases.map(logit),
  };
}

/** Weighted means, each with the mean of all as one more row: a model without labels is an average one, and none is 0 or 1. */
function meansOf(targets: Float32Array, weights: Float32Array, outputs: number): Float64Array {
  const sums = new Float64Array(outputs);
  const totals = new Float64Array(outputs);
  for (let at = 0; at < targets.length; at++) {
    sums[at % outputs] = (sums[at % outputs] as number) + (targets[at] as number) * (weights[at] as number);
    totals[at % outputs] = (totals[at % outputs] as number) + (weights[at] as number);
  }
  const add = (sum: number, value: number): number => sum + value;
  const all = (sums.reduce(add, 0) + 0.5) / (totals.reduce(add, 0) + 1);
  return sums.map((sum, output) => (sum + all) / ((totals[output] as number) + 1));
}

function logit(chance: number): number {
  return Math.log(chance / (1 - chance));
}

function penaltiesOf(design: Design, { hashed, dense, embedded }: Strengths): Float32Array {
  const penalties = new Float32Array(columnCount(design)).fill(hashed);
  const others = design.facts + design.embedded;
  penalties.fill(dense, 0, design.facts).fill(embedded, design.facts, others);
  penalties[others] = INTERCEPT_STRENGTH;
  return penalties;
}

/** Weights by column, then output; begins at `start` and changes it. */
export function fitRegression(
  regression: Regression,
  strengths: Strengths,
  { start, tolerance, mostSteps }: Precision & { start: Float32Array },
): Float32Array {
  const { loss, design, outputs, targets, weights, bases } = regression;
  const penalties = penaltiesOf(design, strengths);
  const options = { start, tolerance, mostSteps };
  if (loss === 'squared') {
    const gaps = targets.map((target, at) => (target - (bases[at % outputs] as number)) * (weights[at] as number));
    return solve({ design, outputs, weights, penalties }, spread(design, gaps, outputs), options);
  }
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const { system, right } = newtonStep(regression, penalties, start);
    const before = start.slice();
    solve(system, right, options);
    if (distance(before, start) <= tolerance * (1e-9 + distance(start))) break;
  }
  return start;
}

/** The weighted least squares that lead from these weights to the next (IRLS). */
function newtonStep(
  { design, outputs, targets, weights, bases }: Regression,
  penalties: Float32Array,
  b: Float32Array,
): { system: System; right: Float32Array } {
  const right = project(design, b, outputs);
  const curvatures = new Float32Array(right.length);
  for (let at = 0; at < right.length; at++) {
    const odds = right[at] as number;
    const chance = logistic(odds + (bases[at % outputs] as number));
    const weight = weights[at] as number;
    const curvature = weight * Math.max(LEAST_CURVATURE, chance * (1 - chance));
    curvatures[at] = curvature;
    right[at] = curvature * odds + weight * ((targets[at] as number) - chance);
  }
  return { system: { design, outputs, weights: curvatures, penalties }, right: spread(design, right, outputs) };
}

function distance(one: Float32Array, other?: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += ((one[at] as number) - (other?.[at] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

const CHOOSING_ROWS = 1500;
const CHOOSING_FOLDS = 3;
/** From strong to weak, so that each fit begins near its end. */
const GRID = [64, 16, 4, 1, 0.25];
/** A logistic loss bends so much less than a squared one where chances are neither near 0 nor near 1. */
const LOGISTIC_SHARE = 0.2;

/**
 * The strengths with the least squared error on families that were left out, summed over the models: first the facts', then the hashed
 * columns', then the embedding's. Some rows choose as well as all do: a strength is against the noise of one row, however many there are.
 */
export function chooseStrengths(examples: Examples, loss: Loss, seed: number): Strengths {
  const chosen = someRows(examples, seed);
  const design = designOf(chosen, columnsOf(chosen));
  const folds = foldsOf(chosen.families, CHOOSING_FOLDS, seed);
  const inFolds = withFolds(regressionOf(chosen, design, 'squared'), folds);
  let best: Strengths = { hashed: 16, dense: 4, embedded: 16 };
  for (const block of ['dense', 'hashed', 'embedded'] as const) {
    if (block === 'embedded' && examples.embedded === null) continue;
    best = { ...best, [block]: bestOf(inFolds, folds, (strength) => ({ ...best, [block]: strength })) };
  }
  const share = loss === 'squared' ? 1 : LOGISTIC_SHARE;
  return { hashed: best.hashed * share, dense: best.dense * share, embedded: best.embedded * share };
}

/** Down the grid, as long as it gets better. */
function bestOf(inFolds: Regression, folds: Int32Array, strengthsOf: (strength: number) => Strengths): number {
  const start = new Float32Array(columnCount(inFolds.design) * inFolds.outputs);
  let least = Number.POSITIVE_INFINITY;
  let best = GRID[0] as number;
  for (const strength of GRID) {
    const b = fitRegression(inFolds, strengthsOf(strength), { start, ...ROUGH });
    const error = errorLeftOut(inFolds, b, folds);
    if (error >= least) break;
    least = error;
    best = strength;
  }
  return best;
}

function someRows(examples: Examples, seed: number): Examples {
  const { families } = examples;
  if (families.length <= CHOOSING_ROWS) return examples;
  const parts = splitRows(families, [CHOOSING_ROWS, families.length - CHOOSING_ROWS], seed + 1);
  return takeRows(
    examples,
    rowsWhere(families.length, (row) => parts[row] === 0),
  );
}

/** The same regression once for every fold, without that fold's rows: output `fold * outputs + output`. */
function withFolds(regression: Regression, folds: Int32Array): Regression {
  const { outputs } = regression;
  const rows = folds.length;
  const wide = outputs * CHOOSING_FOLDS;
  const targets = new Float32Array(rows * wide);
  const weights = new Float32Array(rows * wide);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < wide; at++) {
      targets[row * wide + at] = regression.targets[row * outputs + (at % outputs)] as number;
      if (folds[row] !== Math.floor(at / outputs))
        weights[row * wide + at] = regression.weights[row * outputs + (at % outputs)] as number;
      else weights[row * wide + at] = 0;
    }
  const bases = Float64Array.from({ length: wide }, (_, at) => regression.bases[at % outputs] as number);
  return { ...regression, outputs: wide, targets, weights, bases };
}

function errorLeftOut(inFolds: Regression, b: Float32Array, folds: Int32Array): number {
  const { design, outputs: wide, targets, bases } = inFolds;
  const outputs = wide / CHOOSING_FOLDS;
  const rows = folds.length;
  const scores = project(design, b, wide);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const fold = folds[row] as number;
    for (let output = 0; output < outputs; output++) {
      const at = row * wide + fold * outputs + output;
      // Another fold has the weight that this one was given 0 for.
      const known = inFolds.weights[row * wide + ((fold + 1) % CHOOSING_FOLDS) * outputs + output] as number;
      if (known === 0) continue;
      const score = (scores[at] as number) + (bases[fold * outputs + output] as number);
      sum += known * ((targets[at] as number) - score) ** 2;
    }
  }
  return sum;
}
