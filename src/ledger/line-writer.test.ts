import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRow, CallRow } from '../call/row.ts';
import { readDefinition } from './line.ts';
import { createLineWriter, type LineWriter, ROWS_PER_GENERATION } from './line-writer.ts';
import { linesOf, sampleAttempt, sampleRow } from './sample-row.test.ts';

function taken(writer: LineWriter): string[] {
  return writer.take().bytes.toString().split('\n').slice(0, -1);
}

const definitions = (lines: string[]): number => lines.filter((line) => line.startsWith('=')).length;

/** Another value for every field, and whether it is part of the form. */
const CALL_CHANGES: Record<keyof CallRow, { to: unknown; isWord: boolean }> = {
  id: { to: 'req_2', isWord: false },
  atMs: { to: 1, isWord: false },
  tenant: { to: 'globex', isWord: true },
  task: { to: null, isWord: true },
  arm: { to: { rollout: 'r-1', arm: 'base', percent: 5 }, isWord: true },
  session: { to: null, isWord: false },
  dialect: { to: 'anthropic-messages', isWord: true },
  stream: { to: true, isWord: true },
  requestedModel: { to: 'x', isWord: true },
  asks: { to: null, isWord: true },
  maxOutputTokens: { to: null, isWord: false },
  messages: { to: 1, isWord: false },
  prediction: {
    to: { artifact: 'a', how: 'static', why: 'late', chances: {}, first: 'haiku', propensity: 1, encoderNanoUsd: 7 },
    isWord: false,
  },
  model: { to: null, isWord: true },
  tier: { to: null, isWord: true },
  provider: { to: 'x', isWord: true },
  responseModel: { to: 'x', isWord: true },
  reasons: { to: [{ step: 'task', say: 'x' }], isWord: true },
  planned: { to: ['haiku', 'opus'], isWord: true },
  losses: { to: ['seed'], isWord: true },
  status: { to: 'partial', isWord: true },
  httpStatus: { to: 201, isWord: true },
  errorCode: { to: 'x', isWord: true },
  finishReason: { to: 'length', isWord: true },
  escalated: { to: true, isWord: true },
  usage: { to: null, isWord: false },
  costNanoUsd: { to: null, isWord: false },
  costBasis: { to: 'estimated', isWord: true },
  baselineModel: { to: null, isWord: true },
  baselineNanoUsd: { to: 7, isWord: false },
  baselineBasis: { to: 'measured', isWord: true },
  latencyMs: { to: 1, isWord: false },
  ttftMs: { to: null, isWord: false },
  decisionUs: { to: 1, isWord: false },
  attempts: { to: [], isWord: true },
};

const ATTEMPT_CHANGES: Record<keyof AttemptRow, { to: unknown; isWord: boolean }> = {
  index: { to: 1, isWord: true },
  model: { to: 'x', isWord: true },
  provider: { to: 'x', isWord: true },
  upstreamModel: { to: 'x', isWord: true },
  status: { to: 'error', isWord: true },
  httpStatus: { to: null, isWord: true },
  errorCode: { to: 'x', isWord: true },
  startMs: { to: 1, isWord: false },
  latencyMs: { to: 1, isWord: false },
  ttftMs: { to: null, isWord: false },
  usage: { to: null, isWord: false },
  costNanoUsd: { to: 1, isWord: false },
  costBasis: { to: 'unknown', isWord: true },
  upstreamRequestId: { to: null, isWord: false },
  verdicts: { to: [{ gate: 'length', pass: true, score: null, reason: '', costNanoUsd: 0 }], isWord: false },
  stopped: { to: 'late', isWord: true },
  expected: {
    to: { inputTokens: 1, cachedTokens: 0, outputTokens: null, costNanoUsd: null, passRate: 0.5 },
    isWord: false,
  },
};

test('a row is two lines the first time and one when its words have been there', () => {
  const writer = createLineWriter();
  writer.add(sampleRow({ id: 'a' }));
  writer.add(structuredClone(sampleRow({ id: 'b' })));
  const lines = taken(writer);
  assert.deepEqual([lines.length, definitions(lines)], [3, 1]);
  assert.ok(lines[1]?.startsWith('0\t"a"\t') && lines[2]?.startsWith('0\t"b"\t'));
});

