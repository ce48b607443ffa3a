import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import type { RequestFeatures } from '../features/features.ts';
import { rateRows } from './cross-fit.ts';
import { createReader } from './examples.ts';
import type { Examples } from './learner.ts';
import { createNeighbours, type NeighboursState } from './neighbours.ts';
import { nearness } from './similar.ts';
import { createSketch, DIMENSIONS, lengthsOf, packPairs, products } from './sketch.ts';

const seed = 5;
const SUBJECTS = 30;

/** Thirty subjects with twelve words each; a request has eight words of one of them and two of anybody's. Even subjects are easy for `a`, odd ones for `b`. */
function subjects(rows: number, from: number, subjectOf = (row: number): number => row % SUBJECTS): Examples {
  const random = createRandom(from);
  const indices: number[] = [];
  const qualities = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const subject = subjectOf(row);
    const drawn = new Set<number>();
    while (drawn.size < 8) drawn.add(100 + subject * 12 + Math.floor(random() * 12));
    while (drawn.size < 10) drawn.add(Math.floor(random() * 100));
    indices.push(...drawn);
    for (const [model, values] of qualities.entries())
      values[row] = Number(random() < (subject % 2 === model ? 0.9 : 0.2));
  }
  return {
    sparse: {
      rows,
      columns: 1000,
      starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * 10),
      indices: Int32Array.from(indices),
      values: new Float32Array(rows * 10).fill(1 / Math.sqrt(10)),
      counts: new Float32Array(rows * 10).fill(1),
    },
    dense: { rows, columns: 1, values: new Float64Array(rows) },
    embedded: null,
    models: ['a', 'b'],
    qualities,
    weights: new Float64Array(rows).fill(1),
    families: Int32Array.from({ length: rows }, (_, row) => row),
    topics: new Int32Array(rows).fill(-1),
    topicCount: 0,
  };
}

const learner = createNeighbours();
const train = subjects(900, 1);
const later = subjects(300, 2);
const state = learner.fit(train, { seed });

function ratings(of: NeighboursState, examples: Examples): number[][] {
  const rows: number[][] = [];
  rateRows(learner.rater(of), examples, (_, out) => rows.push([...out]));
  return rows;
}

describe('neighbours', () => {
  test('say of a request what those like it say', () => {
    let right = 0;
    for (const [row, [a, b]] of ratings(state, later).entries())
      if (Number(a) > Number(b) === ((row % SUBJECTS) % 2 === 0)) right++;
    assert.ok(right > 285, String(right));
  });

  test('say the mean where nothing is alike or nothing is there', () => {
    const [a = 0, b = 0] = state.means;
    const empty: RequestFeatures = {
      indices: new Int32Array(0),
      values: new Float32Array(0),
      counts: new Float32Array(0),
      count: 0,
      dense: new Float64Array(1),
      embedding: null,
    };
    const out = new Float64Array(2);
    learner.rater(state)(empty, out);
    assert.deepEqual([...out], [a, b]);
    assert.equal(nearness(state)(empty), null);
  });

  test('are the same from the same seed, and at most two thousand', () => {
    assert.deepEqual(learner.write(learner.fit(train, { seed })), learner.write(state));
    const many = learner.fit(subjects(2500, 3), { seed });
    assert.equal(many.count, 2000);
    assert.ok(JSON.stringify(learner.write(many)).length < 300_000);
  });

  test('keep one of every family before a second of any', () => {
    const families = Int32Array.from({ length: 2500 }, (_, row) => (row < 1500 ? 0 : row));
    const kept = learner.fit({ ...subjects(2500, 3), families }, { seed });
    // Rows of the one large family are the only ones with a weight of 2.
    const weights = Float64Array.from({ length: 2500 }, (_, row) => (row < 1500 ? 2 : 1));
    const weighed = learner.fit({ ...subjects(2500, 3), families, weights }, { seed });
    assert.equal(kept.count, 2000);
    assert.equal(weighed.weights.filter((weight) => weight === 1).length, 1000);
  });

  test('rate as before when they have been written and read', () => {
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    assert.deepEqual(read.sketches, state.sketches);
    const before = ratings(state, later);
    for (const [row, rated] of ratings(read, later).entries())
      for (const [model, value] of rated.entries()) assert.ok(Math.abs(value - Number(before[row]?.[model])) < 1e-4);
  });

  test('learn of a model from its known answers alone', () => {
    const holes = { ...train, qualities: train.qualities.map((values) => values.slice()) };
    for (let row = 0; row < 900; row += 2) (holes.qualities[1] as Float64Array)[row] = Number.NaN;
    const rated = ratings(learner.fit(holes, { seed }), later);
    // Only odd rows of `b` are known: those of odd subjects, where it is good.
    for (const [a, b] of rated) assert.ok(Number(b) > 0.6 && Number(a) >= 0 && Number(a) <= 1);
  });

  test('are refused when their state is damaged', () => {
    const good = learner.write(state);
    for (const wrong of [
      null,
      { ...good, of: 'words' },
      { ...good, count: 3 },
      { ...good, count: -1 },
      { ...good, manner: { sharpness: 1 } },
      { ...good, manner: { sharpness: 1, held: 0 } },
      { ...good, sketches: 'f32:' },
      { ...good, bound: null },
    ])
      assert.throws(() => learner.read(wrong), Error);
  });
});

