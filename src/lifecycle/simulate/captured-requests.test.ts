import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CapturedCall } from '../../capture/captured-call.ts';
import { readRequests } from './captured-requests.ts';
import { configOf, labelRoute } from './kept.fixture.ts';
import { NotRecorded } from './recorded-view.ts';

const captured = (fields: Partial<CapturedCall> = {}): CapturedCall => ({
  id: 'req_1',
  at: '2026-11-02T12:00:00.000Z',
  tenant: 'acme',
  task: 'label',
  path: '/v1/chat/completions',
  dialect: 'openai-chat',
  model: 'auto/label',
  stream: false,
  headers: { 'x-session-id': 's' },
  masked: false,
  body: { model: 'auto/label', messages: [{ role: 'user', content: 'I want a refund' }] },
  ...fields,
});

function folderWith(t: TestContext, calls: readonly CapturedCall[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-captured-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '2026-11-02.0001.jsonl'), calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  return folder;
}

const config = configOf(labelRoute('small'));

test('a kept call is the request that the planner saw', async (t) => {
  const { requestOf, count } = await readRequests(folderWith(t, [captured()]), { config });
  assert.equal(count, 1);
  const { view, caller } = requestOf('req_1') ?? {};
  assert.deepEqual([view?.text, view?.model, caller?.path], ['I want a refund', 'auto/label', '/v1/chat/completions']);
  assert.deepEqual([caller?.headers['x-session-id'], caller?.headers['thread-id']], ['s', undefined]);
  assert.equal(requestOf('req_2'), null);
});

test('a header that may not have been kept is not taken for absent', async (t) => {
  const { requestOf } = await readRequests(folderWith(t, [captured()]), { config });
  assert.throws(() => requestOf('req_1')?.caller.headers['x-app'], NotRecorded);
});

test('Gemini says model and stream outside of the body; what cannot be read is left to the row', async (t) => {
  const body = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] };
  const calls = [
    captured({ dialect: 'gemini', body, stream: true }),
    captured({ id: 'req_2', dialect: 'neutral', body: {} }),
    captured({ id: 'req_3', body: { model: 'auto/label' } }),
  ];
  const { requestOf } = await readRequests(folderWith(t, calls), { config });
  const { view } = requestOf('req_1') ?? {};
  assert.deepEqual([view?.text, view?.model, view?.stream], ['hello', 'auto/label', true]);
  assert.deepEqual([requestOf('req_2'), requestOf('req_3')], [null, null]);
});

test('without a folder there are none', async () => {
  assert.equal((await readRequests('/nowhere', { config })).count, 0);
});
