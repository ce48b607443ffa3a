// Scores as chances along a logistic curve: two numbers, which few labels are enough for. Platt (1999), Probabilistic outputs for support
// vector machines; fitted as in Lin, Lin, Weng (2007), A note on Platt's probabilistic outputs for support vector machines.
import type { Labelled } from './calibrate.ts';

export interface PlattCurve {
  kind: 'platt';
  /** Never below 0: a higher score is never a lower chance. */
  slope: number;
  offset: number;
}

const MOST_STEPS = 100;
const NEAR = 1e-5;
/** Keeps Newton's matrix invertible where all scores are the same. */
const RIDGE = 1e-9;

/** Needs no labels at all: of none the chance is a half. Labels between 0 and 1 count as so much of either. */
export function fitPlatt({ scores, labels, weights }: Labelled): PlattCurve {
  const targets = platt(labels, weights);
  const { centre, spread } = scaleOf(scores, weights);
  const x = Float64Array.from(scores, (score) => (score - centre) / spread);
  let curve = newton({ x, targets, weights }, false);
  // A score that says the opposite says nothing: the best curve that does not fall is flat.
  if (curve.slope < 0) curve = newton({ x, targets, weights }, true);
  const slope = curve.slope / spread;
  return { kind: 'platt', slope, offset: curve.offset - slope * centre };
}

/** Platt's targets: as if one more had been seen of either kind, so that no chance is 0 or 1. */
function platt(labels: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  let goods = 0;
  let total = 0;
  for (let at = 0; at < labels.length; at++) {
    goods += (labels[at] as number) * (weights[at] as number);
    total += weights[at] as number;
  }
  const good = (goods + 1) / (goods + 2);
  const bad = 1 / (total - goods + 2);
  return Float64Array.from(labels, (label) => label * good + (1 - label) * bad);
}

function scaleOf(scores: ArrayLike<number>, weights: ArrayLike<number>): { centre: number; spread: number } {
  let total = 0;
  let sum = 0;
  for (let at = 0; at < scores.length; at++) {
    total += weights[at] as number;
    sum += (weights[at] as number) * (scores[at] as number);
  }
  const centre = total > 0 ? sum / total : 0;
  let squares = 0;
  for (let at = 0; at < scores.length; at++)
    squares += (weights[at] as number) * ((scores[at] as number) - centre) ** 2;
  const spread = total > 0 ? Math.sqrt(squares / total) : 0;
  return { centre, spread: spread > 1e-12 ? spread : 1 };
}

interface Problem {
  x: Float64Array;
  targets: Float64Array;
  weights: ArrayLike<number>;
}

function newton(problem: Problem, isFlat: boolean): { slope: number; offset: number } {
  let [slope, offset] = [0, 0];
  let loss = lossOf(problem, slope, offset);
  for (let step = 0; step < MOST_STEPS; step++) {
    const [bySlope, byOffset] = direction(problem, { slope, offset, isFlat });
    // So near the end a step squares what is left, and the loss is too large a sum to see it get smaller.
    if (Math.abs(bySlope) + Math.abs(byOffset) < NEAR) return { slope: slope + bySlope, offset: offset + byOffset };
    let size = 1;
    let next = lossOf(problem, slope + bySlope, offset + byOffset);
    while (!(next <= loss) && size > 1e-10) {
      size /= 2;
      next = lossOf(problem, slope + size * bySlope, offset + size * byOffset);
    }
    if (!(next <= loss)) break;
    slope += size * bySlope;
    offset += size * byOffset;
    loss = next;
  }
  return { slope, offset };
}

function lossOf({ x, targets, weights }: Problem, slope: number, offset: number): number {
  let sum = 0;
  for (let at = 0; at < x.length; at++) {
    const odds = slope * (x[at] as number) + offset;
    // ln(1 + e^odds) - target * odds, without an overflow.
    const logSum = odds > 0 ? odds + Math.log1p(Math.exp(-odds)) : Math.log1p(Math.exp(odds));
    sum += (weights[at] as number) * (logSum - (targets[at] as number) * odds);
  }
  return sum;
}

function direction(
  { x, targets, weights }: Problem,
  { slope, offset, isFlat }: { slope: number; offset: number; isFlat: boolean },
): [number, number] {
  let [g0, g1, h00, h01, h11] = [0, 0, RIDGE, 0, RIDGE];
  for (let at = 0; at < x.length; at++) {
    const value = isFlat ? 0 : (x[at] as number);
    const weight = weights[at] as number;
    const chance = 1 / (1 + Math.exp(-(slope * value + offset)));
    const gap = weight * ((targets[at] as number) - chance);
    const bend = weight * chance * (1 - chance);
    g0 += gap * value;
    g1 += gap;
    h00 += bend * value * value;
    h01 += bend * value;
    h11 += bend;
  }
  const determinant = h00 * h11 - h01 * h01;
  return [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
}

export function plattChance({ slope, offset }: PlattCurve, score: number): number {
  return 1 / (1 + Math.exp(-(slope * score + offset)));
}
