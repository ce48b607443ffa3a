import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Vectors } from '../../gate/gate.ts';
import { type Encoder, PaidForNothing } from './encoder.ts';
import { createHttpEmbeddings } from './http-embeddings.ts';

interface Asked {
  model: string;
  texts: readonly string[];
}

function asking(answer: (texts: readonly string[]) => Vectors): { encoder: Encoder; asked: Asked[] } {
  const asked: Asked[] = [];
  const encoder = createHttpEmbeddings({
    model: 'small',
    upstreamModel: 'text-embedding-3-small',
    ask: (model, texts) => {
      asked.push({ model, texts });
      return new Promise((resolve) => resolve(answer(texts)));
    },
  });
  return { encoder, asked };
}

const plain = (texts: readonly string[]): Vectors => ({
  vectors: texts.map((text) => Float32Array.of(text.length, 0, 0)),
  costNanoUsd: texts.length * 10,
});

test('texts of one turn go in one request, come back at length 1, each with its share of the cost', async () => {
  const { encoder, asked } = asking((texts) => ({
    vectors: texts.map((text) => Float32Array.of(3 * text.length, 4 * text.length)),
    costNanoUsd: 11,
  }));
  assert.deepEqual([encoder.name, encoder.sentTo, encoder.dimensions], ['http:text-embedding-3-small', 'small', null]);
  const all = await Promise.all(['a', 'bb', 'ccc'].map((text) => encoder.encode(text)));
  assert.deepEqual(asked, [{ model: 'small', texts: ['a', 'bb', 'ccc'] }]);
  for (const { vector } of all) assert.deepEqual(vector, Float32Array.of(0.6, 0.8));
  assert.equal(encoder.dimensions, 2);
  assert.equal(
    all.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? Number.NaN), 0),
    11,
  );
});

test('the shares of a cost are whole, even, and add up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1e9), fc.integer({ min: 1, max: 40 }), async (costNanoUsd, count) => {
      const { encoder } = asking((texts) => ({ ...plain(texts), costNanoUsd }));
      const all = await Promise.all(Array.from({ length: count }, (_, at) => encoder.encode(`${at}.`)));
      const costs = all.map((one) => one.costNanoUsd as number);
      assert.equal(
        costs.reduce((sum, cost) => sum + cost),
        costNanoUsd,
      );
      assert.ok(costs.every(Number.isInteger));
      assert.ok(Math.max(...costs) - Math.min(...costs) <= 1);
    }),
    { numRuns: 30 },
  );
});

test("a cost that nobody knows is nobody's share", async () => {
  const { encoder } = asking((texts) => ({ ...plain(texts), costNanoUsd: null }));
  assert.equal((await encoder.encode('a')).costNanoUsd, null);
});

test('the first vector fixes how many numbers there are; others are refused, with what they cost', async () => {
  let length = 3;
  const { encoder } = asking((texts) => ({
    vectors: texts.map(() => new Float32Array(length).fill(1)),
    costNanoUsd: 5,
  }));
  await encoder.encode('first');
  length = 4;
  await assert.rejects(
    encoder.encode('second'),
    (error) =>
      error instanceof PaidForNothing &&
      error.costNanoUsd === 5 &&
      error.message === 'small gave 1 vectors of 4 and 3 numbers for 1 texts',
  );
  assert.equal(encoder.dimensions, 3);
});

test('too few vectors are refused, and so are vectors of different lengths', async () => {
  const few = asking(() => ({ vectors: [Float32Array.of(1)], costNanoUsd: 5 })).encoder;
  for (const one of await Promise.allSettled([few.encode('a'), few.encode('b')])) assert.equal(one.status, 'rejected');
  const mixed = asking((texts) => ({
    vectors: texts.map((_, at) => new Float32Array(at + 1)),
    costNanoUsd: 5,
  })).encoder;
  for (const one of await Promise.allSettled([mixed.encode('a'), mixed.encode('b')]))
    assert.equal(one.status, 'rejected');
  assert.equal(mixed.dimensions, null);
});

test('a text of blanks is asked of nobody, and a long one is shortened', async () => {
  const { encoder, asked } = asking(plain);
  await assert.rejects(encoder.encode(' \n'), /there are no words to encode/);
  assert.equal(asked.length, 0);
  await encoder.encode('x'.repeat(100_000));
  assert.equal(asked[0]?.texts[0]?.length, 8192);
});

test('why the model could not be asked reaches whoever wanted the vector, with what it cost', async () => {
  const { encoder } = asking(() => ({ vectors: null, costNanoUsd: 3, failure: 'no credit' }));
  await assert.rejects(encoder.encode('a'), new PaidForNothing('small could not be asked: no credit', 3));
  await encoder.close();
  await assert.rejects(encoder.encode('a'), /closed/);
});
