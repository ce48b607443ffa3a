// What a learner says of rows that it has not learned from: honest scores, for calibration, for stacking and for choosing. Rows of one
// family are in one fold, so that no row is rated by a learner that knows its twin.
import { foldsOf } from '../rows/split.ts';
import { createReader, rowsWhere, takeRows } from './examples.ts';
import type { Examples, FitOptions, Learner } from './learner.ts';

export interface CrossFitOptions extends FitOptions {
  /** Number of folds; a third to a tenth of the rows is left out at a time. */
  folds: number;
}

/**
 * For each model the estimate for every row, whether its answer is known or not, by a fit without the row's fold. Strengths and the like
 * are chosen once, on all rows: they are one or two numbers and give nothing away.
 */
export function crossFit<State>(
  learner: Learner<State>,
  examples: Examples,
  { folds: count, seed, onProgress }: CrossFitOptions,
): Float64Array[] {
  const folds = foldsOf(examples.families, count, seed);
  const tuned = learner.tuned?.(examples, { seed }) ?? learner;
  const scores = examples.models.map(() => new Float64Array(folds.length));
  for (let fold = 0; fold < count; fold++) {
    const inside = rowsWhere(folds.length, (row) => folds[row] === fold);
    if (inside.length === 0) continue;
    const outside = rowsWhere(folds.length, (row) => folds[row] !== fold);
    const rate = tuned.rater(tuned.fit(takeRows(examples, outside), { seed }));
    rateRows(rate, takeRows(examples, inside), (at, out) => {
      for (const [model, value] of out.entries()) (scores[model] as Float64Array)[inside[at] as number] = value;
    });
    onProgress?.((fold + 1) / count);
  }
  return scores;
}

/** Tells the estimates of every row; `out` is the same array every time. */
export function rateRows(
  rate: ReturnType<Learner<unknown>['rater']>,
  examples: Examples,
  tell: (row: number, out: Float64Array) => void,
): void {
  const reader = createReader(examples);
  const out = new Float64Array(examples.models.length);
  for (let row = 0; row < examples.sparse.rows; row++) {
    rate(reader(row), out);
    tell(row, out);
  }
}
