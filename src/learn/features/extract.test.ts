import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { columnsOf, createExtractor, extractAll, type FeatureRequest, type GramSpec, rarityOf } from './extract.ts';
import { FACT_NAMES } from './facts.ts';

const GRAMS: GramSpec = { bits: 12, pairs: true, runs: [4, 4] };

function requestOf(text: string, more: Partial<FeatureRequest> = {}): FeatureRequest {
  const facts = { characters: text.length, turns: 1, hasTools: false, hasSchema: false, hasImages: false };
  return { text, facts, task: null, segment: null, ...more };
}

const even = (grams: GramSpec): { grams: GramSpec; rarity: Float32Array } => ({
  grams,
  rarity: new Float32Array(columnsOf(grams)).fill(1),
});

function valuesOf(request: FeatureRequest, grams = GRAMS): Map<number, number> {
  const { indices, values, count } = createExtractor(even(grams)).extract(request);
  return new Map(Array.from({ length: count }, (_, at) => [indices[at] as number, values[at] as number]));
}

const byBucket = ([one]: [number, number], [other]: [number, number]): number => one - other;
const lengthOf = (values: Iterable<number>): number => Math.hypot(...values);

describe('hashed features', () => {
  test('have a length of one for words and of one for runs of letters', () => {
    const values = [...valuesOf(requestOf('the cat sat on the mat'))];
    const half = 2 ** GRAMS.bits;
    assert.ok(Math.abs(lengthOf(values.filter(([at]) => at < half).map(([, value]) => value)) - 1) < 1e-6);
    assert.ok(Math.abs(lengthOf(values.filter(([at]) => at >= half).map(([, value]) => value)) - 1) < 1e-6);
  });

  test('without pairs do not know the order of words, with them they do', () => {
    const alone = { ...GRAMS, pairs: false, runs: null };
    assert.deepEqual(
      new Map([...valuesOf(requestOf('dog bites man'), alone)].sort(byBucket)),
      new Map([...valuesOf(requestOf('man bites dog'), alone)].sort(byBucket)),
    );
    assert.notDeepEqual(
      new Map([...valuesOf(requestOf('dog bites man'))].sort(byBucket)),
      new Map([...valuesOf(requestOf('man bites dog'))].sort(byBucket)),
    );
  });

  test('tell tasks and segments apart', () => {
    const plain = valuesOf(requestOf('hello'));
    const task = valuesOf(requestOf('hello', { task: 'triage' }));
    const both = valuesOf(requestOf('hello', { task: 'triage', segment: 'acme' }));
    assert.deepEqual([task.size - plain.size, both.size - plain.size], [1, 2]);
  });

  test('count what is said often more, but not as often as it is said', () => {
    const grams = { ...GRAMS, pairs: false, runs: null };
    const [once, thrice] = [...valuesOf(requestOf('a b b b'), grams).values()].sort((one, other) => one - other);
    assert.ok(Math.abs((thrice ?? 0) / (once ?? 1) - (1 + Math.log(3))) < 1e-5);
  });

  test('weigh by rarity; what only one request has counts for nothing', () => {
    const requests = ['the cat', 'the cat', 'the dog'].map((text) => requestOf(text));
    const grams = { ...GRAMS, pairs: false, runs: null };
    const rarity = rarityOf(requests, grams);
    const valuesIn = (text: string): number[] => {
      const { values, count } = createExtractor({ grams, rarity }).extract(requestOf(text));
      return Array.from(values.slice(0, count));
    };
    const [the, cat] = valuesIn('the cat') as [number, number];
    assert.ok(Math.abs(cat / the - (Math.log(4 / 3) + 1)) < 1e-5);
    assert.deepEqual(valuesIn('the dog'), [1, 0]);
  });

  test('are told as they were counted, too', () => {
    const { counts, count } = createExtractor(even({ ...GRAMS, pairs: false, runs: null })).extract(
      requestOf('a b b b'),
    );
    const told = Array.from(counts.slice(0, count));
    assert.equal(told[0], 1);
    assert.ok(Math.abs((told[1] ?? 0) - (1 + Math.log(3))) < 1e-6);
  });

  test('of an empty text are none', () => {
    assert.equal(valuesOf(requestOf('')).size, 0);
  });

  test('are bounded: a text of a million different words takes no more room than there is', () => {
    const text = Array.from({ length: 100_000 }, (_, at) => `w${(at * 7919).toString(36)}x`).join(' ');
    const grams: GramSpec = { bits: 17, pairs: true, runs: [3, 6] };
    const { count } = createExtractor(even(grams)).extract(requestOf(text));
    assert.ok(count > 1_000 && count <= 16_384, `${count}`);
  });
});

test('many requests at once have the features that each has alone', () => {
  const requests = ['one small step', '', 'for a man, one giant leap'].map((text) => requestOf(text));
  const spec = { grams: GRAMS, rarity: rarityOf(requests, GRAMS) };
  const { sparse, dense } = extractAll(requests, spec);
  const extractor = createExtractor(spec);
  assert.deepEqual([sparse.rows, sparse.columns, dense.columns], [3, columnsOf(GRAMS), FACT_NAMES.length]);
  for (const [row, request] of requests.entries()) {
    const { indices, values, count, dense: facts } = extractor.extract(request);
    const [from, to] = [sparse.starts[row] as number, sparse.starts[row + 1] as number];
    assert.deepEqual(sparse.indices.slice(from, to), indices.slice(0, count));
    assert.deepEqual(sparse.values.slice(from, to), values.slice(0, count));
    assert.deepEqual(dense.values.slice(row * dense.columns, (row + 1) * dense.columns), facts);
  }
});

test('law: a request has the same features whatever came before it', () => {
  const extractor = createExtractor(even(GRAMS));
  const read = (text: string): unknown[] => {
    const { indices, values, count, dense } = extractor.extract(requestOf(text));
    return [indices.slice(0, count), values.slice(0, count), dense.slice()];
  };
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const before = read(one);
      read(other);
      assert.deepEqual(read(one), before);
    }),
  );
});
