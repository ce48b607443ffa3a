import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { rateRows } from './cross-fit.ts';
import { madeUp } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import type { Examples } from './learner.ts';
import { createLinear, type LinearState } from './linear.ts';

const fixed = { hashed: 4, dense: 1, embedded: 4 };
const ridge = createLinear({ loss: 'squared', strengths: fixed });
const seed = 1;

function ratings(learner: ReturnType<typeof createLinear>, state: LinearState, examples: Examples): number[][] {
  const rows: number[][] = [];
  rateRows(learner.rater(state), examples, (_, out) => rows.push([...out]));
  return rows;
}

function farthest(one: number[][], other: number[][]): number {
  assert.equal(one.length, other.length);
  return Math.max(...one.flatMap((row, at) => row.map((value, m) => Math.abs(value - Number(other[at]?.[m])))));
}

const train = madeUp({ rows: 1500, seed: 11 });
const fresh = madeUp({ rows: 1500, seed: 12 });
const column = (rows: number[][], model: number): number[] => rows.map((row) => row[model] as number);

for (const loss of ['squared', 'logistic'] as const)
  describe(`the linear learner with the ${loss} loss`, () => {
    const learner = createLinear({ loss, strengths: null });
    const state = learner.fit(train, { seed });

    test('finds what decides, word or fact, in requests that it has never seen', () => {
      const rated = ratings(learner, state, fresh);
      assert.ok(areaUnderRoc(column(rated, 1), fresh.qualities[1] as Float64Array) > 0.7);
      assert.ok(areaUnderRoc(column(rated, 2), fresh.qualities[2] as Float64Array) > 0.85);
      // A coin is a coin.
      assert.ok(Math.abs(areaUnderRoc(column(rated, 0), fresh.qualities[0] as Float64Array) - 0.5) < 0.06);
    });

    test('is right about every model on average', () => {
      const rated = ratings(learner, state, fresh);
      for (const [model, truth] of fresh.qualities.entries()) {
        const mean = (values: ArrayLike<number>): number =>
          Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(Math.abs(mean(column(rated, model)) - mean(truth)) < 0.05);
      }
    });

    test('is the same from the same seed', () => {
      assert.deepEqual(learner.write(learner.fit(train, { seed })), learner.write(state));
    });

    test('rates as before when it has been written and read', () => {
      const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
      assert.ok(farthest(ratings(learner, read, fresh), ratings(learner, state, fresh)) < 0.02);
    });
  });

describe('ridge regression', () => {
  test('of two models differs by the ridge regression of their difference', () => {
    // Gaps of -1, 0 and 1 as qualities of 0, 0.5 and 1: half the gap, and a half.
    const [, worded, factual] = train.qualities as [Float64Array, Float64Array, Float64Array];
    const gap = worded.map((quality, row) => (quality - (factual[row] as number) + 1) / 2);
    const together = ratings(ridge, ridge.fit(train, { seed }), fresh);
    const alone = ratings(ridge, ridge.fit({ ...train, models: ['gap'], qualities: [gap] }, { seed }), {
      ...fresh,
      models: ['gap'],
    });
    // Each is solved to a hundredth, and rates by bytes.
    for (const [row, rated] of together.entries())
      assert.ok(Math.abs((rated[1] as number) - (rated[2] as number) - (2 * Number(alone[row]?.[0]) - 1)) < 0.02);
  });

  test('takes a row of weight 2 as two rows', () => {
    const doubled = Int32Array.from([...train.weights.keys(), 3, 4, 5]);
    const heavy = { ...train, weights: train.weights.map((weight, row) => (row >= 3 && row <= 5 ? 2 : weight)) };
    const one = ratings(ridge, ridge.fit(takeRows(train, doubled), { seed }), fresh);
    const other = ratings(ridge, ridge.fit(heavy, { seed }), fresh);
    assert.ok(farthest(one, other) < 0.003);
    assert.ok(farthest(one, ratings(ridge, ridge.fit(train, { seed }), fresh)) > 0.003);
  });

  test('learns of a model from its known answers alone', () => {
    const holes = madeUp({ rows: 1500, seed: 13, unknown: 0.4 });
    const known = Int32Array.from([...holes.weights.keys()].filter((row) => !Number.isNaN(holes.qualities[1]?.[row])));
    assert.ok(known.length > 800 && known.length < 1000);
    // The same columns for both: what is known of other rows goes into means and spreads only.
    const elsewhere = { ...holes, weights: holes.weights.map((_, row) => (known.includes(row) ? 1 : 1e-12)) };
    const one = ratings(ridge, ridge.fit(holes, { seed }), fresh);
    const other = ratings(ridge, ridge.fit(elsewhere, { seed }), fresh);
    assert.ok(Math.max(...column(one, 1).map((value, row) => Math.abs(value - Number(other[row]?.[1])))) < 0.03);
  });

  test('says the mean of all models of a model that nobody has judged, and never NaN', () => {
    const none = { ...train, qualities: [train.qualities[0] as Float64Array, new Float64Array(1500).fill(Number.NaN)] };
    const rated = ratings(ridge, ridge.fit({ ...none, models: ['a', 'b'] }, { seed }), {
      ...fresh,
      models: ['a', 'b'],
    });
    const mean = (train.qualities[0] as Float64Array).reduce((sum, value) => sum + value, 0) / 1500;
    for (const [, value] of rated) assert.ok(Math.abs((value as number) - mean) < 0.01);
  });

  test('of a request with absurd facts stays near what it knows', () => {
    const state = ridge.fit(train, { seed });
    const out = new Float64Array(3);
    for (const facts of [
      [1e300, -1e300],
      [Number.POSITIVE_INFINITY, 0],
      [Number.NaN, Number.NaN],
    ]) {
      const none = new Float32Array(0);
      const request = { indices: new Int32Array(0), values: none, counts: none, count: 0, embedding: null };
      ridge.rater(state)({ ...request, dense: Float64Array.from(facts) }, out);
      for (const value of out) assert.ok(value > -1.5 && value < 2.5, String(value));
    }
  });

  test('uses an embedding where there is one and does without where there is none', () => {
    const examples = madeUp({ rows: 1500, seed: 14, embedding: true });
    const later = madeUp({ rows: 1500, seed: 15, embedding: true });
    const state = ridge.fit(examples, { seed });
    const withIt = ratings(ridge, state, later);
    const without = ratings(ridge, state, { ...later, embedded: null });
    const auc = (rows: number[][]): number => areaUnderRoc(column(rows, 0), later.qualities[0] as Float64Array);
    assert.ok(auc(withIt) > 0.65);
    assert.ok(auc(without) < 0.6);
    const read = ridge.read(JSON.parse(JSON.stringify(ridge.write(state))));
    assert.ok(farthest(ratings(ridge, read, later), withIt) < 0.02);
  });

  test('is refused when its state is damaged', () => {
    const good = ridge.write(ridge.fit(train, { seed }));
    for (const wrong of [
      null,
      {},
      { ...good, loss: 'hinge' },
      { ...good, models: 4 },
      { ...good, hashedColumns: 1e12 },
      { ...good, kept: 'bits:' },
      { ...good, hashed: ['i8:NaN:AAAA', 'i8:NaN:AAAA', 'i8:NaN:AAAA'] },
      { ...good, hashed: 'f32:' },
      { ...good, dense: null },
      { ...good, strengths: null },
      { ...good, intercepts: [0, 0, 0] },
    ])
      assert.throws(() => ridge.read(wrong), Error);
  });
});
