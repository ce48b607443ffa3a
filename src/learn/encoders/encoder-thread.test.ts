import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPackage, temporaryFolder } from './encoder.fixture.ts';
import { createEncoderThread, type EncoderThread } from './encoder-thread.ts';

/** Gives two numbers for a text, the second counting what this thread has done; `die` ends it. */
const FAKE = `let done = 0;
exports.initModel = async () => ({
  embed: async (texts) => texts.map((text) => {
    if (text === 'die') process.exit(3);
    if (text === 'throw') setImmediate(() => { throw new Error('out of reach'); });
    return [text.length, ++done];
  }),
});`;

interface Faked {
  thread: EncoderThread;
  clock: { nowMs: number };
}

function faked(t: TestContext, source = FAKE): Faked {
  const folder = temporaryFolder(t);
  const embeddings = installPackage(folder, 'fake-embeddings', source);
  const weights = installPackage(folder, 'fake-weights', 'exports.modelSource = null;');
  const clock = { nowMs: 1000 };
  const thread = createEncoderThread({
    file: 'use-lite-worker',
    orders: { embeddings, weights },
    pauseMs: 500,
    now: () => clock.nowMs,
  });
  t.after(() => thread.stop());
  return { thread, clock };
}

test('vectors come one behind the other, each answer to whom it belongs', async (t) => {
  const { thread } = faked(t);
  const both = [thread.encode(['a', 'bb']), thread.encode(['ccc'])];
  assert.deepEqual(await Promise.all(both), [Float32Array.of(1, 1, 2, 2), Float32Array.of(3, 3)]);
});

test('a thread that dies rejects what it was asked, rests, and is started again', async (t) => {
  const { thread, clock } = faked(t);
  assert.deepEqual(await thread.encode(['a']), Float32Array.of(1, 1));
  const lost = [thread.encode(['die']), thread.encode(['behind it'])];
  for (const one of await Promise.allSettled(lost)) {
    assert.equal(one.status, 'rejected');
    assert.match(String(one.reason), /the thread that encodes has failed: it has ended/);
  }
  clock.nowMs += 499;
  await assert.rejects(thread.encode(['x']), /the thread that encodes rests: it has ended/);
  clock.nowMs += 1;
  assert.deepEqual(await thread.encode(['again']), Float32Array.of(5, 1));
});

test('an error that nobody caught inside is told as the reason', async (t) => {
  const { thread } = faked(t);
  await thread.encode(['throw']);
  let reason = '';
  while (!reason.includes('rests')) {
    await sleep(5);
    reason = await thread.encode(['x']).then(() => '', String);
  }
  assert.match(reason, /rests: out of reach/);
});

test('a package that cannot be loaded is told to whoever asks first, and then without another try', async (t) => {
  const { thread } = faked(t, 'throw new Error("no wasm here");');
  await assert.rejects(thread.encode(['x']), /the thread that encodes has failed: no wasm here/);
  await assert.rejects(thread.encode(['x']), /rests: no wasm here/);
});

test('a thread that nobody waits for does not keep the process alive', (t) => {
  const folder = temporaryFolder(t);
  const embeddings = installPackage(folder, 'fake-embeddings', FAKE);
  const weights = installPackage(folder, 'fake-weights', 'exports.modelSource = null;');
  const file = path.join(import.meta.dirname, 'encoder-thread.ts');
  const source = `import { createEncoderThread } from ${JSON.stringify(file)};
    const thread = createEncoderThread({ file: 'use-lite-worker', orders: ${JSON.stringify({ embeddings, weights })} });
    console.log((await thread.encode(['abc'])).join());`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', timeout: 20_000 });
  assert.deepEqual([ran.status, ran.stdout], [0, '3,1\n']);
});
