import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toError, toUnitLength } from './encoder.ts';

test('a vector is scaled to length 1 and keeps its direction; zeros stay zeros', () => {
  assert.deepEqual(
    [...toUnitLength(Float32Array.of(3, 0, -4))].map((x) => x.toFixed(6)),
    ['0.600000', '0.000000', '-0.800000'],
  );
  assert.deepEqual([...toUnitLength(new Float32Array(3))], [0, 0, 0]);
  const numbers = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 40 }), (values) => {
      const vector = toUnitLength(Float32Array.from(values));
      const length = Math.hypot(...vector);
      // Squares of the smallest numbers there are come out as nothing.
      if (Math.max(...values.map(Math.abs)) > 1e-3) assert.ok(Math.abs(length - 1) < 1e-5, `${length}`);
      for (const [at, value] of vector.entries()) assert.ok(value * (values[at] as number) >= 0);
    }),
  );
});

test('whatever is thrown becomes an Error, and an Error stays the one it is', () => {
  const error = new RangeError('too far');
  assert.equal(toError(error), error);
  assert.equal(toError('plain').message, 'plain');
});
