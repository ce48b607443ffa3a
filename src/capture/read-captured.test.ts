import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCaptured } from './read-captured.ts';

const line = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    at: '2026-11-28T12:00:00.000Z',
    tenant: 'default',
    task: 'a',
    path: '/v1/messages',
    dialect: 'anthropic-messages',
    model: 'auto',
    stream: true,
    headers: {},
    masked: true,
    body: { messages: [] },
    ...more,
  });

function folderOf(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-capture-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) appendFileSync(join(folder, name), text);
  return folder;
}

async function idsIn(...args: Parameters<typeof readCaptured>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of readCaptured(...args)) ids.push(id);
  return ids;
}

test('calls come in the order of days and parts, and other files are none', async (t) => {
  const folder = folderOf(t, {
    '2026-11-28.0001.jsonl': `${line('c')}\n`,
    '2026-11-28.0000.jsonl': `${line('b')}\n`,
    '2026-11-27.0000.jsonl': `${line('a')}\n`,
    'other.jsonl': `${line('x')}\n`,
  });
  assert.deepEqual(await idsIn(folder), ['a', 'b', 'c']);
});

test('a folder that is not there holds none', async () => {
  assert.deepEqual(await idsIn('/nowhere/at/all'), []);
});

test('torn lines and lines of another form are passed over', async (t) => {
  const text = `${line('a')}\n${line('b').slice(0, 40)}\n{"id":"c"}\n[]\n\n${line('d', { body: [] })}\n${line('e')}\n${line('f').slice(0, -1)}`;
  assert.deepEqual(await idsIn(folderOf(t, { '2026-11-28.0000.jsonl': text })), ['a', 'e']);
});

test('calls of one task, since a time', async (t) => {
  const folder = folderOf(t, {
    '2026-11-26.0000.jsonl': `${line('old', { at: '2026-11-26T23:00:00.000Z' })}\n`,
    '2026-11-28.0000.jsonl': `${line('early', { at: '2026-11-28T01:00:00.000Z' })}\n${line('late')}\n${line('other', { task: null })}\n`,
  });
  const sinceMs = Date.UTC(2026, 10, 28, 6);
  assert.deepEqual(await idsIn(folder, { sinceMs }), ['late', 'other']);
  assert.deepEqual(await idsIn(folder, { task: 'a' }), ['old', 'early', 'late']);
  assert.deepEqual(await idsIn(folder, { sinceMs: Date.UTC(2026, 10, 26, 22), task: 'a' }), ['old', 'early', 'late']);
});

test('a file that cannot be read is an error', async (t) => {
  const folder = folderOf(t, {});
  mkdirSync(join(folder, '2026-11-28.0000.jsonl'));
  await assert.rejects(idsIn(folder), /EISDIR/);
});
