// Observations that come in groups tell less than as many that have nothing to do with each other.

/**
 * How many grouped observations tell as much as one that stands alone: 1 + (m - 1) r, with m the size of a usual group and r how alike its
 * members are; never below 1. Kish, L. (1965), Survey sampling, section 5.4; r by the analysis of variance, Donner, A. and Koval, J. J.
 * (1980), The estimation of intraclass correlation in the analysis of family data.
 */
export function designEffect(groups: readonly (readonly number[])[]): number {
  const filled = groups.filter(({ length }) => length > 0);
  const count = filled.reduce((sum, { length }) => sum + length, 0);
  const between = filled.length - 1;
  const within = count - filled.length;
  if (between < 1 || within < 1) return 1;
  const mean = sumOf(filled.flat()) / count;
  const means = filled.map((group) => sumOf(group) / group.length);
  const outer = sumOf(filled.map((group, at) => group.length * ((means[at] as number) - mean) ** 2)) / between;
  const inner =
    sumOf(filled.map((group, at) => sumOf(group.map((value) => (value - (means[at] as number)) ** 2)))) / within;
  const usual = (count - sumOf(filled.map(({ length }) => length ** 2)) / count) / between;
  const spread = outer + (usual - 1) * inner;
  if (spread === 0) return 1;
  const alike = Math.max(0, (outer - inner) / spread);
  // Where sizes differ, a member stands in a group that is larger than the mean one.
  const size = sumOf(filled.map(({ length }) => length ** 2)) / count;
  return 1 + (size - 1) * alike;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
