import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readLogs } from './logged.ts';
import type { TrafficCall } from './traffic.ts';

const SAID = [{ role: 'user', content: 'Hi' }];

function logOf(t: TestContext, lines: readonly unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'log.jsonl');
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return file;
}

async function read(
  t: TestContext,
  ...lines: unknown[]
): Promise<{ calls: TrafficCall[]; skipped: Record<string, number> }> {
  const { calls, skipped } = readLogs([logOf(t, lines)], 'triage');
  const found: TrafficCall[] = [];
  for await (const call of calls) found.push(call);
  return { calls: found, skipped: Object.fromEntries(skipped) };
}

describe('a line is a call', () => {
  const lines: [string, object, object, string | null][] = [
    ['with messages', { messages: SAID, model: 'm' }, { messages: SAID }, null],
    [
      'with messages that end in the answer',
      { messages: [...SAID, { role: 'assistant', content: 'yes' }] },
      { messages: SAID },
      'yes',
    ],
    ['with messages and an answer', { messages: SAID, answer: 'yes' }, { messages: SAID }, 'yes'],
    ['with a body', { custom_id: 'a', method: 'POST', body: { model: 'm', messages: SAID } }, { messages: SAID }, null],
    [
      'with request and response',
      { request: { model: 'm', messages: SAID, top_p: 1 }, response: { choices: [{ message: { content: 'yes' } }] } },
      { messages: SAID, top_p: 1 },
      'yes',
    ],
    [
      'with bodies in request and response',
      {
        request: { body: { messages: SAID } },
        response: { status_code: 200, body: { choices: [{ message: { content: 'yes' } }] } },
      },
      { messages: SAID },
      'yes',
    ],
    [
      'as samples are written',
      { messages: SAID, request: { temperature: 0 } },
      { temperature: 0, messages: SAID },
      null,
    ],
  ];
  for (const [name, line, request, answer] of lines) {
    test(name, async (t) => {
      const { calls, skipped } = await read(t, line);
      assert.deepEqual(skipped, {});
      assert.deepEqual(calls[0]?.request, request);
      assert.equal(calls[0]?.answer, answer);
    });
  }
});

test('a line that names another task is none of this one, one that names none is', async (t) => {
  const { calls, skipped } = await read(
    t,
    { task: 'triage', messages: SAID },
    { task: 'other', messages: SAID },
    { body: { messages: SAID, metadata: { task: 'other' } } },
    { messages: SAID },
  );
  assert.equal(calls.length, 2);
  assert.deepEqual(skipped, { 'of another task': 2 });
});

test('calls that name no task are counted, and the groups of their system prompts', async (t) => {
  const asked = (system: string, at: number): unknown => ({
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: `Number ${at}` },
    ],
  });
  const lines = Array.from({ length: 12 }, (_, at) =>
    asked(['Add the numbers.', 'Sort the tickets.'][at % 2] ?? '', at),
  );
  const { calls, unnamed } = readLogs(
    [logOf(t, [...lines, { messages: SAID }, { task: 'triage', messages: SAID }])],
    'triage',
  );
  for await (const call of calls) assert.ok(call.said);
  assert.deepEqual({ count: unnamed.count, groups: unnamed.groups }, { count: 13, groups: 3 });
});

test('what cannot be read is counted with its reason', async (t) => {
  const { calls, skipped } = await read(
    t,
    '{"torn',
    '',
    { level: 'info' },
    { messages: [], body: 1 },
    { messages: SAID },
  );
  assert.equal(calls.length, 1);
  assert.equal(skipped['no JSON object'], 1);
  assert.equal(skipped['without a request'], 1);
  assert.equal(
    Object.values(skipped).reduce((sum, count) => sum + count, 0),
    3,
  );
});

test('the time is read in the ways that logs write it', async (t) => {
  const at = async (line: object): Promise<string | null> =>
    (await read(t, { messages: SAID, ...line })).calls[0]?.at ?? null;
  assert.equal(await at({ timestamp: '2026-11-28T12:00:00Z' }), '2026-11-28T12:00:00.000Z');
  assert.equal(await at({ created: 1_764_331_200 }), '2025-11-28T12:00:00.000Z');
  assert.equal(await at({ time: 1_764_331_200_000 }), '2025-11-28T12:00:00.000Z');
  assert.equal(await at({ time: 'yesterday' }), null);
  assert.equal(await at({}), null);
});

test('a file that is not there is named', async () => {
  const { calls } = readLogs(['/nowhere/log.jsonl'], 'triage');
  await assert.rejects(async () => {
    for await (const call of calls) assert.fail(JSON.stringify(call));
  }, /The log \/nowhere\/log\.jsonl: there is no such file\./);
});
