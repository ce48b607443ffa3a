import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { logistic } from '../../stats/logistic.ts';
import { createRandom } from '../../stats/random.ts';
import { fitLogistic, logit, Ridge, type Table, type Weights, weigh } from './small-regression.ts';

function drawn(rows: number, columns: number, seed: number): Table {
  const draw = createRandom(seed);
  return {
    rows,
    columns,
    values: Float64Array.from(
      { length: rows * columns },
      (_, at) => (at % columns) + 1 + 10 ** (at % columns) * (draw() - 0.5),
    ),
  };
}

const all = (weights: Weights, table: Table): number[] =>
  Array.from({ length: table.rows }, (_, row) => weigh(weights, table.values, row * table.columns));

const table = drawn(2000, 3, 1);

describe('ridge', () => {
  test('finds the line that targets lie on when nothing holds it', () => {
    const targets = all({ intercept: 4, weights: Float64Array.of(2, -0.5, 0) }, table);
    const { intercept, weights } = new Ridge(table, 0).fit(targets);
    for (const [at, value] of [2, -0.5, 0].entries()) assert.ok(Math.abs((weights[at] as number) - value) < 1e-6);
    assert.ok(Math.abs(intercept - 4) < 1e-5);
  });

  test('shrinks one column as in the books: covariance over variance plus penalty', () => {
    const one: Table = { rows: 4, columns: 1, values: Float64Array.of(0, 2, 4, 6) };
    const { weights, intercept } = new Ridge(one, 6).fit([1, 2, 3, 4]);
    // Standardised the variance is 1: the slope is 1/2 times 4 / (4 + 6); the line goes through the means.
    assert.ok(Math.abs((weights[0] as number) - 0.2) < 1e-6);
    assert.ok(Math.abs(intercept + 3 * 0.2 - 2.5) < 1e-5);
  });

  test('held with all might says the mean', () => {
    const { weights, intercept } = new Ridge(table, 1e12).fit(table.values.filter((_, at) => at % 3 === 0));
    assert.ok(weights.every((weight) => Math.abs(weight) < 1e-6));
    const mean = table.values.reduce((sum, value, at) => (at % 3 === 0 ? sum + value : sum), 0) / 2000;
    assert.ok(Math.abs(intercept - mean) < 1e-4);
  });

  test('gives no weight to a column that is the same everywhere, and shares one that comes twice', () => {
    const values = Float64Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? 7 : Math.floor(at / 3)));
    const { weights } = new Ridge({ rows: 100, columns: 3, values }, 1).fit(
      Array.from({ length: 100 }, (_, row) => row),
    );
    assert.equal(weights[0], 0);
    assert.ok(Math.abs((weights[1] as number) - (weights[2] as number)) < 1e-6);
    assert.ok(Math.abs((weights[1] as number) + (weights[2] as number) - 1) < 0.01);
  });
});

describe('logistic regression', () => {
  test('finds the weights that labels were drawn from', () => {
    const truth: Weights = { intercept: 0.4, weights: Float64Array.of(1.5, -0.2, 0) };
    const draw = createRandom(3);
    const many = drawn(20_000, 3, 2);
    const labels = all(truth, many).map((odds) => Number(draw() < logistic(odds)));
    const { intercept, weights } = fitLogistic(many, labels, 1);
    assert.ok(Math.abs((weights[0] as number) - 1.5) < 0.2, weights.join());
    assert.ok(Math.abs((weights[1] as number) + 0.2) < 0.03, weights.join());
    assert.ok(Math.abs(weights[2] as number) < 0.003, weights.join());
    assert.ok(Math.abs(intercept - 0.4) < 0.2, `${intercept}`);
  });

  test('without columns that tell anything says the share of the labels', () => {
    const none: Table = { rows: 10, columns: 1, values: new Float64Array(10).fill(3) };
    const { intercept, weights } = fitLogistic(none, [1, 1, 1, 1, 1, 1, 1, 0, 0, 0.5], 5);
    assert.equal(weights[0], 0);
    assert.ok(Math.abs(logistic(intercept) - 0.75) < 1e-6);
  });

  test('law: stands where the slope of the penalised loss is 0, also where labels are one-sided or told apart', () => {
    const label = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(label, { minLength: 5, maxLength: 60 }),
        fc.constantFrom(0.1, 5, 100),
        (seed, labels, penalty) => {
          const some = drawn(labels.length, 2, seed);
          for (const told of [
            labels,
            labels.map(() => 1),
            labels.map((_, row) => Number((some.values[row * 2] as number) > 1)),
          ]) {
            const fitted = fitLogistic(some, told, penalty);
            const gaps = all(fitted, some).map((odds, row) => (told[row] as number) - logistic(odds));
            // The intercept is free: unless labels are all the same, gaps cancel.
            if (new Set(told).size > 1) assert.ok(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0)) < 1e-3);
            for (let column = 0; column < 2; column++) {
              const values = told.map((_, row) => some.values[row * 2 + column] as number);
              const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
              const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
              const slope = gaps.reduce((sum, gap, row) => sum + (gap * ((values[row] as number) - mean)) / spread, 0);
              const held = penalty * (fitted.weights[column] as number) * spread;
              assert.ok(Math.abs(slope - held) < 1e-3, `${slope} ${held}`);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('refuses labels that are no numbers rather than say nothing of everything', () => {
    assert.throws(() => fitLogistic(table, new Float64Array(2000).fill(Number.NaN), 5), RangeError);
  });
});

test('chances and odds are each other’s inverse, away from certainty', () => {
  for (const chance of [0.02, 0.3, 0.5, 0.97]) assert.ok(Math.abs(logistic(logit(chance)) - chance) < 1e-12);
  assert.equal(logit(0), logit(0.005));
  assert.ok(Math.abs(logit(1, 0.01) + logit(0, 0.01)) < 1e-12);
});

test('sums are taken from anywhere in a table', () => {
  assert.equal(weigh({ intercept: 1, weights: Float64Array.of(2, 3) }, [9, 9, 10, 100], 2), 321);
});
