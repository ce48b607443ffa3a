import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { asymptoticInterval } from './asymptotic-interval.ts';
import { type Moments, NO_MOMENTS, withMoment } from './moments.ts';
import { createRandom } from './random.ts';

const OPTIONS = { error: 0.05, narrowestAt: 500 };

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function fair(low: number, high: number): number {
  return low + (high - low) / 2;
}

/** How many of 200 runs of 1,500 values had an end on the wrong side of the mean, at any count from `from` on. */
function wrongOf(draw: (random: () => number) => number, mean: number, from = 1): { low: number; high: number } {
  const wrong = { low: 0, high: 0 };
  for (let run = 0; run < 200; run++) {
    const random = createRandom(run + 1);
    let moments: Moments = NO_MOMENTS;
    const told = { low: 0, high: 0 };
    for (let at = 1; at <= 1500; at++) {
      moments = withMoment(moments, draw(random));
      const interval = at < from ? null : asymptoticInterval(moments, OPTIONS);
      if (interval === null) continue;
      if (interval.low > mean) told.low = 1;
      if (interval.high < mean) told.high = 1;
    }
    wrong.low += told.low;
    wrong.high += told.high;
  }
  return wrong;
}

describe('an interval of values without bounds that may be looked at after each of them', () => {
  test('is wrong at any moment no more often than it says', () => {
    const { low, high } = wrongOf(normal, 0);
    assert.ok(low + high <= 10, `${low} and ${high} of 200`);
  });

  test('has a sound lower end where values are skewed to the right, as costs are, and an upper one after some hundreds', () => {
    const skewed = (random: () => number): number => Math.exp(0.8 * normal(random));
    const mean = Math.exp(0.32);
    const always = wrongOf(skewed, mean);
    assert.ok(always.low <= 5, `${always.low} of 200`);
    const later = wrongOf(skewed, mean, 500);
    assert.ok(later.low + later.high <= 16, `${later.low} and ${later.high} of 200`);
  });

  test('promises nothing for what hardly ever happens: that is why failures are not judged by it', () => {
    const { high } = wrongOf((random) => Number(random() < 0.002), 0.002);
    assert.ok(high > 100, `${high} of 200`);
  });

  test('is a half wider than the classic one, which may be looked at only once', () => {
    const random = createRandom(3);
    const moments = Array.from({ length: 500 }, () => normal(random)).reduce(withMoment, NO_MOMENTS);
    const { low, high } = asymptoticInterval(moments, OPTIONS) ?? assert.fail();
    const errors = (high - low) / 2 / Math.sqrt(moments.squares / 499 / 500);
    assert.ok(errors > 2.9 && errors < 3.1, `${errors} standard errors`);
  });

  test('is narrowest, beside others, at the count that it was made for', () => {
    const widthAt = (count: number, narrowestAt: number): number => {
      const { low, high } =
        asymptoticInterval({ count, mean: 0, squares: count - 1 }, { ...OPTIONS, narrowestAt }) ?? assert.fail();
      return high - low;
    };
    for (const count of [100, 1000, 10_000])
      for (const other of [count / 4, count * 4]) assert.ok(widthAt(count, count) < widthAt(count, other));
  });

  test('is none of fewer than 30 values', () => {
    assert.equal(asymptoticInterval({ count: 29, mean: 1, squares: 5 }, OPTIONS), null);
    assert.notEqual(asymptoticInterval({ count: 30, mean: 1, squares: 5 }, OPTIONS), null);
  });

  test('law: moves and stretches with its values, and is wider for a smaller error', () => {
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 30, maxLength: 60 });
    const scale = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(values, scale, fc.integer({ min: -50, max: 50 }), (all, stretch, move) => {
        const of = (list: readonly number[], error = 0.05): { low: number; high: number } =>
          asymptoticInterval(list.reduce(withMoment, NO_MOMENTS), { ...OPTIONS, error }) ?? assert.fail();
        const [one, other] = [of(all), of(all.map((value) => stretch * value + move))];
        assert.ok(Math.abs(other.low - (stretch * one.low + move)) < 1e-6);
        assert.ok(Math.abs(other.high - (stretch * one.high + move)) < 1e-6);
        const wide = of(all, 0.01);
        assert.ok(wide.low <= one.low && wide.high >= one.high);
        assert.ok(Math.abs(fair(wide.low, wide.high) - fair(one.low, one.high)) < 1e-9);
      }),
    );
  });

  test('refuses an error that is no chance', () => {
    for (const error of [0, 1, Number.NaN])
      assert.throws(() => asymptoticInterval(NO_MOMENTS, { ...OPTIONS, error }), /an error between 0 and 1/);
  });
});
