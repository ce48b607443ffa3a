import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longestDirections } from '../../stats/directions.ts';
import { likeliestWeights } from '../../stats/logistic.ts';
import { createRandom } from '../../stats/random.ts';
import { areaUnderRoc, brierScore } from '../metrics/calibration.ts';
import { rateRows } from './cross-fit.ts';
import { madeUp } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import { createFactors, type FactorsState } from './factors.ts';
import type { Examples, Learner } from './learner.ts';
import { createLinear } from './linear.ts';

const seed = 3;
const learner = createFactors();

/** Six models of rising ability; what is hard for one is hard for all: column 3 and a large fact 0. The last has `labels` labels. */
function alike(rows: number, from: number, labels = Number.POSITIVE_INFINITY): Examples {
  const examples = madeUp({ rows, seed: from });
  const random = createRandom(from + 1);
  const { starts, indices } = examples.sparse;
  const abilities = [-0.5, 0, 0.5, 1, 1.5, 0.7];
  const qualities = abilities.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const isHard = indices.subarray(starts[row], starts[row + 1]).includes(3);
    const ease = (isHard ? -1.5 : 1) + 4 * (0.5 - (examples.dense.values[row * 2] as number));
    for (const [model, ability] of abilities.entries()) {
      const isRight = Number(random() < 1 / (1 + Math.exp(-ability - ease)));
      (qualities[model] as Float64Array)[row] = model === 5 && row >= labels ? Number.NaN : isRight;
    }
  }
  return { ...examples, models: ['a', 'b', 'c', 'd', 'e', 'new'], qualities };
}

function scores<State>(of: Learner<State>, state: State, examples: Examples): Float64Array[] {
  const rated = examples.models.map(() => new Float64Array(examples.sparse.rows));
  rateRows(of.rater(state), examples, (row, out) => {
    for (const [model, value] of out.entries()) (rated[model] as Float64Array)[row] = value;
  });
  return rated;
}

describe('factors', () => {
  const train = alike(1500, 51, 40);
  const later = alike(1500, 52);
  const state: FactorsState = learner.fit(train, { seed });
  const rated = scores(learner, state, later);

  test('know a model with forty labels better than those labels alone tell', () => {
    const own = takeRows(
      { ...train, models: ['new'], qualities: [train.qualities[5] as Float64Array] },
      Int32Array.from({ length: 40 }, (_, row) => row),
    );
    const linear = createLinear();
    const [alone] = scores(linear, linear.fit(own, { seed }), { ...later, models: ['new'] });
    const truth = later.qualities[5] as Float64Array;
    assert.ok(areaUnderRoc(rated[5] as Float64Array, truth) > areaUnderRoc(alone as Float64Array, truth) + 0.03);
    assert.ok(brierScore(rated[5] as Float64Array, truth) < brierScore(alone as Float64Array, truth) - 0.01);
  });

  test('tell able models from others, on average', () => {
    const means = rated.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
    assert.deepEqual(
      means.slice(0, 5),
      means.slice(0, 5).toSorted((one, other) => one - other),
    );
    for (const [model, values] of later.qualities.slice(0, 5).entries()) {
      const truth = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs((means[model] as number) - truth) < 0.04);
    }
  });

  test('say of a model without any label what is usual', () => {
    const none = scores(learner, learner.fit(alike(1500, 51, 0), { seed }), later);
    for (const [row, value] of (none[5] as Float64Array).entries())
      assert.ok(value > Number(none[0]?.[row]) - 0.2 && value < Number(none[4]?.[row]) + 0.2);
  });

  test('are the same from the same seed, and rate as before when they have been written and read', () => {
    assert.deepEqual(learner.write(learner.fit(train, { seed })), learner.write(state));
    const read = scores(learner, learner.read(JSON.parse(JSON.stringify(learner.write(state)))), later);
    for (const [model, values] of read.entries())
      for (const [row, value] of values.entries()) assert.ok(Math.abs(value - Number(rated[model]?.[row])) < 0.05);
  });

  test('work with one model', () => {
    const one = { ...train, models: ['a'], qualities: train.qualities.slice(0, 1) };
    const [values] = scores(learner, learner.fit(one, { seed }), { ...later, models: ['a'] });
    assert.ok(areaUnderRoc(values as Float64Array, later.qualities[0] as Float64Array) > 0.75);
  });

  test('are refused when their state is damaged', () => {
    const good = learner.write(state);
    for (const wrong of [null, { ...good, shared: {} }, { ...good, directions: 2 }, { ...good, stands: 'f32:' }])
      assert.throws(() => learner.read(wrong), Error);
  });
});

describe('a small logistic regression', () => {
  const columns = Float64Array.from({ length: 4000 }, (_, at) => (at % 2 === 1 ? 1 : ((at / 2) % 21) / 10 - 1));
  const random = createRandom(6);
  const labels = Float64Array.from({ length: 2000 }, (_, row) =>
    Number(random() < 1 / (1 + Math.exp(-2 * (columns[row * 2] as number) + 0.5))),
  );
  const weights = new Float64Array(2000).fill(1);

  test('finds the weights that labels were drawn from', () => {
    const [slope = 0, intercept = 0] = likeliestWeights(
      { columns, labels, weights },
      { means: new Float64Array(2), precisions: Float64Array.of(0.01, 0.01) },
    );
    assert.ok(Math.abs(slope - 2) < 0.3 && Math.abs(intercept + 0.5) < 0.15, `${slope} ${intercept}`);
  });

  test('believes what it is told where there are no labels, and less so the more there are', () => {
    const belief = { means: Float64Array.of(-1, 1), precisions: Float64Array.of(5, 5) };
    const after = (count: number): number => {
      const some = labels.map((label, row) => (row < count ? label : Number.NaN));
      return likeliestWeights({ columns, labels: some, weights }, belief)[0] as number;
    };
    assert.deepEqual(after(0), -1);
    assert.ok(after(0) < after(30) && after(30) < after(300) && after(300) < after(2000));
  });

  test('takes the longest directions of a matrix', () => {
    // Eigenvalues 3 and 1 along (1, 1) and (1, -1).
    const [first = [], second = []] = longestDirections(Float64Array.of(2, 1, 1, 2), 2, 3);
    assert.ok(Math.abs(Math.abs(Number(first[0]) + Number(first[1])) - Math.SQRT2) < 1e-6);
    assert.ok(Math.abs(Math.abs(Number(second[0]) - Number(second[1])) - Math.SQRT2) < 1e-6);
  });
});
