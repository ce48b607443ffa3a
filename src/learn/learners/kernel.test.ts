import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { doubled, madeUp, ratingsOf } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import { createKernel, type KernelState } from './kernel.ts';
import type { Examples } from './learner.ts';

const learner = createKernel();
const seed = 1;
const train = madeUp({ rows: 800, seed: 41 });
const later = madeUp({ rows: 400, seed: 42 });
const state = learner.fit(train, { seed });

function close(one: readonly number[][], other: readonly number[][], within: number): void {
  for (const [row, values] of one.entries())
    for (const [k, value] of values.entries()) {
      const gap = Math.abs(value - (other[row]?.[k] as number));
      assert.ok(gap < within, `row ${row}, model ${k}: ${gap}`);
    }
}

function rate(facts: readonly number[], by: KernelState = state): number[] {
  const out = new Float64Array(by.models).fill(Number.NaN);
  const none = new Float32Array(0);
  const dense = Float64Array.from(facts);
  learner.rater(by)({ indices: new Int32Array(0), values: none, counts: none, count: 0, dense, embedding: null }, out);
  return [...out];
}

describe('the learner by likeness of facts', () => {
  test('tells by a fact which requests a model is good at', () => {
    const rated = Float64Array.from(ratingsOf(learner, state, later), (values) => values[2] as number);
    const auc = areaUnderRoc(rated, later.qualities[2] as Float64Array);
    assert.ok(auc > 0.85, `${auc}`);
    assert.ok((rate([0.1, 500])[2] as number) > 0 && (rate([0.9, 500])[2] as number) < 0);
  });

  test('is the sum over examples of their gaps, each less by its distance', () => {
    const two: Examples = {
      ...takeRows(train, Int32Array.of(0, 1)),
      dense: { rows: 2, columns: 1, values: Float64Array.of(3, 7) },
      models: ['a'],
      qualities: [Float64Array.of(1, 0)],
    };
    const fitted = learner.fit(two, { seed });
    // Mean 5 and deviation 2: the two stand at -1 and 1, a request of 3 on the first.
    const expected = 0.25 - 0.25 * Math.exp(-4 / fitted.reach);
    assert.ok(Math.abs((rate([3], fitted)[0] as number) - expected) < 1e-6);
    assert.ok(Math.abs(rate([5], fitted)[0] as number) < 1e-9);
  });

  test('says next to nothing where no example is near', () => {
    const far = rate([40, -1e9]);
    const near = rate([0.1, 500]);
    assert.ok(Math.abs(far[2] as number) < 0.1 * Math.abs(near[2] as number));
  });

  test('of a request with absurd facts says numbers', () => {
    for (const facts of [
      [Number.NaN, Number.NaN],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [1e300, -1e300],
    ])
      assert.ok(rate(facts).every(Number.isFinite), String(facts));
    const flat = {
      ...train,
      dense: { ...train.dense, values: train.dense.values.map((value, at) => (at % 2 === 0 ? value : 7)) },
    };
    const fitted = learner.fit(flat, { seed });
    assert.ok(rate([0.1, Number.POSITIVE_INFINITY], fitted).every(Number.isFinite));
    assert.deepEqual(rate([0.1, 9000], fitted), rate([0.1, 7], fitted));
  });

  test('is not thrown off by an example with a fact that is no number', () => {
    const values = train.dense.values.slice();
    values[0] = Number.NaN;
    values[3] = Number.POSITIVE_INFINITY;
    const fitted = learner.fit({ ...train, dense: { ...train.dense, values } }, { seed });
    close(ratingsOf(learner, fitted, later), ratingsOf(learner, state, later), 0.01);
  });

  test('counts an answer that nobody knows as nothing', () => {
    const none = { ...train, qualities: train.qualities.with(0, new Float64Array(800).fill(Number.NaN)) };
    const rated = ratingsOf(learner, learner.fit(none, { seed }), later);
    assert.ok(rated.every(([value]) => value === 0));
    close(
      rated.map(([, ...others]) => others),
      ratingsOf(learner, state, later).map(([, ...others]) => others),
      1e-9,
    );
  });

  test('keeps what it can look at in time, of more examples a drawn part that says the same', () => {
    const many = learner.fit(madeUp({ rows: 4000, seed: 43 }), { seed });
    assert.equal(many.rows, 700);
    const rated = Float64Array.from(ratingsOf(learner, many, later), (values) => values[2] as number);
    assert.ok(areaUnderRoc(rated, later.qualities[2] as Float64Array) > 0.85);
    const mean = (by: KernelState): number => Math.abs(rate([0.1, 500], by)[2] as number);
    assert.ok(mean(many) / mean(state) > 0.7 && mean(many) / mean(state) < 1.4);
  });

  test('is the same from the same seed, and rates as before when it has been written and read', () => {
    assert.deepEqual(learner.fit(train, { seed }), state);
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    close(ratingsOf(learner, read, later), ratingsOf(learner, state, later), 0.01);
  });

  test('works with one example', () => {
    const one = takeRows(train, Int32Array.of(0));
    assert.ok(rate([0.2, 3], learner.fit(one, { seed })).every((value) => value === 0));
  });

  test('is refused when its state is damaged', () => {
    const good = learner.write(state);
    for (const wrong of [
      null,
      {},
      { ...good, reach: 0 },
      { ...good, reach: '1' },
      { ...good, reach: Number.NaN },
      { ...good, rows: 799 },
      { ...good, facts: 3 },
      { ...good, models: 0 },
      { ...good, gaps: null },
      { ...good, scales: 'f32:AADAfwAAwH8=' },
    ])
      assert.throws(() => learner.read(wrong), Error);
  });

  test('law: the unit of a fact does not count', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 6 }), fc.integer({ min: -50, max: 50 }), (power, shift) => {
        const scaled = (examples: Examples): Examples => ({
          ...examples,
          dense: {
            ...examples.dense,
            values: examples.dense.values.map((value, at) =>
              at % 2 === 0 ? value * 10 ** power + shift * 10 ** power : value,
            ),
          },
        });
        const fitted = learner.fit(scaled(train), { seed });
        close(ratingsOf(learner, fitted, scaled(later)), ratingsOf(learner, state, later), 1e-3);
      }),
      { numRuns: 10 },
    );
  });

  test('law: the same rows twice are rows of twice the weight, at one reach', () => {
    fc.assert(
      fc.property(fc.integer(), (from) => {
        const { twice, heavy } = doubled(madeUp({ rows: 60, seed: from, unknown: 0.2 }));
        const [one, other] = [learner.fit(twice, { seed }), learner.fit(heavy, { seed })];
        assert.ok(one.reach / other.reach > 0.8 && one.reach / other.reach < 1.25);
        close(ratingsOf(learner, { ...one, reach: other.reach }, later), ratingsOf(learner, other, later), 1e-5);
      }),
      { numRuns: 10 },
    );
  });
});
