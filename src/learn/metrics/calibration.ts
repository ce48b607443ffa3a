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

/**
 * Expected calibration error: how far chances and outcomes are apart, over `bins` groups of one size sorted by chance. Naeini, Cooper,
 * Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
 */
export function calibrationError(chances: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): number {
  const count = chances.length;
  const order = Int32Array.from({ length: count }, (_, at) => at).sort(
    (one, other) => (chances[one] as number) - (chances[other] as number),
  );
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    let difference = 0;
    for (let at = Math.floor((bin * count) / bins); at < Math.floor(((bin + 1) * count) / bins); at++)
      difference += (chances[order[at] as number] as number) - (labels[order[at] as number] as number);
    error += Math.abs(difference);
  }
  return count === 0 ? Number.NaN : error / count;
}

/** Mean squared difference of chance and outcome. Brier (1950), Verification of forecasts expressed in terms of probability. */
export function brierScore(chances: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < chances.length; at++) sum += ((chances[at] as number) - (labels[at] as number)) ** 2;
  return sum / chances.length;
}
