import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CapturedCall } from './captured-call.ts';
import { capturedFiles } from './folder.ts';
import { readCaptured } from './read-captured.ts';
import { type CaptureThread, startCaptureThread } from './thread.ts';

function folderOf(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'tierline-capture-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'captured');
}

const CALL: Omit<CapturedCall, 'body'> = {
  id: 'req_1',
  at: '2026-11-28T12:00:00.000Z',
  tenant: 'default',
  task: 'triage',
  path: '/v1/chat/completions',
  dialect: 'openai-chat',
  model: 'auto',
  stream: false,
  headers: { 'x-session-id': 'of bob@x.com' },
  masked: true,
};
const bodyOf = (content: string): Buffer => Buffer.from(JSON.stringify({ messages: [{ role: 'user', content }] }));

async function calls(folder: string): Promise<CapturedCall[]> {
  const found: CapturedCall[] = [];
  for await (const call of readCaptured(folder)) found.push(call);
  return found;
}

test('a call that was handed over is written, masked with one numbering, by the time the thread has stopped', async (t) => {
  const folder = folderOf(t);
  const thread = startCaptureThread({ folder, warn: assert.fail });
  assert.ok(thread.keep(CALL, bodyOf('from amy@x.com to bob@x.com')));
  assert.ok(thread.keep({ ...CALL, id: 'req_2', masked: false }, bodyOf('bob@x.com')));
  await thread.stop();
  const [first, second] = await calls(folder);
  assert.deepEqual(first, {
    ...CALL,
    headers: { 'x-session-id': 'of <email-1>' },
    body: { messages: [{ role: 'user', content: 'from <email-2> to <email-1>' }] },
  });
  assert.deepEqual(second?.body, { messages: [{ role: 'user', content: 'bob@x.com' }] });
});

test('the bytes are copied: what happens to them afterwards changes nothing', async (t) => {
  const folder = folderOf(t);
  const thread = startCaptureThread({ folder, warn: assert.fail });
  const body = bodyOf('hello');
  thread.keep(CALL, body);
  body.fill(0);
  await thread.stop();
  assert.deepEqual((await calls(folder))[0]?.body, { messages: [{ role: 'user', content: 'hello' }] });
});

test('calls are dropped, counted and told while too much is on its way, and taken again afterwards', async (t) => {
  const folder = folderOf(t);
  const told: string[] = [];
  const thread = startCaptureThread({ folder, warn: (sentence) => void told.push(sentence), mostPending: 1000 });
  const results = Array.from({ length: 50 }, () => thread.keep(CALL, bodyOf('x'.repeat(300))));
  assert.equal(results.filter(Boolean).length, 2);
  assert.deepEqual(told, ['1 calls were not captured: too long, or writing them is behind']);
  await written(folder, 2);
  assert.ok(thread.keep(CALL, bodyOf('again')));
  await thread.stop();
  assert.equal((await calls(folder)).length, 3);
});

test('a body of more than four megabytes is dropped', async (t) => {
  const told: string[] = [];
  const thread = startCaptureThread({ folder: folderOf(t), warn: (sentence) => void told.push(sentence) });
  assert.equal(thread.keep(CALL, Buffer.alloc(5_000_000, 0x20)), false);
  assert.equal(told.length, 1);
  await thread.stop();
});

test('a folder that cannot be written is told, and nothing else comes of it', async (t) => {
  const folder = folderOf(t);
  writeFileSync(folder, 'a file is in the way');
  const told: string[] = [];
  const thread = startCaptureThread({ folder, warn: (sentence) => void told.push(sentence) });
  thread.keep(CALL, bodyOf('one'));
  thread.keep(CALL, bodyOf('two'));
  await thread.stop();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /captured calls cannot be written: /);
  assert.equal(readFileSync(folder, 'utf8'), 'a file is in the way');
});

test('a body that is no object is passed over, and the calls after it are not', async (t) => {
  const folder = folderOf(t);
  const thread = startCaptureThread({ folder, warn: assert.fail });
  thread.keep(CALL, Buffer.from('['));
  thread.keep(CALL, bodyOf('fine'));
  await thread.stop();
  assert.equal((await calls(folder)).length, 1);
});

test('a thread that was never used stops at once, and a stopped one takes nothing', async (t) => {
  const folder = folderOf(t);
  const thread: CaptureThread = startCaptureThread({ folder, warn: () => {} });
  await thread.stop();
  assert.equal(thread.keep(CALL, bodyOf('late')), false);
  assert.deepEqual(capturedFiles(folder), []);
});

async function written(folder: string, count: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while ((await calls(folder)).length < count) {
    assert.ok(performance.now() < deadline, 'the calls were never written');
    await sleep(10);
  }
  // The count of what is on its way goes down after the line is written.
  await sleep(50);
}
