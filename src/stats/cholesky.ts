// Linear systems with a symmetric, positive definite matrix: what is left of a regression with few columns.

/** A factored matrix; it solves for any right side. */
export interface Factored {
  size: number;
  /** The lower triangle, row after row; above the diagonal nothing counts. */
  lower: Float64Array;
}

/** `matrix`: row after row, symmetric. Throws RangeError when it is not positive definite. Golub, Van Loan, Matrix computations, 4.2. */
export function factor(matrix: Float64Array, size: number): Factored {
  const lower = Float64Array.from(matrix);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row * size + column] as number;
      for (let at = 0; at < column; at++)
        sum -= (lower[row * size + at] as number) * (lower[column * size + at] as number);
      if (row !== column) lower[row * size + column] = sum / (lower[column * size + column] as number);
      else if (sum > 0) lower[row * size + row] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return { size, lower };
}

/** The solution for a right side. */
export function solve({ size, lower }: Factored, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    let sum = x[row] as number;
    for (let at = 0; at < row; at++) sum -= (lower[row * size + at] as number) * (x[at] as number);
    x[row] = sum / (lower[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] as number;
    for (let at = row + 1; at < size; at++) sum -= (lower[at * size + row] as number) * (x[at] as number);
    x[row] = sum / (lower[row * size + row] as number);
  }
  return x;
}
