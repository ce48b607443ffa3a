import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheEncoder } from './cached-encoder.ts';
import { lettersOf, scriptedEncoder } from './encoder.fixture.ts';

test('a text is encoded once, and what is remembered costs nothing again', async () => {
  const inner = scriptedEncoder(lettersOf);
  const cached = cacheEncoder(inner);
  assert.deepEqual(await cached.encode('hello'), { vector: Float32Array.of(5, 104), costNanoUsd: 7 });
  assert.deepEqual(await cached.encode('hello'), { vector: Float32Array.of(5, 104), costNanoUsd: 0 });
  assert.deepEqual((await cached.encode('hallo')).costNanoUsd, 7);
  assert.deepEqual(
    inner.asked.map(({ text }) => text),
    ['hello', 'hallo'],
  );
  assert.deepEqual(cached.statistics(), { hits: 1, shared: 0, misses: 2, failures: 0, entries: 2 });
});

test('those who ask for one text at the same time share one encoding, which is paid once', async () => {
  const inner = scriptedEncoder();
  const cached = cacheEncoder(inner);
  const all = [cached.encode('same'), cached.encode('same'), cached.encode('other'), cached.encode('same')];
  assert.equal(inner.asked.length, 2);
  for (const { text, settle } of inner.asked) settle.resolve(lettersOf(text));
  const costs = (await Promise.all(all)).map(({ costNanoUsd }) => costNanoUsd);
  assert.deepEqual(costs, [7, 0, 7, 0]);
  assert.deepEqual(cached.statistics(), { hits: 0, shared: 2, misses: 2, failures: 0, entries: 2 });
});

test('a failure reaches everybody who waited for it and is not remembered', async () => {
  const inner = scriptedEncoder();
  const cached = cacheEncoder(inner);
  const both = [cached.encode('x'), cached.encode('x')];
  inner.asked[0]?.settle.reject(new Error('no power'));
  for (const one of await Promise.allSettled(both)) {
    assert.equal(one.status, 'rejected');
    assert.match(String(one.reason), /no power/);
  }
  const again = cached.encode('x');
  assert.equal(inner.asked.length, 2);
  inner.asked[1]?.settle.resolve(lettersOf('x'));
  assert.deepEqual((await again).vector, lettersOf('x').vector);
  assert.deepEqual(cached.statistics(), { hits: 0, shared: 1, misses: 2, failures: 1, entries: 1 });
});

test('no more vectors are kept than allowed, the least recently used goes first', async () => {
  const inner = scriptedEncoder(lettersOf);
  const cached = cacheEncoder(inner, 2);
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.encode(text);
  assert.deepEqual(
    inner.asked.map(({ text }) => text),
    ['a', 'b', 'c', 'b'],
  );
  assert.equal(cached.statistics().entries, 2);
});

test('a cost that is not known stays unknown', async () => {
  const cached = cacheEncoder(scriptedEncoder((text) => ({ ...lettersOf(text), costNanoUsd: null })));
  assert.equal((await cached.encode('x')).costNanoUsd, null);
  assert.equal((await cached.encode('x')).costNanoUsd, 0);
});

test('it goes by the name and dimensions of what it stands before, and closes it', async () => {
  const inner = scriptedEncoder(lettersOf);
  const cached = cacheEncoder(inner);
  assert.deepEqual([cached.name, cached.dimensions, cached.sentTo], ['scripted@1', 2, 'small']);
  await cached.close();
  assert.ok(inner.isClosed);
});
