import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { lowerMean } from './betting.ts';
import { createRandom } from './random.ts';

describe('the lower end of a mean', () => {
  test('of nothing is 0, of little is low', () => {
    assert.equal(lowerMean([], 0.05), 0);
    assert.ok(lowerMean([1, 1, 1], 0.05) < 0.6);
  });

  test('of values that do not vary comes close to them', () => {
    assert.ok(lowerMean(new Float64Array(1000).fill(0.5), 0.02) > 0.49);
    assert.ok(lowerMean(new Float64Array(1000).fill(1), 0.02) > 0.985);
  });

  test('is narrower than Hoeffding where values hardly vary', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 1000 }, () => (random() < 0.03 ? (random() < 0.5 ? 0 : 1) : 0.5));
    const hoeffding = 0.5 - Math.sqrt(Math.log(1 / 0.02) / 2000);
    assert.ok(lowerMean(values, 0.02) > hoeffding + 0.02);
  });

  test('is above the truth no more often than it says, of 400 draws', () => {
    const random = createRandom(11);
    let wrong = 0;
    for (let draw = 0; draw < 400; draw++) {
      const values = Array.from({ length: 150 }, () => (random() < 0.8 ? 0.5 : random() < 0.4 ? 0 : 1));
      if (lowerMean(values, 0.1, draw) > 0.5 * 0.8 + 0.2 * 0.6) wrong++;
    }
    assert.ok(wrong <= 52, `${wrong} of 400`);
  });

  test('law: it is never above the mean of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(lowerMean(values, 0.05) <= mean + 1e-12);
      }),
    );
  });
});
