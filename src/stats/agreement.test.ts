import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { binomialTest } from './binomial.ts';
import { designEffect } from './clusters.ts';
import { kappaOf } from './kappa.ts';
import { shareDifference, wilson } from './proportion.ts';
import { createRandom } from './random.ts';

const near = (actual: number | null, expected: number, within = 1e-9): void => {
  assert.ok(actual !== null && Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
};

describe('kappa', () => {
  test('and its standard error are those of published examples', () => {
    // Fleiss, J. L., Levin, B. and Paik, M. C. (2003), Statistical methods for rates and proportions, section 18.1.
    const diagnoses = kappaOf([
      [75, 1, 4],
      [5, 4, 1],
      [0, 0, 10],
    ]);
    near(diagnoses.kappa, 0.676, 5e-4);
    near(diagnoses.standardError, 0.088, 1e-3);
    // SAS/STAT User's guide, the FREQ procedure, example "Cohen's kappa coefficient": two dermatologists, 88 patients.
    const skin = kappaOf([
      [10, 4, 1, 0],
      [5, 10, 12, 2],
      [2, 4, 12, 5],
      [0, 2, 6, 13],
    ]);
    near(skin.kappa, 0.3449, 5e-5);
    near(skin.standardError, 0.0724, 5e-5);
    near(skin.high, 0.4868, 1e-4);
    near(skin.low, 0.203, 2e-2);
  });

  test('of two raters is what the definition says, and the same for both', () => {
    const found = kappaOf([
      [20, 5],
      [10, 15],
    ]);
    near(found.observed, 0.7);
    near(found.expected, 0.5);
    near(found.kappa, 0.4);
    near(
      kappaOf([
        [20, 10],
        [5, 15],
      ]).standardError,
      found.standardError ?? 0,
    );
  });

  test('of perfect agreement is 1, and few counts still leave a doubt', () => {
    const few = kappaOf([
      [5, 0],
      [0, 5],
    ]);
    near(few.kappa, 1);
    near(few.standardError, 0);
    assert.ok(few.low < 0.5 && few.high === 1, `${few.low}`);
    const many = kappaOf([
      [500, 0],
      [0, 500],
    ]);
    assert.ok(many.low > 0.98, `${many.low}`);
  });

  test('is not known of nothing, and where both say the same of everything', () => {
    const nothing = [
      [0, 0],
      [0, 0],
    ];
    const always = [
      [9, 0],
      [0, 0],
    ];
    for (const table of [nothing, always]) {
      const { kappa, low, high } = kappaOf(table);
      assert.deepEqual([kappa, low, high], [null, -1, 1]);
    }
  });

  test('of a rater who draws lots is 0 within its interval about as often as it says', () => {
    let held = 0;
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed);
      const table = [
        [0, 0],
        [0, 0],
      ];
      for (let count = 0; count < 120; count++) {
        const row = table[random() < 0.7 ? 0 : 1] as number[];
        const column = random() < 0.6 ? 0 : 1;
        row[column] = (row[column] as number) + 1;
      }
      const { low, high } = kappaOf(table);
      if (low <= 0 && high >= 0) held++;
    }
    assert.ok(held >= 276 && held <= 300, String(held));
  });

  test('its interval holds it, and widens where counts tell less', () => {
    const cell = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(cell, cell, cell, cell, (a, b, c, d) => {
        const table = [
          [a, b],
          [c, d],
        ];
        const plain = kappaOf(table);
        if (plain.kappa === null) return;
        assert.ok(plain.low <= plain.kappa && plain.kappa <= plain.high && plain.low >= -1 && plain.high <= 1);
        const wide = kappaOf(table, { design: 2 });
        assert.ok(wide.low <= plain.low + 1e-12 && wide.high >= plain.high - 1e-12);
      }),
    );
  });
});

describe('the binomial test', () => {
  test('is that of the published example', () => {
    // Conover (1971), page 97: Mendel's plants, 682 of 925 giant where three quarters were expected.
    near(binomialTest(682, 925, 0.75), 0.3825, 5e-5);
  });

  test('of a coin is what can be counted on the fingers', () => {
    near(binomialTest(5, 5), 2 / 32);
    near(binomialTest(4, 5), 12 / 32);
    near(binomialTest(2, 4), 1);
    assert.equal(binomialTest(0, 0), 1);
    assert.equal(binomialTest(3, 3, 1), 1);
    assert.equal(binomialTest(2, 3, 1), 0);
  });

  test('does not mind which side of the coin is counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (trials, drawn) => {
        const passed = drawn % (trials + 1);
        near(binomialTest(passed, trials), binomialTest(trials - passed, trials), 1e-9);
      }),
    );
  });
});

describe('the difference of two shares', () => {
  test('is that of published examples', () => {
    // Newcombe (1998), table II, method 10.
    const cases: [number, number, number, number, number, number][] = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [10, 10, 0, 20, 0.6791, 1],
    ];
    for (const [passed, trials, otherPassed, otherTrials, low, high] of cases) {
      const found = shareDifference({ passed, trials }, { passed: otherPassed, trials: otherTrials });
      near(found.low, low, 5e-5);
      near(found.high, high, 5e-5);
    }
  });

  test('turns its sign with the order, and is not known where one of the two has no trials', () => {
    const one = { passed: 7, trials: 9 };
    const other = { passed: 3, trials: 20 };
    const found = shareDifference(one, other);
    const turned = shareDifference(other, one);
    near(found.low, -turned.high);
    near(found.mean, -(turned.mean ?? 0));
    assert.deepEqual(shareDifference(one, { passed: 0, trials: 0 }), { mean: null, low: -1, high: 1 });
  });
});

describe('grouped observations', () => {
  test('that say the same in each group count once a group', () => {
    near(
      designEffect([
        [1, 1, 1],
        [0, 0, 0],
        [1, 1, 1],
        [0, 0, 0],
      ]),
      3,
    );
  });

  test('alone, all alike or unlike within their groups count in full', () => {
    assert.equal(designEffect([[1], [0], [1]]), 1);
    assert.equal(
      designEffect([
        [1, 1],
        [1, 1],
      ]),
      1,
    );
    assert.equal(
      designEffect([
        [1, 0],
        [0, 1],
        [1, 0],
      ]),
      1,
    );
    assert.equal(designEffect([]), 1);
    assert.equal(designEffect([[1, 0]]), 1);
  });

  test('make an interval hold what it says where the plain one does not', () => {
    let plain = 0;
    let honest = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed);
      const groups = Array.from({ length: 60 }, () => {
        const bias = random() < 0.5 ? 0.95 : 0.35;
        return Array.from({ length: 4 }, (): number => (random() < bias ? 1 : 0));
      });
      const values = groups.flat();
      const share = values.reduce((sum, value) => sum + value, 0) / values.length;
      const holds = (trials: number): boolean => {
        const { low, high } = wilson(share * trials, trials);
        return low <= 0.65 && high >= 0.65;
      };
      if (holds(values.length)) plain++;
      if (holds(values.length / designEffect(groups))) honest++;
    }
    assert.ok(plain < 184, `plain ${plain}`);
    assert.ok(honest >= 184, `honest ${honest}`);
  });
});