test('every field of a call is either a word, and another value another form, or a figure', () => {
  const plain = linesOf(sampleRow()).split('\n')[1];
  for (const [field, { to, isWord }] of Object.entries(CALL_CHANGES)) {
    const writer = createLineWriter();
    writer.add(sampleRow());
    writer.add(sampleRow({ [field]: to }));
    const lines = taken(writer);
    assert.equal(definitions(lines), isWord ? 2 : 1, field);
    if (!isWord) assert.notEqual(lines[2], plain, field);
  }
});

test('every field of an attempt is either a word or a figure', () => {
  const plain = linesOf(sampleRow()).split('\n')[1];
  for (const [field, { to, isWord }] of Object.entries(ATTEMPT_CHANGES)) {
    const writer = createLineWriter();
    writer.add(sampleRow());
    writer.add(sampleRow({ attempts: [sampleAttempt({ [field]: to })] }));
    const lines = taken(writer);
    assert.equal(definitions(lines), isWord ? 2 : 1, field);
    if (!isWord) assert.notEqual(lines[2], plain, field);
  }
});

test('an array that is changed after its row was added does not change the form', () => {
  const writer = createLineWriter();
  const row = sampleRow({ planned: ['haiku'] });
  writer.add(row);
  row.planned.push('opus');
  writer.add(row);
  const [first, , second] = taken(writer);
  assert.deepEqual(
    [first, second].map((line) => readDefinition(line ?? '').form.words.planned),
    [['haiku'], ['haiku', 'opus']],
  );
});

test('forms are defined afresh after forgetting, and after so many rows', () => {
  const writer = createLineWriter();
  writer.add(sampleRow());
  writer.take();
  writer.forget();
  writer.add(sampleRow());
  assert.equal(definitions(taken(writer)), 1);
  for (let i = 1; i < ROWS_PER_GENERATION; i++) writer.add(sampleRow());
  assert.equal(definitions(taken(writer)), 0);
  writer.add(sampleRow());
  assert.equal(definitions(taken(writer)), 1);
});

test('a row that is no JSON leaves nothing behind, not even its form', () => {
  const writer = createLineWriter();
  writer.add(sampleRow({ id: 'a' }));
  assert.throws(() => writer.add(sampleRow({ task: 'new', id: 7n as unknown as string })));
  assert.throws(() => writer.add(sampleRow({ task: 8n as unknown as string })));
  writer.add(sampleRow({ task: 'new', id: 'b' }));
  const lines = taken(writer);
  assert.equal(lines.length, 4);
  assert.equal(definitions(lines), 2);
  assert.ok(lines.at(-1)?.includes('"b"'));
});

test('where the words change with every call, few forms are compared', () => {
  const writer = createLineWriter();
  for (let i = 0; i < 1000; i++) writer.add(sampleRow({ task: `task ${i}` }));
  assert.equal(definitions(taken(writer)), 1000);
  writer.add(sampleRow({ task: 'task 999' }));
  assert.equal(definitions(taken(writer)), 0);
  writer.add(sampleRow({ task: 'task 0' }));
  assert.equal(definitions(taken(writer)), 1);
});

test('what was taken is gone, and the ends are those of the rows', () => {
  const writer = createLineWriter();
  assert.equal(writer.isEmpty(), true);
  assert.equal(writer.take().bytes.length, 0);
  writer.add(sampleRow({ id: 'größe' }));
  writer.add(sampleRow({ id: 'b' }));
  assert.equal(writer.isEmpty(), false);
  const { bytes, ends } = writer.take();
  assert.equal(ends.at(-1), bytes.length);
  assert.ok(bytes.subarray(0, ends[0]).toString().includes('größe'));
  assert.ok(bytes.subarray(ends[0]).toString().startsWith('0\t"b"\t'));
  assert.equal(writer.isEmpty(), true);
  writer.add(sampleRow({ id: 'c' }));
  assert.deepEqual(taken(writer).length, 1);
});

test('rows of one side of a rollout at one share have a form, others have another', () => {
  const writer = createLineWriter();
  const arm = { rollout: 'r-1', arm: 'base', percent: 5 } as const;
  for (const one of [
    arm,
    { ...arm },
    { ...arm, rollout: 'r-2' },
    { ...arm, arm: 'candidate' as const },
    { ...arm, percent: 25 },
  ])
    writer.add(sampleRow({ arm: one }));
  writer.add(sampleRow({ arm }));
  assert.equal(definitions(taken(writer)), 4);
});
