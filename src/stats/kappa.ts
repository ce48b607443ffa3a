// Cohen's kappa: how far two raters agree beyond what chance would give them.
import { twoSidedZ } from './normal.ts';
import { type Interval, wilson } from './proportion.ts';

export interface Kappa extends Interval {
  /** -1 to 1; null where chance alone would agree always, because both raters know one answer only. */
  kappa: number | null;
  /** Null with it. */
  standardError: number | null;
  /** Share of agreement as it was seen, and as chance would give it. */
  observed: number;
  expected: number;
}

/**
 * Kappa of a square table of counts (rows: one rater, columns: the other) with its large-sample standard error. Cohen, J. (1960), A
 * coefficient of agreement for nominal scales; Fleiss, J. L., Cohen, J. and Everitt, B. S. (1969), Large sample standard errors of kappa and
 * weighted kappa, formula 13. That error is 0 where agreement is perfect, however few have been counted, so the lower end is the lesser of
 * its own and the one that Wilson's interval of the agreement gives with chance as it is. `design`: how many counts tell as much as one, 1 when
 * they are independent.
 */
export function kappaOf(
  table: readonly (readonly number[])[],
  { confidence = 0.95, design = 1 }: { confidence?: number; design?: number } = {},
): Kappa {
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  const shares = table.map((row) => row.map((count) => (total === 0 ? 0 : count / total)));
  const rows = shares.map((row) => row.reduce((sum, share) => sum + share, 0));
  const columns = shares.map((_, at) => shares.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const observed = shares.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const expected = rows.reduce((sum, share, at) => sum + share * (columns[at] ?? 0), 0);
  if (total === 0 || expected >= 1) return { kappa: null, standardError: null, low: -1, high: 1, observed, expected };
  const kappa = (observed - expected) / (1 - expected);
  const trials = total / design;
  const standardError = Math.sqrt(varianceOf({ shares, rows, columns, observed, expected }) / trials);
  const spread = twoSidedZ(confidence) * standardError;
  const agreed = wilson(observed * trials, trials, confidence);
  const low = Math.min(kappa - spread, (agreed.low - expected) / (1 - expected));
  return { kappa, standardError, low: Math.max(-1, low), high: Math.min(1, kappa + spread), observed, expected };
}

interface Margins {
  shares: readonly (readonly number[])[];
  rows: readonly number[];
  columns: readonly number[];
  observed: number;
  expected: number;
}

/** Of one count. */
function varianceOf({ shares, rows, columns, observed, expected }: Margins): number {
  const disagreed = 1 - observed;
  const chance = 1 - expected;
  let sum = 0;
  for (const [row, cells] of shares.entries()) {
    for (const [column, share] of cells.entries()) {
      // The margins of the two raters are crossed: the column's of the row's category with the row's of the column's.
      const margin = (columns[row] ?? 0) + (rows[column] ?? 0);
      sum += row === column ? share * (chance - margin * disagreed) ** 2 : disagreed ** 2 * share * margin ** 2;
    }
  }
  const rest = (observed * expected - 2 * expected + observed) ** 2;
  return Math.max(0, sum - rest) / chance ** 4;
}
