import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { factor, solve } from './cholesky.ts';

test('a system is solved', () => {
  const x = solve(factor(Float64Array.of(4, 2, 2, 3), 2), [8, 7]);
  assert.ok(Math.abs((x[0] as number) - 1.25) < 1e-12 && Math.abs((x[1] as number) - 1.5) < 1e-12);
});

test('a matrix that is not positive definite is refused', () => {
  assert.throws(() => factor(Float64Array.of(1, 2, 2, 1), 2), /not positive definite/);
  assert.throws(() => factor(Float64Array.of(Number.NaN), 1), RangeError);
});

test('law: the solution of A x = b gives b again', () => {
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(value, { minLength: 72, maxLength: 72 }), (size, values) => {
      const at = (row: number, column: number): number => values[row * size + column] as number;
      const matrix = new Float64Array(size * size);
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++) {
          let sum = row === column ? 1 : 0;
          for (let k = 0; k < size; k++) sum += at(row, k) * at(column, k);
          matrix[row * size + column] = sum;
        }
      const right = values.slice(64, 64 + size);
      const x = solve(factor(matrix, size), right);
      for (let row = 0; row < size; row++) {
        let sum = 0;
        for (let column = 0; column < size; column++)
          sum += (matrix[row * size + column] as number) * (x[column] as number);
        assert.ok(Math.abs(sum - (right[row] as number)) < 1e-7);
      }
    }),
  );
});
