// How sure a share of passed answers is, when few were judged.

/** Standard normal quantile of 95 %, two-sided. */
const Z = 1.96;

/**
 * The lower end of the Wilson interval of `passed` out of `judged`, 0 to 1; null when none was judged. Wilson, E. B.
 * (1927), Probable inference, the law of succession, and statistical inference.
 */
export function lowerBound(passed: number, judged: number): number | null {
  if (!(judged > 0)) return null;
  const share = Math.min(1, passed / judged);
  const spread = Z * Math.sqrt((share * (1 - share)) / judged + (Z * Z) / (4 * judged * judged));
  return Math.max(0, (share + (Z * Z) / (2 * judged) - spread) / (1 + (Z * Z) / judged));
}
