import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbed, type Encode } from './encoding.ts';

const LONG = 60_000;

function counted(encode: Encode = (text) => Promise.resolve(new Float32Array([text.length]))) {
  const asked: string[] = [];
  const embed = createEmbed(new Map([['mini', (text: string) => (asked.push(text), encode(text))]]));
  return { asked, embed };
}

test('a text gets its embedding, and is encoded once', async () => {
  const { asked, embed } = counted();
  assert.deepEqual(await embed('mini', 'four', LONG), new Float32Array([4]));
  assert.deepEqual(await embed('mini', 'four', LONG), new Float32Array([4]));
  assert.deepEqual(await embed('mini', 'other', LONG), new Float32Array([5]));
  assert.deepEqual(asked, ['four', 'other']);
});

test('calls with the same text at the same time wait for one encoding', async () => {
  const { asked, embed } = counted();
  await Promise.all([embed('mini', 'same', LONG), embed('mini', 'same', LONG)]);
  assert.deepEqual(asked, ['same']);
});

test('an encoder that nobody has gives none', async () => {
  assert.equal(await counted().embed('other', 'text', LONG), null);
});

test('an encoder that fails gives none, and is asked again', async () => {
  let fails = true;
  const { asked, embed } = counted(() =>
    fails ? Promise.reject(new Error('no memory')) : Promise.resolve(new Float32Array([1])),
  );
  assert.equal(await embed('mini', 'text', LONG), null);
  fails = false;
  assert.deepEqual(await embed('mini', 'text', LONG), new Float32Array([1]));
  assert.equal(asked.length, 2);
});

test('one that throws at once is no worse', async () => {
  const { embed } = counted(() => {
    throw new TypeError('not loaded');
  });
  assert.equal(await embed('mini', 'text', LONG), null);
});

test('what comes too late is none, and there for the next call of the same text', async () => {
  const encoded = Promise.withResolvers<Float32Array>();
  const { asked, embed } = counted(() => encoded.promise);
  assert.equal(await embed('mini', 'slow', 5), null);
  encoded.resolve(new Float32Array([7]));
  await sleep(0);
  assert.deepEqual(await embed('mini', 'slow', LONG), new Float32Array([7]));
  assert.deepEqual(asked, ['slow']);
});

test('only so many are kept, the newest', async () => {
  const { asked, embed } = counted();
  for (let at = 0; at <= 4096; at++) await embed('mini', `text ${at}`, LONG);
  await embed('mini', 'text 4096', LONG);
  assert.equal(asked.length, 4097);
  await embed('mini', 'text 0', LONG);
  assert.equal(asked.length, 4098);
});
