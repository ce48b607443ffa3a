// Logistic regression on a handful of columns, each weight drawn towards what is believed of it beforehand: exact, by Newton's steps.
import { factor, solve } from './cholesky.ts';

/** What is believed of the weights: normal around the means, with these precisions (1 / variance). */
export interface WeightBelief {
  means: Float64Array;
  precisions: Float64Array;
}

export interface LogisticExamples {
  /** Row after row, `belief.means.length` columns each. */
  columns: Float64Array;
  /** 0 to 1, NaN where not known. */
  labels: Float64Array;
  weights: Float64Array;
}

const MOST_STEPS = 30;

/** The chance whose odds have this logarithm. */
export function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/** The likeliest weights. */
export function likeliestWeights(examples: LogisticExamples, belief: WeightBelief): Float64Array {
  const weights = belief.means.slice();
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, curvature } = slopes(examples, weights, belief);
    const move = solve(factor(curvature, weights.length), gradient);
    // Never far at once: where labels are few and one-sided, a whole step may overshoot.
    const length = Math.hypot(...move);
    const size = Math.min(1, 2 / (length || 1));
    for (let at = 0; at < weights.length; at++) weights[at] = (weights[at] as number) + size * (move[at] as number);
    if (length < 1e-8) break;
  }
  return weights;
}

function slopes(
  { columns, labels, weights: rowWeights }: LogisticExamples,
  weights: Float64Array,
  { means, precisions }: WeightBelief,
): { gradient: Float64Array; curvature: Float64Array } {
  const size = weights.length;
  const gradient = weights.map((weight, at) => (precisions[at] as number) * ((means[at] as number) - weight));
  const curvature = new Float64Array(size * size);
  for (let at = 0; at < size; at++) curvature[at * size + at] = precisions[at] as number;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    if (Number.isNaN(label)) continue;
    let odds = 0;
    for (let at = 0; at < size; at++) odds += (weights[at] as number) * (columns[row * size + at] as number);
    const chance = logistic(odds);
    const gap = (rowWeights[row] as number) * (label - chance);
    const bend = (rowWeights[row] as number) * chance * (1 - chance);
    for (let at = 0; at < size; at++) {
      const value = columns[row * size + at] as number;
      gradient[at] = (gradient[at] as number) + gap * value;
      for (let other = 0; other <= at; other++) {
        const place = at * size + other;
        curvature[place] = (curvature[place] as number) + bend * value * (columns[row * size + other] as number);
      }
    }
  }
  return { gradient, curvature };
}
