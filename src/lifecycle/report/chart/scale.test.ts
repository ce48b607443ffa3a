import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fitScale, linearScale, logScale } from './scale.ts';

describe('a linear scale', () => {
  test('puts its ends at the ends of the range, whichever way that runs', () => {
    const scale = linearScale([0, 10], [100, 0]);
    assert.deepEqual([scale.at(0), scale.at(10), scale.at(5)], [100, 0, 50]);
  });

  test('is marked at multiples of 1, 2 or 5, without noise in their last digit', () => {
    assert.deepEqual(linearScale([0, 1], [0, 1]).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(linearScale([0.85, 1], [0, 1], 3).ticks, [0.85, 0.9, 0.95, 1]);
    assert.deepEqual(linearScale([-3, 12], [0, 1], 3).ticks, [0, 5, 10]);
  });

  test('of one value has room around it', () => {
    const { low, high } = linearScale([5, 5], [0, 1]);
    assert.ok(low < 5 && high > 5);
    assert.ok(linearScale([0, 0], [0, 1]).high > 0);
  });
});

describe('a logarithmic scale', () => {
  test('puts equal ratios at equal distances', () => {
    const scale = logScale([1, 100], [0, 200]);
    assert.ok(Math.abs(scale.at(10) - 100) < 1e-9);
  });

  test('is marked at 1, 2 and 5, or at powers of ten where those would be too many', () => {
    assert.deepEqual(logScale([0.4, 6], [0, 1]).ticks, [0.5, 1, 2, 5]);
    assert.deepEqual(logScale([1, 1e5], [0, 1]).ticks, [1, 10, 100, 1000, 1e4, 1e5]);
    assert.ok(logScale([1, 1e30], [0, 1]).ticks.length <= 6);
  });

  test('has marks inside the narrowest range', () => {
    assert.ok(logScale([6.1, 6.4], [0, 1]).ticks.length >= 2);
  });
});

describe('the scale for a set of values', () => {
  test('is logarithmic where they span so much that the small ones would be in a heap', () => {
    assert.equal(fitScale([0.3, 10], [0, 1]).kind, 'log');
    assert.equal(fitScale([3, 10], [0, 1]).kind, 'linear');
    assert.equal(fitScale([0, 10], [0, 1]).kind, 'linear');
  });

  test('begins at zero where that is near, and never below for what cannot be below', () => {
    assert.equal(fitScale([2, 10], [0, 1]).low, 0);
    assert.ok(fitScale([9, 10], [0, 1]).low > 8);
    assert.equal(fitScale([0, 0], [0, 1]).low, 0);
  });

  test('of values that differ in their last digits only has marks that can be told apart', () => {
    const { ticks } = fitScale([999_999_999_999.9998, 999_999_999_999.9999], [0, 1]);
    assert.equal(new Set(ticks).size, ticks.length);
    assert.ok(ticks.length > 1 && ticks.length <= 9, String(ticks));
  });

  test('of nothing is there all the same', () => {
    assert.ok(fitScale([], [0, 1]).ticks.length > 1);
  });

  test('holds every value between its ends, rises, and has its marks in order between them', () => {
    const value = fc.double({ min: 0, max: 1e12, noNaN: true }).map((one) => (one < 1e-6 ? 0 : one));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        const scale = fitScale(values, [10, 110]);
        for (const one of values) assert.ok(scale.at(one) >= 10 - 1e-6 && scale.at(one) <= 110 + 1e-6, String(one));
        const { ticks } = scale;
        assert.ok(ticks.length >= 1 && ticks.length <= 9, String(ticks));
        for (const [index, tick] of ticks.entries()) {
          assert.ok(index === 0 || tick > (ticks[index - 1] as number));
          assert.ok(tick >= scale.low - 1e-9 * Math.abs(scale.low) && tick <= scale.high * (1 + 1e-9));
        }
        assert.ok(scale.at(scale.high) > scale.at(scale.low));
      }),
    );
  });
});
