// The binomial distribution, for counts too small for approximations.

/**
 * The two-sided p-value of `passed` out of `trials` when each passes with probability `share`: how likely a count is that is no likelier than
 * this one. 1 of no trials. Conover, W. J. (1971), Practical nonparametric statistics, pages 95 to 104.
 */
export function binomialTest(passed: number, trials: number, share = 0.5): number {
  if (trials === 0) return 1;
  const likelihood = likelihoodOf(trials, share);
  // Counts that are as likely but for rounding belong to them.
  const bound = likelihood(passed) * (1 + 1e-7);
  let sum = 0;
  for (let count = 0; count <= trials; count++) if (likelihood(count) <= bound) sum += likelihood(count);
  return Math.min(1, sum);
}

/** The probability of each count. */
function likelihoodOf(trials: number, share: number): (count: number) => number {
  const logs = new Float64Array(trials + 1);
  for (let count = 1; count <= trials; count++) logs[count] = (logs[count - 1] as number) + Math.log(count);
  const all = logs[trials] as number;
  return (count) => {
    if (share === 0 || share === 1) return count === trials * share ? 1 : 0;
    const ways = all - (logs[count] as number) - (logs[trials - count] as number);
    return Math.exp(ways + count * Math.log(share) + (trials - count) * Math.log(1 - share));
  };
}
