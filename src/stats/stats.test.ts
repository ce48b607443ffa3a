import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pairedDifference, pairedRise } from './bootstrap.ts';
import { normalQuantile, twoSidedZ } from './normal.ts';
import { effectiveTrials, trialsToSettle, wilson } from './proportion.ts';
import { describeValues, quantile, weightedQuantile } from './quantile.ts';
import { createRandom, shuffled } from './random.ts';

const near = (actual: number | null, expected: number, within = 1e-9): void => {
  assert.ok(actual !== null && Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
};

describe('the normal quantile', () => {
  test('is what the tables say, in the middle, at the shoulders and in the tails', () => {
    near(normalQuantile(0.5), 0);
    near(normalQuantile(0.975), 1.959963984540054);
    near(normalQuantile(0.025), -1.959963984540054);
    near(normalQuantile(0.999), 3.090232306167813);
    near(normalQuantile(1e-12), -7.034483825301132, 1e-8);
    near(twoSidedZ(0.9), 1.6448536269514722);
  });

  test('there is none of what is no probability', () => {
    for (const p of [0, 1, -0.1, Number.NaN]) assert.throws(() => normalQuantile(p), RangeError);
  });

  test('is symmetric and rises', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 0.499, noNaN: true }), (p) => {
        near(normalQuantile(p), -normalQuantile(1 - p), 1e-6);
        assert.ok(normalQuantile(p) < normalQuantile(p + 1e-3));
      }),
    );
  });
});

describe('the Wilson interval', () => {
  test('is that of published examples', () => {
    // Newcombe, R. G. (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
    const cases: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [passed, trials, low, high] of cases) {
      const interval = wilson(passed, trials);
      near(interval.low, low, 5e-5);
      near(interval.high, high, 5e-5);
    }
  });

  test('of no trials says nothing', () => {
    assert.deepEqual(wilson(0, 0), { low: 0, high: 1 });
  });

  test('holds the share, lies within 0 and 1, and narrows with more trials and less confidence', () => {
    const trials = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(trials, fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const passed = Math.round(count * share);
        const { low, high } = wilson(passed, count);
        assert.ok(0 <= low && low <= passed / count && passed / count <= high && high <= 1);
        const more = wilson(passed * 4, count * 4);
        assert.ok(more.high - more.low <= high - low);
        const less = wilson(passed, count, 0.8);
        assert.ok(less.low >= low && less.high <= high);
      }),
    );
  });
});

test('weights cost trials: equal ones none, one heavy one nearly all', () => {
  near(effectiveTrials([2, 2, 2, 2]), 4);
  near(effectiveTrials([1000, 1, 1]), (1002 * 1002) / 1_000_002, 1e-9);
  assert.equal(effectiveTrials([]), 0);
});

describe('trials to settle', () => {
  test('are the first number with which the interval lies in the band', () => {
    for (const share of [0.97, 0.99, 1, 0.9, 0.7, 0.2]) {
      const [low, high] = share >= 0.95 ? [0.95, 1] : share >= 0.85 ? [0.85, 0.95] : [0, 0.85];
      const trials = trialsToSettle(share, { low, high });
      assert.ok(trials !== null);
      const fits = (count: number): boolean => {
        const interval = wilson(share * count, count);
        return interval.low >= low && interval.high <= high;
      };
      assert.ok(fits(trials) && !fits(trials - 1), `${share}: ${trials}`);
    }
    assert.equal(trialsToSettle(1, { low: 0.95, high: 1 }), 73);
  });

  test('are none that could be told for a share on the edge', () => {
    assert.equal(trialsToSettle(0.95, { low: 0.95, high: 1 }), null);
    assert.equal(trialsToSettle(0.951, { low: 0.95, high: 1 }, { most: 1000 }), null);
  });
});

describe('quantiles', () => {
  test('lie between neighbours', () => {
    near(quantile([1, 2, 3, 4], 0.5), 2.5);
    near(quantile([1, 2, 3, 4], 1), 4);
    near(quantile([7], 0.95), 7);
    assert.equal(quantile([], 0.5), null);
  });

  test('a distribution is told in any order of its values', () => {
    const values = Array.from({ length: 101 }, (_, index) => index);
    const found = describeValues(shuffled(values, createRandom(3)));
    assert.deepEqual(found, { mean: 50, p50: 50, p90: 90, p95: 95, p99: 99, max: 100 });
    assert.equal(describeValues([]), null);
  });
});

