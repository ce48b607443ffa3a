import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { crossFit, rateRows } from './cross-fit.ts';
import { createExact } from './exact.ts';
import { madeUp } from './examples.fixture.ts';

const examples = madeUp({ rows: 300, seed: 4 });
const learner = createExact();

function ratings(state: ReturnType<typeof learner.fit>): number[] {
  const all: number[] = [];
  rateRows(learner.rater(state), examples, (_, out) => void all.push(...out));
  return all;
}

describe('the exact learner', () => {
  test('finds the fact that decides, on few rows and beside noise', () => {
    const scores = crossFit(learner, examples, { folds: 5, seed: 1 });
    assert.ok(areaUnderRoc(scores[2] as Float64Array, examples.qualities[2] as Float64Array) > 0.85);
  });

  test('learns from nothing what facts before the first that counts say', () => {
    const state = createExact({ from: 1, penalty: 30 }).fit(examples, { seed: 1 });
    assert.equal(state.means.length, 1);
    const all = ratings(state).filter((_, at) => at % 3 === 2);
    assert.ok(Math.max(...all) - Math.min(...all) < 0.3);
  });

  test('says the mean where it has no facts to look at', () => {
    const state = createExact({ from: 99, penalty: 30 }).fit(examples, { seed: 1 });
    const values = examples.qualities[0] as Float64Array;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs((ratings(state)[0] as number) - mean) < 1e-3);
  });

  test('says less the more it is drawn to nothing', () => {
    const spreadOf = (penalty: number): number => {
      const all = ratings(createExact({ from: 0, penalty }).fit(examples, { seed: 1 })).filter((_, at) => at % 3 === 2);
      return Math.max(...all) - Math.min(...all);
    };
    assert.ok(spreadOf(1) > spreadOf(100) && spreadOf(100) > spreadOf(10_000));
  });

  test('passes over answers that are not known, and facts that are no numbers', () => {
    const gaps = madeUp({ rows: 300, seed: 4, unknown: 0.5 });
    const state = learner.fit(gaps, { seed: 1 });
    assert.ok(ratings(state).every((chance) => chance > 0 && chance < 1));
    const out = new Float64Array(3);
    const none = { indices: new Int32Array(0), values: new Float32Array(0), counts: new Float32Array(0), count: 0 };
    learner.rater(state)({ ...none, dense: new Float64Array(2).fill(Number.NaN), embedding: null }, out);
    assert.ok(out.every((chance) => chance > 0 && chance < 1));
  });

  test('says the same once it was written and read', () => {
    const state = learner.fit(examples, { seed: 1 });
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    assert.deepEqual(ratings(read), ratings(state));
  });

  test('refuses a state that is none', () => {
    const json = JSON.parse(JSON.stringify(learner.write(learner.fit(examples, { seed: 1 }))));
    assert.throws(() => learner.read(null), /is no state of an exact learner/);
    assert.throws(() => learner.read({ ...json, columns: 3 }), /means has 2 numbers and should have 3/);
    assert.throws(() => learner.read({ ...json, from: -1 }), /from is no count/);
    assert.throws(() => learner.read({ ...json, weights: ['x'] }), /weights is not packed numbers/);
  });
});
