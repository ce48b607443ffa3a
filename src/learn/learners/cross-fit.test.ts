import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { crossFit } from './cross-fit.ts';
import { madeUp } from './examples.fixture.ts';
import type { Examples, Learner } from './learner.ts';
import { createLinear } from './linear.ts';

/** Learns by heart: what it says of a row that it has seen is that row's quality, of any other -1. Fact 0 is the row's name. */
const parrot: Learner<Map<number, number[]>> = {
  name: 'neighbours',
  fit: ({ dense, qualities }: Examples) =>
    new Map(
      Array.from({ length: dense.rows }, (_, row) => [
        dense.values[row * dense.columns] as number,
        qualities.map((values) => values[row] as number),
      ]),
    ),
  rater: (state) => (request, out) => {
    out.set(state.get(request.dense[0] as number) ?? [-1, -1, -1]);
  },
  write: () => ({}),
  read: () => new Map(),
};

describe('cross-fitted scores', () => {
  const examples = madeUp({ rows: 600, seed: 21 });

  test('are of rows that the learner has not seen', () => {
    const scores = crossFit(parrot, examples, { folds: 5, seed: 3 });
    assert.equal(scores.length, 3);
    for (const values of scores) assert.deepEqual(new Set(values), new Set([-1]));
  });

  test('are of rows whose family it has not seen', () => {
    // Rows 0 and 1, 2 and 3, ... are twins: the same in all but their number.
    const twins = { ...examples, dense: { ...examples.dense, values: examples.dense.values.slice() } };
    for (let row = 0; row < 600; row++) twins.dense.values[row * 2] = Math.floor(row / 2);
    const apart = crossFit(
      parrot,
      { ...twins, families: twins.families.map((_, row) => Math.floor(row / 2)) },
      { folds: 5, seed: 3 },
    );
    assert.deepEqual(new Set(apart[0]), new Set([-1]));
    const mixed = crossFit(parrot, twins, { folds: 5, seed: 3 });
    assert.ok(new Set(mixed[0]).size > 1);
  });

  test('tell good answers from bad ones as well as a fit on other rows does', () => {
    const scores = crossFit(createLinear({ loss: 'squared', strengths: null }), examples, { folds: 4, seed: 3 });
    assert.ok(areaUnderRoc(scores[2] as Float64Array, examples.qualities[2] as Float64Array) > 0.8);
  });

  test('tell how far they are', () => {
    const told: number[] = [];
    crossFit(parrot, examples, { folds: 4, seed: 3, onProgress: (done) => told.push(done) });
    assert.deepEqual(told, [0.25, 0.5, 0.75, 1]);
  });
});
