import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type EncodeProgress, encodeAll } from './encode-all.ts';
import { lettersOf, scriptedEncoder, temporaryFolder } from './encoder.fixture.ts';
import { PaidForNothing } from './encoder.ts';
import { openVectorFile } from './vector-file.ts';

const vectorsOf = (texts: readonly string[]): Float32Array[] => texts.map((text) => lettersOf(text).vector);

test('every text has its vector in its place; the same text is encoded once', async () => {
  const encoder = scriptedEncoder(lettersOf);
  const texts = ['a', 'bb', 'a', 'ccc', 'bb'];
  const all = await encodeAll(encoder, texts);
  assert.deepEqual(all, { vectors: vectorsOf(texts), failed: { texts: 0, reason: null }, costNanoUsd: 21 });
  assert.equal(encoder.asked.length, 3);
  assert.deepEqual(await encodeAll(encoder, []), {
    vectors: [],
    failed: { texts: 0, reason: null },
    costNanoUsd: 0,
  });
});

test('no more are under way than allowed, and progress is told to the end', async () => {
  const encoder = scriptedEncoder();
  const told: EncodeProgress[] = [];
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const all = encodeAll(encoder, texts, { concurrency: 2, onProgress: (progress) => told.push(progress) });
  for (let at = 0; at < texts.length; at++) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(encoder.asked.length, Math.min(at + 2, texts.length));
    const asked = encoder.asked[at];
    asked?.settle.resolve(lettersOf(asked.text));
  }
  assert.deepEqual((await all).vectors, vectorsOf(texts));
  assert.deepEqual(
    told.map(({ done, costNanoUsd }) => [done, costNanoUsd]),
    [0, 1, 2, 3, 4, 5].map((done) => [done, done * 7]),
  );
  assert.ok(told.every(({ total }) => total === 5));
});

test('a text that fails is tried once more, then it has none, and what it cost is counted', async () => {
  const tries = new Map<string, number>();
  const encoder = scriptedEncoder((text) => {
    const count = (tries.get(text) ?? 0) + 1;
    tries.set(text, count);
    if (text === 'bad' || (text === 'shaky' && count === 1)) throw new PaidForNothing(`no ${text}`, 100);
    return lettersOf(text);
  });
  const told: number[] = [];
  const all = await encodeAll(encoder, ['bad', 'good', 'shaky'], { onProgress: ({ done }) => told.push(done) });
  assert.deepEqual(all, {
    vectors: [null, ...vectorsOf(['good', 'shaky'])],
    failed: { texts: 1, reason: 'no bad' },
    costNanoUsd: 14 + 300,
  });
  assert.deepEqual(Object.fromEntries(tries), { bad: 2, good: 1, shaky: 2 });
  assert.deepEqual(told, [0, 1, 2, 3]);
});

test('an encoder of which nothing comes any more is given up with its own reason', async () => {
  const encoder = scriptedEncoder(() => {
    throw new Error('no such model');
  });
  const texts = Array.from({ length: 500 }, (_, at) => `${at}`);
  await assert.rejects(encodeAll(encoder, texts, { concurrency: 4 }), /^Error: no such model$/);
  assert.ok(encoder.asked.length < 30, `${encoder.asked.length}`);
});

test('vectors that are kept are neither made nor paid again, after an interruption as after a whole run', async (t) => {
  const file = path.join(temporaryFolder(t), 'x.bin');
  const texts = ['a', 'bb', 'ccc', 'dddd'];
  const stop = new AbortController();
  const first = openVectorFile(file, 'scripted@1');
  const interrupted = await encodeAll(scriptedEncoder(lettersOf), texts, {
    concurrency: 1,
    kept: first,
    signal: stop.signal,
    onProgress: ({ done }) => done === 2 && stop.abort(),
  });
  first.close();
  assert.deepEqual(interrupted.vectors, [...vectorsOf(['a', 'bb']), null, null]);
  assert.equal(interrupted.failed.texts, 2);
  const second = openVectorFile(file, 'scripted@1');
  t.after(() => second.close());
  const encoder = scriptedEncoder(lettersOf);
  const all = await encodeAll(encoder, texts, { kept: second });
  assert.deepEqual(all, { vectors: vectorsOf(texts), failed: { texts: 0, reason: null }, costNanoUsd: 14 });
  assert.deepEqual(
    encoder.asked.map(({ text }) => text),
    ['ccc', 'dddd'],
  );
  assert.equal((await encodeAll(encoder, texts, { kept: second })).costNanoUsd, 0);
});

test('a cost that is not known makes the sum unknown', async () => {
  const encoder = scriptedEncoder((text) => ({ ...lettersOf(text), costNanoUsd: text === 'b' ? null : 7 }));
  assert.equal((await encodeAll(encoder, ['a', 'b', 'c'])).costNanoUsd, null);
});
