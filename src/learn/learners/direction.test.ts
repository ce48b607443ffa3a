import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { createDirection, meanOf } from './direction.ts';
import { doubled, madeUp, ratingsOf } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import type { Examples } from './learner.ts';

const learner = createDirection();
const seed = 1;
const train = madeUp({ rows: 600, seed: 21 });
const later = madeUp({ rows: 600, seed: 22 });

function farthest(one: readonly number[][], other: readonly number[][]): number {
  return Math.max(...one.flatMap((row, at) => row.map((value, k) => Math.abs(value - (other[at]?.[k] as number)))));
}

describe('the learner by direction', () => {
  test('weighs a column by what goes with it: (quality - mean) times count, summed, by weight', () => {
    const examples: Examples = {
      sparse: {
        rows: 3,
        columns: 4,
        starts: Int32Array.of(0, 2, 3, 4),
        indices: Int32Array.of(0, 1, 1, 3),
        values: Float32Array.of(0.1, 0.2, 0.3, 0.4),
        counts: Float32Array.of(1, 2, 1, 3),
      },
      dense: { rows: 3, columns: 0, values: new Float64Array(0) },
      embedded: null,
      models: ['a', 'b'],
      qualities: [Float64Array.of(1, 0, 0), Float64Array.of(0.5, Number.NaN, 1)],
      weights: Float64Array.of(1, 1, 2),
      families: Int32Array.of(0, 1, 2),
      topics: Int32Array.of(-1, -1, -1),
      topicCount: 0,
    };
    // a: mean 1/4 of weight 4, gaps 3/4, -1/4, -1/4; b: mean 2.5/3 of weight 3, gaps -1/3 and 1/6.
    const expected = [3 / 16, -1 / 9, 6 / 16 - 1 / 16, -2 / 9, 0, 0, -3 / 8, 1 / 3];
    for (const [at, value] of learner.fit(examples, { seed }).weights.entries())
      assert.ok(Math.abs(value - (expected[at] as number)) < 1e-6, `${at}: ${value}`);
  });

  test('tells from few examples which requests are worth the other model', () => {
    const few = takeRows(
      train,
      Int32Array.from({ length: 300 }, (_, row) => row),
    );
    const gaps = ratingsOf(learner, learner.fit(few, { seed }), later).map(
      ([steady, worded]) => (worded as number) - (steady as number),
    );
    const isBetter = (later.qualities[1] as Float64Array).map((quality, row) =>
      quality === later.qualities[0]?.[row] ? Number.NaN : quality,
    );
    const rows = [...isBetter.keys()].filter((row) => !Number.isNaN(isBetter[row]));
    const auc = areaUnderRoc(
      Float64Array.from(rows, (row) => gaps[row] as number),
      Float64Array.from(rows, (row) => isBetter[row] as number),
    );
    assert.ok(auc > 0.6, `${auc}`);
  });

  test('says 0 of a model without labels, and 0 of a request without words', () => {
    const none = { ...train, qualities: train.qualities.with(1, new Float64Array(600).fill(Number.NaN)) };
    const rated = ratingsOf(learner, learner.fit(none, { seed }), later);
    assert.ok(rated.every(([, value]) => value === 0));
    assert.ok(rated.some(([value]) => value !== 0));
    const empty = { ...later, sparse: { ...later.sparse, starts: new Int32Array(601) } };
    assert.ok(
      ratingsOf(learner, learner.fit(train, { seed }), empty).every((row) => row.every((value) => value === 0)),
    );
  });

  test('rates as before when it has been written and read, but for what bytes hold', () => {
    const state = learner.fit(train, { seed });
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    const most = Math.max(...state.weights.map(Math.abs));
    assert.ok(farthest(ratingsOf(learner, state, later), ratingsOf(learner, read, later)) < (9 * most) / 127);
    assert.deepEqual(learner.write(read), learner.write(learner.read(learner.write(read))));
  });

  test('is refused when its state is damaged', () => {
    const good = learner.write(learner.fit(train, { seed }));
    for (const wrong of [
      null,
      [],
      {},
      { ...good, models: 0 },
      { ...good, models: 2 },
      { ...good, columns: 1.5 },
      { ...good, columns: 2 ** 30 },
      { ...good, weights: 'f32:AADAfw==' },
    ])
      assert.throws(() => learner.read(wrong), Error);
  });

  test('law: rows whose quality nobody knows are as if they were not there', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 0.6, noNaN: true }), (from, unknown) => {
        const examples = madeUp({ rows: 40, seed: from, unknown });
        const own = { ...examples, models: ['steady'], qualities: examples.qualities.slice(0, 1) };
        const known = Int32Array.from(own.families.keys()).filter((row) => !Number.isNaN(own.qualities[0]?.[row]));
        fc.pre(known.length > 0);
        assert.deepEqual(learner.fit(own, { seed }), learner.fit(takeRows(own, known), { seed }));
      }),
      { numRuns: 30 },
    );
  });

  test('law: the same rows twice are rows of twice the weight', () => {
    fc.assert(
      fc.property(fc.integer(), (from) => {
        const examples = madeUp({ rows: 40, seed: from, unknown: 0.2 });
        const { twice, heavy } = doubled(examples);
        const [one, other] = [learner.fit(twice, { seed }), learner.fit(heavy, { seed })];
        for (const [at, value] of one.weights.entries())
          assert.ok(Math.abs(value - (other.weights[at] as number)) < 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  test('law: the difference of two models is what is learned of the difference of their qualities', () => {
    fc.assert(
      fc.property(fc.integer(), (from) => {
        const examples = madeUp({ rows: 40, seed: from });
        const [one, other] = examples.qualities as [Float64Array, Float64Array];
        const gap = one.map((quality, row) => quality - (other[row] as number));
        const fitted = learner.fit({ ...examples, models: ['a', 'b', 'gap'], qualities: [one, other, gap] }, { seed });
        for (let at = 0; at < fitted.weights.length; at += 3) {
          const [a, b, difference] = fitted.weights.slice(at, at + 3) as unknown as [number, number, number];
          assert.ok(Math.abs(a - b - difference) < 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('a mean of what is known goes by weights; of nothing it is a half', () => {
  assert.deepEqual(meanOf(Float64Array.of(1, Number.NaN, 0), Float64Array.of(3, 9, 1)), { mean: 0.75, total: 4 });
  assert.deepEqual(meanOf(Float64Array.of(Number.NaN), Float64Array.of(1)), { mean: 0.5, total: 0 });
});
