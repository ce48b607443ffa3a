import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { meanOf, NO_MOMENTS, varianceOf, withMoment } from './moments.ts';

test('nothing has neither mean nor variance, and one value no variance', () => {
  assert.equal(meanOf(NO_MOMENTS), null);
  assert.equal(varianceOf(NO_MOMENTS), null);
  assert.equal(meanOf(withMoment(NO_MOMENTS, 3)), 3);
  assert.equal(varianceOf(withMoment(NO_MOMENTS, 3)), null);
});

test('law: mean and variance are those of the values, also far from zero', () => {
  const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.constantFrom(0, 1e6), (near, offset) => {
      const all = near.map((value) => value + offset);
      const moments = all.reduce(withMoment, NO_MOMENTS);
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
      const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
      assert.equal(moments.count, all.length);
      assert.ok(Math.abs((meanOf(moments) ?? Number.NaN) - mean) < 1e-6);
      assert.ok(Math.abs((varianceOf(moments) ?? Number.NaN) - variance) < 1e-4 * (1 + variance));
    }),
  );
});
