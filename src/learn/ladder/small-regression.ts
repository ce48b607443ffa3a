// Regressions with a few dozen columns, solved exactly: ridge for values, logistic for chances. Columns are standardised; the intercept
// is never shrunk.
import { type Factored, factor, solve } from '../../stats/cholesky.ts';
import { likeliestWeights } from '../../stats/logistic.ts';

/** The precision of an intercept, which is next to free. */
const FREE = 1e-6;

/** Rows of columns, row after row. */
export interface Table {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** What a regression comes to: a weight for every column, as it comes, and an intercept. */
export interface Weights {
  intercept: number;
  weights: Float64Array;
}

/** The sum for a row of a table, or for one row alone. */
export function weigh({ intercept, weights }: Weights, values: ArrayLike<number>, from = 0): number {
  let sum = intercept;
  for (let column = 0; column < weights.length; column++)
    sum += (weights[column] as number) * (values[from + column] as number);
  return sum;
}

/** The logarithm of the odds, of chances that are kept away from certainty by `edge`. */
export function logit(chance: number, edge = 0.005): number {
  const inside = Math.min(1 - edge, Math.max(edge, chance));
  return Math.log(inside / (1 - inside));
}

interface Standard {
  table: Table;
  means: Float64Array;
  /** 0 for a column without spread, which then counts for nothing. */
  inverses: Float64Array;
}

function standardise(table: Table): Standard {
  const { rows, columns, values } = table;
  const means = new Float64Array(columns);
  const inverses = new Float64Array(columns);
  for (let at = 0; at < values.length; at++)
    means[at % columns] = (means[at % columns] as number) + (values[at] as number);
  for (let column = 0; column < columns; column++) means[column] = (means[column] as number) / Math.max(1, rows);
  for (let at = 0; at < values.length; at++) {
    const column = at % columns;
    inverses[column] = (inverses[column] as number) + ((values[at] as number) - (means[column] as number)) ** 2;
  }
  for (let column = 0; column < columns; column++) {
    const spread = Math.sqrt((inverses[column] as number) / Math.max(1, rows));
    inverses[column] = spread > 1e-9 ? 1 / spread : 0;
  }
  const scaled = values.map(
    (value, at) => (value - (means[at % columns] as number)) * (inverses[at % columns] as number),
  );
  return { table: { rows, columns, values: scaled }, means, inverses };
}

/** Weights for columns as they come from those for standardised ones; the intercept is the last of them. */
function toPlain({ means, inverses }: Standard, solved: Float64Array): Weights {
  const columns = means.length;
  const weights = new Float64Array(columns);
  let intercept = solved[columns] as number;
  for (let column = 0; column < columns; column++) {
    weights[column] = (solved[column] as number) * (inverses[column] as number);
    intercept -= (weights[column] as number) * (means[column] as number);
  }
  return { intercept, weights };
}

/** X'X with the intercept as the last column, and `penalty` on all others. */
function gram({ rows, columns, values }: Table, penalty: number): Float64Array {
  const size = columns + 1;
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    for (let one = 0; one < size; one++) {
      const left = one === columns ? 1 : (values[from + one] as number);
      if (left === 0) continue;
      for (let other = 0; other <= one; other++) {
        const right = other === columns ? 1 : (values[from + other] as number);
        matrix[one * size + other] = (matrix[one * size + other] as number) + left * right;
      }
    }
  }
  for (let one = 0; one < size; one++) {
    matrix[one * size + one] = (matrix[one * size + one] as number) + (one === columns ? FREE : penalty + 1e-9);
    for (let other = 0; other < one; other++) matrix[other * size + one] = matrix[one * size + other] as number;
  }
  return matrix;
}

/** X'r with the intercept last. */
function projection({ rows, columns, values }: Table, residuals: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(columns + 1);
  for (let row = 0; row < rows; row++) {
    const residual = residuals[row] as number;
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + residual * (values[row * columns + column] as number);
    sums[columns] = (sums[columns] as number) + residual;
  }
  return sums;
}

/** A ridge regression that is ready for any number of targets on the same rows. */
export class Ridge {
  private readonly standard: Standard;
  private readonly factored: Factored;

  constructor(table: Table, penalty: number) {
    this.standard = standardise(table);
    this.factored = factor(gram(this.standard.table, penalty), table.columns + 1);
  }

  /** One target per row. */
  fit(targets: ArrayLike<number>): Weights {
    return toPlain(this.standard, solve(this.factored, projection(this.standard.table, targets)));
  }
}

/**
 * Logistic regression. Labels from 0 to 1; throws RangeError when one is no number. `penalty`: half the weight of the squared weights of
 * standardised columns, against a loss summed over rows.
 */
export function fitLogistic(table: Table, labels: ArrayLike<number>, penalty: number): Weights {
  const told = Float64Array.from(labels);
  if (told.some(Number.isNaN)) throw new RangeError('a label is not known');
  const standard = standardise(table);
  const { rows, columns, values } = standard.table;
  const size = columns + 1;
  const withOnes = new Float64Array(rows * size).fill(1);
  for (let row = 0; row < rows; row++) withOnes.set(values.subarray(row * columns, (row + 1) * columns), row * size);
  const precisions = new Float64Array(size).fill(penalty + 1e-9);
  precisions[columns] = FREE;
  const belief = { means: new Float64Array(size), precisions };
  const examples = { columns: withOnes, labels: told, weights: new Float64Array(rows).fill(1) };
  return toPlain(standard, likeliestWeights(examples, belief));
}
