import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { addTo, empty, type Moments, meanOf, noMoments, pour, varianceOf } from './moments.ts';

function of(values: readonly number[]): Moments {
  const moments = noMoments();
  for (const value of values) addTo(moments, value);
  return moments;
}

describe('moments', () => {
  test('know the mean and the variance of their values', () => {
    const moments = of([1, 2, 3, 6]);
    assert.deepEqual([moments.count, meanOf(moments), varianceOf(moments)], [4, 3, 3.5]);
  });

  test('of nothing have neither spread nor mean', () => {
    assert.deepEqual([meanOf(noMoments()), varianceOf(noMoments())], [0, 0]);
  });

  test('are never less than certain: alike values have no spread, whatever rounding says', () => {
    assert.ok(varianceOf(of(Array.from({ length: 1000 }, () => 0.1))) >= 0);
  });

  test('law: poured together are those of all values, and the poured ones are empty', () => {
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(values, values, (some, others) => {
        const [one, other] = [of(some), of(others)];
        pour(other, one);
        assert.deepEqual(one, of([...some, ...others]));
        assert.deepEqual(other, noMoments());
      }),
    );
  });

  test('can be emptied', () => {
    const moments = of([1, 2]);
    empty(moments);
    assert.deepEqual(moments, noMoments());
  });
});
