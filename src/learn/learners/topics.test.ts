import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { doubled, madeUp, ratingsOf } from './examples.fixture.ts';
import { takeRows } from './examples.ts';
import type { Examples } from './learner.ts';
import { createTopics } from './topics.ts';

const learner = createTopics();
const seed = 1;
const TOPICS = 4;
/** Of every column of words there is one of runs of letters. */
const COLUMNS = 32;

/** Column t is said of topic t alone, columns 8 to 15 of any; model m is right of topic m and wrong of all others. */
function about(rows: number, from: number): Examples {
  const random = createRandom(from);
  const indices: number[] = [];
  const starts = new Int32Array(rows + 1);
  const topics = Int32Array.from({ length: rows }, () => Math.floor(random() * TOPICS));
  for (const [row, topic] of topics.entries()) {
    const words = new Set([topic, 8 + Math.floor(random() * 8), 8 + Math.floor(random() * 8)]);
    indices.push(...words, COLUMNS / 2 + topic);
    starts[row + 1] = indices.length;
  }
  const values = new Float32Array(indices.length).fill(1);
  return {
    sparse: { rows, columns: COLUMNS, starts, indices: Int32Array.from(indices), values, counts: values },
    dense: { rows, columns: 0, values: new Float64Array(0) },
    embedded: null,
    models: ['a', 'b', 'c', 'd'],
    qualities: [0, 1, 2, 3].map((model) => Float64Array.from(topics, (topic) => Number(topic === model))),
    weights: new Float64Array(rows).fill(1),
    families: Int32Array.from({ length: rows }, (_, row) => row),
    topics,
    topicCount: TOPICS,
  };
}

const withTopics = (examples: Examples, from: number): Examples => {
  const random = createRandom(from);
  return { ...examples, topics: examples.topics.map(() => Math.floor(random() * 4) - 1), topicCount: 3 };
};

/** The same estimates for every one of 200 requests. */
const repeated = (values: number[]): number[][] => Array.from({ length: 200 }, () => values);

const train = about(800, 31);
const later = about(200, 32);
const state = learner.fit(train, { seed });

function close(one: readonly number[][], other: readonly number[][], within: number): void {
  for (const [row, values] of one.entries())
    for (const [k, value] of values.entries()) {
      const gap = Math.abs(value - (other[row]?.[k] as number));
      assert.ok(gap < within, `row ${row}, model ${k}: ${gap}`);
    }
}

