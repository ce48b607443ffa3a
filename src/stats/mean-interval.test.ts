import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { intervalOf, type MeanIntervalState, NO_VALUES, withValue } from './mean-interval.ts';
import { createRandom } from './random.ts';

const gap = { range: { low: -1, high: 1 }, error: 0.05 };

/** The states after each value. */
function statesOf(values: readonly number[], options = gap): MeanIntervalState[] {
  let state: MeanIntervalState = { ...NO_VALUES };
  return values.map((value) => (state = withValue(state, value, options)));
}

describe('an interval that may be looked at after every value', () => {
  test('of nothing is the whole range, and there is no mean', () => {
    assert.deepEqual(intervalOf(NO_VALUES, gap), { mean: null, low: -1, high: 1 });
  });

  test('is wrong at any moment no more often than it says, of 200 runs of 1,500 values', () => {
    let wrong = 0;
    for (let run = 0; run < 200; run++) {
      const random = createRandom(run + 1);
      const values = Array.from({ length: 1500 }, () => (random() < 0.1 ? -1 : random() < 0.06 ? 1 : 0));
      const truth = -0.1 + 0.9 * 0.06;
      const isWrong = statesOf(values).some((state) => {
        const { low, high } = intervalOf(state, gap);
        return low > truth || high < truth;
      });
      if (isWrong) wrong++;
    }
    assert.ok(wrong <= 10, `${wrong} of 200`);
  });

  test('is narrow where values hardly vary: 2,000 canaries of which one in twenty differs tell a gap to three hundredths', () => {
    const random = createRandom(5);
    const values = Array.from({ length: 2000 }, () => (random() < 0.05 ? (random() < 0.8 ? -1 : 1) : 0));
    const { low, high, mean } = intervalOf(statesOf(values).at(-1) ?? assert.fail(), gap);
    assert.ok(high - low < 0.06, `${low} to ${high}`);
    assert.ok(mean !== null && low < mean && mean < high);
  });

  test('law: it never grows, stays in its range, and its mean is that of the values', () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), (values) => {
        const told = statesOf(values).map((state) => intervalOf(state, gap));
        for (const [at, { low, high }] of told.entries()) {
          assert.ok(low >= -1 && high <= 1);
          const before = told[at - 1];
          if (before !== undefined) assert.ok(low >= before.low && high <= before.high);
        }
        const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
        assert.ok(Math.abs((told.at(-1)?.mean ?? 9) - mean) < 1e-9);
      }),
    );
  });

  test('law: goes on from its state as from its values', () => {
    const values = fc.array(fc.constantFrom(-1, 0, 0.5, 1), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(39), (all, cut) => {
        const at = cut % all.length;
        let state = JSON.parse(JSON.stringify(statesOf(all.slice(0, at)).at(-1) ?? NO_VALUES)) as MeanIntervalState;
        for (const one of all.slice(at)) state = withValue(state, one, gap);
        assert.deepEqual(state, statesOf(all).at(-1));
      }),
    );
  });

  test('refuses what is outside of its range, and what is no number', () => {
    for (const value of [1.1, -2, Number.NaN])
      assert.throws(() => withValue(NO_VALUES, value, gap), /is not between -1 and 1/);
  });
});