describe('chance', () => {
  test('is the same for the same seed and another for another', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed));
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });

  test('is uniform', () => {
    const random = createRandom(9);
    const bins = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 10_000; index++) {
      const at = Math.floor(random() * 10);
      bins[at] = (bins[at] ?? 0) + 1;
    }
    for (const count of bins) assert.ok(Math.abs(count - 1000) < 120, String(bins));
  });

  test('a drawn order holds every item once', () => {
    const items = [1, 2, 3, 4, 5, 6];
    const order = shuffled(items, createRandom(2));
    assert.notDeepEqual(order, items);
    assert.deepEqual(
      order.toSorted((one, other) => one - other),
      items,
    );
  });
});

describe('a weighted quantile', () => {
  const values = [
    { value: 30, weight: 1 },
    { value: 10, weight: 6 },
    { value: 20, weight: 3 },
  ];

  test('is the smallest value that has the share of the weight below or at it', () => {
    assert.deepEqual(
      [0, 0.5, 0.6, 0.61, 0.9, 0.95, 1].map((q) => weightedQuantile(values, q)),
      [10, 10, 10, 20, 20, 30, 30],
    );
  });

  test('is none of no weight', () => {
    assert.equal(weightedQuantile([], 0.5), null);
    assert.equal(weightedQuantile([{ value: 1, weight: 0 }], 0.5), null);
  });
});

describe('the paired bootstrap', () => {
  test('finds a difference that is there, and none that is not', () => {
    const random = createRandom(5);
    const pairs = Array.from({ length: 400 }, () => ({ before: random(), after: random() }));
    const none = pairedDifference(pairs);
    assert.ok(none !== null && none.low < 0 && none.high > 0);
    const shifted = pairedDifference(pairs.map(({ before }) => ({ before, after: before + 0.1 + random() / 100 })));
    assert.ok(shifted !== null && shifted.low > 0.1 && shifted.high < 0.11);
  });

  test('its interval holds the true difference about as often as it says', () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(1000 + seed);
      const pairs = Array.from({ length: 80 }, () => ({
        before: random() < 0.8 ? 1 : 0,
        after: random() < 0.7 ? 1 : 0,
      }));
      const found = pairedDifference(pairs, { rounds: 400, seed });
      if (found !== null && found.low <= -0.1 && found.high >= -0.1) held++;
    }
    assert.ok(held >= 180 && held <= 199, String(held));
  });

  test('a weight counts a pair as often as it says', () => {
    const found = pairedDifference([
      { before: 0, after: 1, weight: 3 },
      { before: 0, after: 0, weight: 1 },
    ]);
    near(found?.mean ?? null, 0.75);
    assert.equal(pairedDifference([]), null);
  });
});

describe('the paired rise', () => {
  test('is the share by which the means differ', () => {
    const pairs = [
      { before: 1, after: 2 },
      { before: 3, after: 3 },
    ];
    near(pairedRise(pairs)?.mean ?? null, 0.25);
    near(pairedRise(pairs.map((pair) => ({ ...pair, weight: 7 })))?.mean ?? null, 0.25);
    near(
      pairedRise([
        { before: 1, after: 2, weight: 3 },
        { before: 1, after: 1 },
      ])?.mean ?? null,
      0.75,
    );
  });

  test('holds the truth in about nineteen of twenty draws', () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(3000 + seed);
      const pairs = Array.from({ length: 80 }, () => ({ before: 50 + 100 * random(), after: 60 + 120 * random() }));
      const found = pairedRise(pairs, { rounds: 400, seed });
      if (found !== null && found.low <= 0.2 && found.high >= 0.2) held++;
    }
    assert.ok(held >= 180 && held <= 199, String(held));
  });

  test('is infinite where something stands against nothing, and none of no pairs', () => {
    assert.equal(pairedRise([{ before: 0, after: 1 }])?.high, Number.POSITIVE_INFINITY);
    assert.equal(pairedRise([{ before: 0, after: 0 }])?.mean, 0);
    assert.equal(pairedRise([]), null);
  });
});

test('quantiles of infinite values are infinite, not nonsense', () => {
  const values = [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  assert.equal(quantile(values, 0), 1);
  assert.equal(quantile(values, 0.75), Number.POSITIVE_INFINITY);
});