describe('the learner of topics', () => {
  test('knows the topic by its word, and who is good at it', () => {
    for (const [row, rated] of ratingsOf(learner, state, later).entries())
      assert.equal(rated.indexOf(Math.max(...rated)), later.topics[row]);
  });

  test('has for a topic the mean gap, drawn to 0 as by forty examples', () => {
    const count = train.topics.filter((topic) => topic === 2).length;
    const gap = 1 - count / 800;
    assert.ok(Math.abs((state.qualities[2 * 4 + 2] as number) - (gap * count) / (count + 40)) < 1e-6);
  });

  test('says of a request without known words what is usual', () => {
    const empty = { ...later, sparse: { ...later.sparse, starts: new Int32Array(201) } };
    const usual = [0, 1, 2, 3].map((model) =>
      state.priors.reduce(
        (sum, prior, topic) => sum + Math.exp(prior) * (state.qualities[topic * 4 + model] as number),
        0,
      ),
    );
    close(ratingsOf(learner, state, empty), repeated(usual), 1e-6);
    for (const value of usual) assert.ok(Math.abs(value) < 0.01);
  });

  test('tells two topics apart as Bayes does', () => {
    const two = takeRows(
      train,
      Int32Array.from(train.topics.keys()).filter((row) => (train.topics[row] as number) < 2),
    );
    const fitted = learner.fit(
      { ...two, topicCount: 2, models: ['a'], qualities: two.qualities.slice(0, 1) },
      { seed },
    );
    const [zero, one] = [0, 1].map((topic) => two.topics.filter((other) => other === topic).length) as [number, number];
    const said = two.sparse.indices.filter((column) => column < 16);
    const totals = [0, 1].map((topic) => {
      let total = 0;
      for (let row = 0; row < two.sparse.rows; row++)
        if (two.topics[row] === topic)
          for (let at = two.sparse.starts[row] as number; at < (two.sparse.starts[row + 1] as number); at++)
            if ((two.sparse.indices[at] as number) < 16) total++;
      return total;
    }) as [number, number];
    assert.equal(totals[0] + totals[1], said.length);
    const chance = (count: number, topic: number): number => (count + 0.3) / ((totals[topic] as number) + 0.3 * 16);
    // A request that has the word of topic 0 and nothing else.
    const odds = (zero / one) * (chance(zero, 0) / chance(0, 1));
    const [[rated]] = ratingsOf(
      learner,
      fitted,
      takeRows(
        { ...two, models: ['a'], qualities: [two.qualities[0] as Float64Array], sparse: oneWord(two) },
        Int32Array.of(0),
      ),
    ) as [[number]];
    const share = odds / (1 + odds);
    const expected = share * (fitted.qualities[0] as number) + (1 - share) * (fitted.qualities[1] as number);
    assert.ok(Math.abs(rated - expected) < 1e-4, `${rated} ${expected}`);
  });

  test('learns nothing of words from rows whose topic nobody says, and nothing but means', () => {
    const silent = { ...train, topics: train.topics.map(() => -1) };
    const fitted = learner.fit({ ...silent, topicCount: TOPICS }, { seed });
    assert.ok(fitted.qualities.every((quality) => quality === 0));
    close(ratingsOf(learner, fitted, later), repeated([0, 0, 0, 0]), 1e-9);
  });

  test('knows nothing, and can still be kept, where there are no topics', () => {
    const none = { ...train, topics: train.topics.map(() => -1), topicCount: 0 };
    const fitted = learner.fit(none, { seed });
    close(ratingsOf(learner, fitted, later), repeated([0, 0, 0, 0]), 1e-9);
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(fitted))));
    close(ratingsOf(learner, read, later), repeated([0, 0, 0, 0]), 1e-9);
  });

  test('leaves out answers that nobody knows', () => {
    const some = {
      ...train,
      qualities: train.qualities.map((values) => values.map((value, row) => (row % 3 === 0 ? Number.NaN : value))),
    };
    const rated = ratingsOf(learner, learner.fit(some, { seed }), later);
    for (const [row, values] of rated.entries()) {
      assert.ok(values.every(Number.isFinite));
      assert.equal(values.indexOf(Math.max(...values)), later.topics[row]);
    }
  });

  test('rates as before when it has been written and read, but for what bytes hold', () => {
    const read = learner.read(JSON.parse(JSON.stringify(learner.write(state))));
    close(ratingsOf(learner, read, later), ratingsOf(learner, state, later), 0.02);
  });

  test('is refused when its state is damaged', () => {
    const good = learner.write(state);
    for (const wrong of [
      null,
      {},
      { ...good, topics: 5 },
      { ...good, topics: -1 },
      { ...good, models: 0 },
      { ...good, columns: 15 },
      { ...good, words: 'f32:' },
      { ...good, priors: 3 },
      { ...good, qualities: 'f32:AADAfw==' },
    ])
      assert.throws(() => learner.read(wrong), Error);
  });

  test('law: the same rows twice are rows of twice the weight', () => {
    fc.assert(
      fc.property(fc.integer(), (from) => {
        const { twice, heavy } = doubled(withTopics(madeUp({ rows: 40, seed: from, unknown: 0.2 }), from + 1));
        const fresh = madeUp({ rows: 20, seed: from + 2 });
        close(
          ratingsOf(learner, learner.fit(twice, { seed }), fresh),
          ratingsOf(learner, learner.fit(heavy, { seed }), fresh),
          1e-5,
        );
      }),
      { numRuns: 30 },
    );
  });

  test('law: the order of rows does not count', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 39 }), (from, turn) => {
        const examples = withTopics(madeUp({ rows: 40, seed: from }), from + 1);
        const turned = takeRows(
          examples,
          Int32Array.from({ length: 40 }, (_, row) => (row + turn) % 40),
        );
        close(
          ratingsOf(learner, learner.fit(turned, { seed }), examples),
          ratingsOf(learner, learner.fit(examples, { seed }), examples),
          1e-5,
        );
      }),
      { numRuns: 30 },
    );
  });
});

/** As many rows, the first of which has column 0 alone. */
function oneWord({ sparse }: Examples): Examples['sparse'] {
  return {
    ...sparse,
    starts: sparse.starts.map((_, row) => Math.min(1, row)),
    indices: Int32Array.of(0),
    values: Float32Array.of(1),
    counts: Float32Array.of(1),
  };
}
