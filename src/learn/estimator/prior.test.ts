import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { madeUp } from '../learners/examples.fixture.ts';
import { createReader } from '../learners/examples.ts';
import { areaUnderRoc, calibrationError } from '../metrics/calibration.ts';
import { createPriorRater, fitPrior, mixesFor, type Prior, readPrior, writePrior } from './prior.ts';

const examples = madeUp({ rows: 400, seed: 6 });
const { prior, order, chances, mixes } = fitPrior(examples, { folds: 4, seed: 1 });

function rate(of: Prior, row: number): [Float64Array, Float64Array] {
  const out: [Float64Array, Float64Array] = [new Float64Array(of.models), new Float64Array(of.models)];
  createPriorRater(of)(createReader(examples)(row), ...out);
  return out;
}

describe('a prior', () => {
  test('tells of rows it has not seen which model will do', () => {
    assert.ok(areaUnderRoc(chances[2] as Float64Array, examples.qualities[2] as Float64Array) > 0.75);
    assert.ok(areaUnderRoc(chances[1] as Float64Array, examples.qualities[1] as Float64Array) > 0.6);
  });

  test('means its chances', () => {
    for (const [model, values] of chances.entries()) {
      assert.ok(values.every((chance) => chance >= 0 && chance <= 1));
      assert.ok(calibrationError(values, examples.qualities[model] as Float64Array) < 0.12);
    }
  });

  test('takes mixes that compete, and only the learners of those', () => {
    const names = mixesFor(examples).map((mix) => JSON.stringify(mix));
    assert.ok(names.includes(JSON.stringify(mixes.order)) && names.includes(JSON.stringify(mixes.chance)));
    const taken = new Set([...Object.keys(mixes.order), ...Object.keys(mixes.chance)]);
    assert.deepEqual(new Set(prior.parts.map(({ name }) => name)), taken);
  });

  test('listens to topics only where there are several', () => {
    assert.ok(mixesFor({ ...examples, topicCount: 3 }).some((mix) => mix.topics !== undefined));
    assert.ok(mixesFor({ ...examples, topicCount: 1 }).every((mix) => mix.topics === undefined));
  });

  test('shares directions among models where there are more than two', () => {
    const learnersOf = (models: readonly string[]): Set<string> =>
      new Set(mixesFor({ topicCount: 0, models }).flatMap((mix) => Object.keys(mix)));
    assert.deepEqual(learnersOf(['a', 'b']), new Set(['direction', 'kernel', 'linear']));
    assert.deepEqual(learnersOf(['a', 'b', 'c']), new Set(['direction', 'kernel', 'factors', 'neighbours']));
  });

  test('orders models by what the order of rows not seen was made of', () => {
    const gap = (row: number): number => (order[2]?.[row] as number) - (order[0]?.[row] as number);
    const rated = Array.from({ length: 400 }, (_, row) => {
      const [own] = rate(prior, row);
      return Math.sign((own[2] as number) - (own[0] as number)) === Math.sign(gap(row)) ? 1 : 0;
    });
    assert.ok(rated.reduce<number>((sum, one) => sum + one, 0) > 300);
  });

  test('rates the same once it was written and read, as near as bytes keep it', () => {
    const read = readPrior(JSON.parse(JSON.stringify(writePrior(prior))), 3);
    for (const row of [0, 7, 99])
      for (const [which, values] of rate(prior, row).entries())
        for (const [model, value] of values.entries())
          assert.ok(Math.abs(value - (rate(read, row)[which]?.[model] as number)) < (which === 0 ? 0.1 : 0.01));
  });

  test('is refused for another number of models, without curves, and with a weight that is no number', () => {
    const json = JSON.parse(JSON.stringify(writePrior(prior)));
    assert.throws(() => readPrior(json, 2), /has a prior of other models/);
    assert.throws(() => readPrior({ ...json, curves: null }, 3), /has no prior/);
    const [part, ...others] = json.parts;
    assert.throws(
      () => readPrior({ ...json, parts: [{ ...part, chance: null }, ...others] }, 3),
      /has no weights for the learner/,
    );
  });
});
