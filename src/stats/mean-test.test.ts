import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { isShown, type MeanClaim, type MeanTest, noTest, withBet } from './mean-test.ts';
import { createRandom } from './random.ts';

const RANGE = { low: -1, high: 1 };
const BELOW: MeanClaim = {
  side: 'below',
  bound: 0,
  distances: [
    { distance: 0.05, share: 0.75 },
    { distance: 0.2, share: 0.25 },
  ],
};
const ABOVE: MeanClaim = { ...BELOW, side: 'above', bound: -0.05 };
const OPTIONS = { range: RANGE, variance: 0.1 };

function testOf(values: readonly number[], claim: MeanClaim): MeanTest {
  return values.reduce<MeanTest>((test, value) => withBet(test, value, OPTIONS), noTest(claim));
}

/** -1, 0 or 1 with a mean, one in ten not 0. */
function valuesOf(count: number, mean: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const luck = random();
    return luck < 0.05 + mean / 2 ? 1 : luck < 0.1 ? -1 : 0;
  });
}

function shownOf(claim: MeanClaim, mean: number, count = 1500): number {
  let shown = 0;
  for (let run = 0; run < 300; run++) if (isShown(testOf(valuesOf(count, mean, run + 1), claim), 0.05)) shown++;
  return shown;
}

describe('a claim that a mean lies on one side of a bound', () => {
  test('is shown wrongly, at any moment, no more often than is said: where the mean is on the bound', () => {
    assert.ok(shownOf(BELOW, 0) <= 20, 'below');
    assert.ok(shownOf(ABOVE, -0.05) <= 20, 'above');
  });

  test('is hardly ever shown where the mean is on the other side', () => {
    assert.ok(shownOf(BELOW, 0.03) <= 1);
    assert.ok(shownOf(ABOVE, -0.08) <= 1);
  });

  test('is shown where it is true, soon where the distance is one that is bet on', () => {
    assert.ok(shownOf(BELOW, -0.05) >= 290);
    assert.ok(shownOf(ABOVE, 0) >= 290);
    assert.ok(
      isShown(
        testOf(
          Array.from({ length: 12 }, () => -1),
          BELOW,
        ),
        0.05,
      ),
    );
  });

  test('that was shown stays so, whatever comes', () => {
    const shown = testOf(
      Array.from({ length: 12 }, () => -1),
      BELOW,
    );
    const later = valuesOf(200, 0.05, 4).reduce<MeanTest>((test, value) => withBet(test, value, OPTIONS), shown);
    assert.ok(isShown(later, 0.05));
    assert.ok(later.holdings.every((held, at) => held < (shown.holdings[at] ?? 0)));
  });

  test('is as sound with a wrong variance: only slower', () => {
    for (const variance of [1e-12, 1]) {
      let shown = 0;
      for (let run = 0; run < 300; run++) {
        let test = noTest(BELOW);
        for (const value of valuesOf(800, 0, run + 1)) test = withBet(test, value, { range: RANGE, variance });
        if (isShown(test, 0.05)) shown++;
      }
      assert.ok(shown <= 20, `${shown} of 300 at ${variance}`);
    }
  });

  test('law: a fair game gives nothing away, and nobody ever owes anything', () => {
    const claim = fc.constantFrom(BELOW, ABOVE, { ...BELOW, bound: 0.3 });
    const before = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(before, claim, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (values, of, variance) => {
        const test = testOf(values, of);
        // Two values that have the bound for their mean: -1 and 1 by chance.
        const up = (1 + of.bound) / 2;
        const [low, high] = [-1, 1].map((value) => withBet(test, value, { range: RANGE, variance }));
        for (const [at, held] of test.holdings.entries()) {
          const mean = (1 - up) * (low?.holdings[at] ?? 0) + up * (high?.holdings[at] ?? 0);
          assert.ok(Math.abs(mean - held) < 1e-9 * Math.max(1, held));
          assert.ok((low?.holdings[at] ?? 0) > 0 && (high?.holdings[at] ?? 0) > 0);
        }
      }),
    );
  });

  test('law: goes on from its state as from its values, and stays what JSON can write', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 0, 0.25, 1), { maxLength: 40 }), (values) => {
        let kept = noTest(BELOW);
        for (const value of values) kept = withBet(JSON.parse(JSON.stringify(kept)) as MeanTest, value, OPTIONS);
        assert.deepEqual(kept, testOf(values, BELOW));
      }),
    );
    for (const value of [-1, 1]) {
      const { holdings, most } = testOf(
        Array.from({ length: 3000 }, () => value),
        BELOW,
      );
      for (const held of [...holdings, most]) assert.ok(Number.isFinite(held) && held > 0, `${held}`);
    }
  });

  test('refuses what is outside of its range, and what is no number', () => {
    for (const value of [1.1, -2, Number.NaN])
      assert.throws(() => withBet(noTest(BELOW), value, OPTIONS), /is not between -1 and 1/);
  });
});
