import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { binned, chooseColumns } from './bins.ts';
import { rateRows } from './cross-fit.ts';
import { madeUp } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import type { Examples } from './learner.ts';
import { createLinear } from './linear.ts';
import { createTrees, type TreesState } from './trees.ts';

const seed = 3;
const learner = createTrees();

function scores(state: TreesState, examples: Examples, model: number): number[] {
  const rated: number[] = [];
  rateRows(learner.rater(state), examples, (_, out) => rated.push(out[model] as number));
  return rated;
}

/** One model that is right where exactly one of the two facts is large: nothing a sum could say. */
function crossed(rows: number, from: number): Examples {
  const examples = madeUp({ rows, seed: from });
  const random = createRandom(from + 100);
  const { values } = examples.dense;
  const truth = Float64Array.from({ length: rows }, (_, row) =>
    Number(random() < ((values[row * 2] as number) > 0.5 !== (values[row * 2 + 1] as number) > 500 ? 0.9 : 0.1)),
  );
  return { ...examples, models: ['crossed'], qualities: [truth] };
}

describe('trees', () => {
  const train = madeUp({ rows: 1500, seed: 41 });
  const later = madeUp({ rows: 1500, seed: 42 });
  const state = learner.fit(train, { seed });

  test('find what decides, word or fact, in requests that they have never seen', () => {
    assert.ok(areaUnderRoc(scores(state, later, 1), later.qualities[1] as Float64Array) > 0.68);
    assert.ok(areaUnderRoc(scores(state, later, 2), later.qualities[2] as Float64Array) > 0.85);
  });

  test('stop at once where there is nothing to learn', () => {
    assert.ok((state.forests[0]?.trees.length ?? 99) < 20);
    assert.ok((state.forests[2]?.trees.length ?? 0) > 10);
  });

  test('find what no sum can say', () => {
    const [from, to] = [crossed(1500, 43), crossed(1500, 44)];
    assert.ok(areaUnderRoc(scores(learner.fit(from, { seed }), to, 0), to.qualities[0] as Float64Array) > 0.8);
    const linear = createLinear();
    const rated: number[] = [];
    rateRows(linear.rater(linear.fit(from, { seed })), to, (_, out) => rated.push(out[0] as number));
    assert.ok(areaUnderRoc(rated, to.qualities[0] as Float64Array) < 0.6);
  });

  test('use an embedding where there is one', () => {
    const [from, to] = [45, 46].map((each) => madeUp({ rows: 1500, seed: each, embedding: true })) as [
      Examples,
      Examples,
    ];
    const auc = areaUnderRoc(scores(learner.fit(from, { seed }), to, 0), to.qualities[0] as Float64Array);
    assert.ok(auc > 0.65, String(auc));
  });

  test('are the same from the same seed', () => {
    assert.deepEqual(learner.write(learner.fit(train, { seed })), learner.write(state));
    assert.notDeepEqual(learner.write(learner.fit(train, { seed: 4 })), learner.write(state));
  });

  test('rate as before when they have been written and read', () => {
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    assert.deepEqual(scores(read, later, 1), scores(state, later, 1));
  });

  test('learn of a model from its known answers alone', () => {
    const holes = madeUp({ rows: 1500, seed: 47, unknown: 0.4 });
    const rows = Int32Array.from(holes.weights.keys()).filter((row) => !Number.isNaN(holes.qualities[2]?.[row]));
    const one = scores(learner.fit(holes, { seed }), later, 2);
    const other = scores(learner.fit(takeRows(holes, rows), { seed }), later, 2);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean(one) - mean(other)) < 0.03);
    assert.ok(
      Math.abs(
        areaUnderRoc(one, later.qualities[2] as Float64Array) - areaUnderRoc(other, later.qualities[2] as Float64Array),
      ) < 0.03,
    );
  });

  test('say the mean of a model that nobody has judged', () => {
    const none = learner.fit(
      { ...train, models: ['none'], qualities: [new Float64Array(1500).fill(Number.NaN)] },
      { seed },
    );
    assert.deepEqual(new Set(scores(none, later, 0)), new Set([0.5]));
  });

  test('are refused when their state is damaged', () => {
    const good = learner.write(state) as { forests: object[] };
    const [forest] = good.forests;
    for (const wrong of [
      null,
      { ...good, hashed: [1e9] },
      { ...good, hashed: ['__proto__'] },
      { ...good, forests: [{ ...forest, depth: 30 }] },
      { ...good, forests: [{ ...forest, base: 'x' }] },
      { ...good, forests: [{ ...forest, trees: 1 }] },
      { ...good, facts: 0, embedded: 0, hashed: [] },
      { ...good, forests: null },
    ])
      assert.throws(() => learner.read(wrong), Error);
  });
});

describe('what trees look at', () => {
  test('is the hashed columns that go with a quality', () => {
    const examples = madeUp({ rows: 1500, seed: 48 });
    const chosen = chooseColumns(examples);
    assert.ok(chosen.includes(3) && chosen.includes(5));
    // Column 0 is everywhere and says nothing.
    assert.ok(!chosen.includes(0));
    assert.deepEqual(chosen, chosen.toSorted());
  });

  test('is binned so that the order of values is kept, in at most 64 bins', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 300 }), (values) => {
        const { bins, edges } = binned(values.length, 1, (row) => Float32Array.of(values[row] as number));
        assert.ok((edges[0]?.length ?? 99) < 64);
        for (const [row, value] of values.entries()) {
          const edge = edges[0]?.[bins[row] as number] ?? Number.POSITIVE_INFINITY;
          const below = edges[0]?.[(bins[row] as number) - 1] ?? Number.NEGATIVE_INFINITY;
          assert.ok(value <= edge && (value > below || value === Number.NEGATIVE_INFINITY));
        }
      }),
    );
  });
});
