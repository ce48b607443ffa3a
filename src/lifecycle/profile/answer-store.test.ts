import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { KeptAnswer } from './answer.ts';
import { answerKey, fromKept, replyKey, toKept } from './answer.ts';
import { openAnswerStore, readAnswers } from './answer-store.ts';

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-answers-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'task.jsonl');
}

function answer(key: string, more: Partial<KeptAnswer> = {}): KeptAnswer {
  return {
    kind: 'answer',
    key,
    sample: 's',
    model: 'small',
    upstream: 'p/m',
    at: '2026-01-01T00:00:00.000Z',
    latencyMs: 12.5,
    answer: { text: 'yes', finish: { reason: 'stop', raw: 'stop' } },
    error: null,
    usage: null,
    costNanoUsd: 1000,
    costBasis: 'measured',
    responseModel: 'm-2026',
    ...more,
  };
}

test('what is kept is there at once, and in the file for whoever opens it next', (t) => {
  const path = pathFor(t);
  const store = openAnswerStore(path);
  store.keep(answer('a'));
  store.keep({ kind: 'reply', key: 'r', model: 'judge', at: '', text: '{}', costNanoUsd: 5 });
  assert.deepEqual(store.answer('a'), answer('a'));
  assert.equal(readAnswers(path).answer('a')?.responseModel, 'm-2026');
  store.close();
  const next = openAnswerStore(path);
  assert.equal(next.reply('r')?.text, '{}');
  assert.equal(next.answer('b'), null);
  assert.deepEqual([...next.answers()].length, 1);
  next.close();
});

test('everything that was paid is summed, what brought no answer too', (t) => {
  const store = openAnswerStore(pathFor(t));
  store.keep(answer('a', { costNanoUsd: 10 }));
  store.keep(answer('b', { costNanoUsd: null, costBasis: 'unknown' }));
  store.keep({ kind: 'failure', key: 'c', model: 'm', at: '', code: 'upstream_timeout', costNanoUsd: 7 });
  store.keep({ kind: 'failure', key: 'd', model: 'm', at: '', code: 'upstream_timeout', costNanoUsd: null });
  assert.deepEqual(store.spent(), { nanoUsd: 17, unknown: 2 });
  assert.equal(store.answer('c'), null);
  store.close();
});

test('a torn last line is closed, and nothing before or after it is lost', (t) => {
  const path = pathFor(t);
  const first = openAnswerStore(path);
  first.keep(answer('a'));
  first.close();
  const whole = JSON.stringify(answer('b'));
  for (const length of [1, 9, 40, whole.length - 1]) {
    appendFileSync(path, whole.slice(0, length));
    const next = openAnswerStore(path);
    assert.equal(next.answer('b'), null);
    next.keep(answer(`after-${length}`));
    next.close();
  }
  const last = readAnswers(path);
  for (const key of ['a', 'after-1', 'after-9', 'after-40']) assert.ok(last.answer(key) !== null, key);
});

test('a line that lacks only its end is an answer all the same', (t) => {
  const path = pathFor(t);
  openAnswerStore(path).close();
  appendFileSync(path, JSON.stringify(answer('b')));
  const next = openAnswerStore(path);
  assert.ok(next.answer('b') !== null);
  next.keep(answer('c'));
  next.close();
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 3);
});

test('damage in the middle is told with its line, and nothing is changed', (t) => {
  const path = pathFor(t);
  openAnswerStore(path).close();
  const text = `${JSON.stringify(answer('a'))}\nnot json\n${JSON.stringify(answer('b'))}\n`;
  writeFileSync(path, text);
  assert.throws(() => openAnswerStore(path), /line 2 cannot be read/);
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.ok(!existsSync(`${path}.lock`));
});

test('questions that were under way when a run was killed are told to the next', (t) => {
  const path = pathFor(t);
  const killed = openAnswerStore(path);
  killed.start('a');
  killed.start('b');
  killed.keep(answer('a'));
  // No close: the process is gone. Its lock names one that does not live.
  writeFileSync(`${path}.lock`, String(deadPid()));
  const next = openAnswerStore(path);
  assert.deepEqual(next.lost, ['b']);
  assert.deepEqual(next.spent(), { nanoUsd: 1000, unknown: 1 });
  next.close();
  const last = openAnswerStore(path);
  assert.deepEqual(last.lost, []);
  last.close();
});

test('two runs never write the same answers', (t) => {
  const path = pathFor(t);
  const one = openAnswerStore(path);
  assert.throws(() => openAnswerStore(path), new RegExp(`another run \\(process ${process.pid}\\) is writing them`));
  one.close();
  openAnswerStore(path).close();
});

test('without a file there are no answers', () => {
  const none = readAnswers('/nowhere/answers.jsonl');
  assert.equal(none.answer('a'), null);
  assert.deepEqual(none.spent(), { nanoUsd: 0, unknown: 0 });
});

test('a key depends on the question and the upstreams, not on their order', () => {
  const sample = { digest: 'd' };
  assert.equal(answerKey(sample, ['p/a', 'q/a']), answerKey(sample, ['q/a', 'p/a']));
  assert.notEqual(answerKey(sample, ['p/a']), answerKey(sample, ['p/b']));
  assert.notEqual(answerKey(sample, ['p/a']), answerKey({ digest: 'e' }, ['p/a']));
  assert.notEqual(replyKey(['p/a'], 'd'), answerKey(sample, ['p/a']));
});

test('an answer is the same after it was kept', () => {
  const whole = {
    text: 'x',
    toolCalls: [{ id: '1', name: 'f', arguments: '{}' }],
    finish: { reason: 'stop' as const, raw: 'stop' },
    refusal: 'no',
    logprobs: [-0.5],
    isComplete: true,
  };
  assert.deepEqual(fromKept(JSON.parse(JSON.stringify(toKept(whole)))), whole);
  const plain = { ...whole, toolCalls: [], refusal: null, logprobs: null };
  assert.deepEqual(Object.keys(toKept(plain)), ['text', 'finish']);
  assert.deepEqual(fromKept(toKept(plain)), plain);
});

/** A number that no process has any more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}
