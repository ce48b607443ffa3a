// How far probabilities can be believed, and how well they tell good answers from bad ones.

/** The area under the ROC curve: the chance that a good one is rated above a bad one, ties half. NaN when one kind is missing. Labels of 0.5 and more are good. */
export function areaUnderRoc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Int32Array.from({ length: scores.length }, (_, at) => at).sort(
    (one, other) => (scores[one] as number) - (scores[other] as number),
  );
  let goods = 0;
  let rankSum = 0;
  for (let at = 0; at < order.length; ) {
    let end = at;
    while (end < order.length && scores[order[end] as number] === scores[order[at] as number]) end++;
    const rank = (at + 1 + end) / 2;
    for (; at < end; at++) {
      if ((labels[order[at] as number] as number) < 0.5) continue;
      goods++;
      rankSum += rank;
    }
  }
  const bads = order.length - goods;
  return goods === 0 || bads === 0 ? Number.NaN : (rankSum - (goods * (goods + 1)) / 2) / (goods * bads);
}

/** Some answers that were given about the same chance. */
export interface Bin {
  count: number;
  /** Mean chance that they were given, and mean outcome, 0 to 1. */
  chance: number;
  outcome: number;
}

/** Groups of one size, sorted by chance; fewer than `bins` where there are fewer answers. */
export function calibrationBins(chances: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): Bin[] {
  const total = chances.length;
  const order = Int32Array.from({ length: total }, (_, at) => at).sort(
    (one, other) => (chances[one] as number) - (chances[other] as number),
  );
  const found: Bin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const [from, to] = [Math.floor((bin * total) / bins), Math.floor(((bin + 1) * total) / bins)];
    let [chance, outcome] = [0, 0];
    for (let at = from; at < to; at++) {
      chance += chances[order[at] as number] as number;
      outcome += labels[order[at] as number] as number;
    }
    const count = to - from;
    if (count > 0) found.push({ count, chance: chance / count, outcome: outcome / count });
  }
  return found;
}

/**
 * Expected calibration error: how far chances and outcomes are apart, over `bins` groups of one size sorted by chance. Naeini, Cooper,
 * Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
 */
export function calibrationError(chances: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): number {
  const error = calibrationBins(chances, labels, bins).reduce(
    (sum, { count, chance, outcome }) => sum + count * Math.abs(chance - outcome),
    0,
  );
  return chances.length === 0 ? Number.NaN : error / chances.length;
}

/** Mean squared difference of chance and outcome. Brier (1950), Verification of forecasts expressed in terms of probability. */
export function brierScore(chances: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < chances.length; at++) sum += ((chances[at] as number) - (labels[at] as number)) ** 2;
  return sum / chances.length;
}