describe('nearness', () => {
  const ask = nearness(state);

  test('knows requests like those that were learned from', () => {
    const reader = createReader(later);
    let familiar = 0;
    for (let row = 0; row < 300; row++) if (ask(reader(row))?.isFamiliar) familiar++;
    assert.ok(familiar > 285, String(familiar));
  });

  test('knows that a request is like nothing it has seen', () => {
    const strange = subjects(300, 4, (row) => 31 + (row % 30));
    const reader = createReader(strange);
    let familiar = 0;
    for (let row = 0; row < 300; row++) {
      const near = ask(reader(row));
      assert.ok(near !== null && near.similarity < 0.8);
      if (near.isFamiliar) familiar++;
    }
    assert.ok(familiar < 30, String(familiar));
  });

  test('of a kept example counts at least itself', () => {
    const reader = createReader(train);
    for (let row = 0; row < 20; row++) assert.ok(Number(ask(reader(row))?.near) >= 1);
  });
});

describe('a sketch', () => {
  const bytes = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS });

  test('has the inner products that it would have number by number, but for one in each pair', () => {
    fc.assert(
      fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 6 }), (own, many) => {
        const out = new Int32Array(many.length);
        products(packPairs(Int8Array.from(own), true), packPairs(Int8Array.from(many.flat()), false), out);
        for (const [which, other] of many.entries()) {
          const truth = own.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
          assert.ok(truth - (out[which] as number) >= 0 && truth - (out[which] as number) <= DIMENSIONS / 2);
        }
      }),
    );
  });

  test('keeps angles, roughly', () => {
    const random = createRandom(9);
    const sketch = createSketch();
    let worst = 0;
    for (let at = 0; at < 50; at++) {
      // Two requests of a hundred words that share `shared` of them.
      const shared = at * 2;
      const one = Int32Array.from({ length: 100 }, () => Math.floor(random() * 60_000));
      const other = one.map((word, place) => (place < shared ? word : Math.floor(random() * 60_000)));
      const both = new Int8Array(2 * DIMENSIONS);
      for (const [which, words] of [one, other].entries())
        sketch(
          words,
          new Float32Array(100).fill(0.1),
          100,
          both.subarray(which * DIMENSIONS, (which + 1) * DIMENSIONS),
        );
      const out = new Int32Array(2);
      products(packPairs(both.subarray(0, DIMENSIONS), true), packPairs(both, false), out);
      const [first = 0, second = 0] = lengthsOf(both);
      worst = Math.max(worst, Math.abs((out[1] as number) / (first * second) - shared / 100));
    }
    // The standard deviation is at most 1 / 8.
    assert.ok(worst < 0.4, String(worst));
  });
});
