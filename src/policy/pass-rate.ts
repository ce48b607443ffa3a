// How sure a share of passed answers is, when few were judged.
import { wilsonAt } from '../stats/proportion.ts';

/** Standard normal quantile of 95 %, two-sided. */
const Z = 1.96;

/** The lower end of the Wilson interval of `passed` out of `judged`, 0 to 1; null when none was judged. */
export function lowerBound(passed: number, judged: number): number | null {
  return judged > 0 ? wilsonAt(passed, judged, Z).low : null;
}
