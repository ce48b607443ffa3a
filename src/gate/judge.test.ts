import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateContext, Verdict } from './gate.ts';
import { createJudgeGate } from './judge.ts';
import { answerOf, NOBODY, questionOf } from './sample.test.ts';

const gate = createJudgeGate({ kind: 'judge', model: 'opus', rubric: 'Polite.', min: 0.8 });

async function judged(context: Partial<GateContext>): Promise<Verdict> {
  return gate.check(answerOf('Hello.'), questionOf(), { ...NOBODY, ...context });
}
const says = (text: string, costNanoUsd: number | null = 12): Partial<GateContext> => ({
  ask: () => Promise.resolve({ text, costNanoUsd }),
});

test('the model of the gate is asked with the rubric and the answer', async () => {
  const asked: string[][] = [];
  await judged({
    ask: (model, prompt) => {
      asked.push([model, prompt]);
      return Promise.resolve({ text: '', costNanoUsd: 0 });
    },
  });
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.[0], 'opus');
  assert.match(asked[0]?.[1] ?? '', /Polite\.[^]*"text":"Hello\."/);
});

test('a score that reaches the bound passes, with the reason of the judge and what it cost', async () => {
  assert.deepEqual(await judged(says('{"score":0.8,"reason":"Fine."}')), {
    gate: 'judge',
    pass: true,
    score: 0.8,
    reason: 'opus: Fine.',
    costNanoUsd: 12,
  });
});

test('a lower one fails, and costs as much', async () => {
  const verdict = await judged(says('{"score":0.79,"reason":"Curt.\\nVery."}'));
  assert.deepEqual([verdict.pass, verdict.score, verdict.reason], [false, 0.79, 'opus: Curt. Very.']);
  assert.equal(verdict.costNanoUsd, 12);
});

test('a cost that is not known stays unknown', async () => {
  assert.equal((await judged(says('{"score":1,"reason":""}', null))).costNanoUsd, null);
});

test('a verdict that cannot be read is a failure, and has been paid for', async () => {
  const verdict = await judged(says('I would say it is fine.'));
  assert.deepEqual([verdict.pass, verdict.score, verdict.costNanoUsd], [false, null, 12]);
  assert.match(verdict.reason, /no verdict that can be read/);
});

test('a judge without an answer is a failure that costs what was spent on it', async () => {
  const verdict = await judged({ ask: () => Promise.resolve({ text: '', failure: 'HTTP 500', costNanoUsd: 0 }) });
  assert.deepEqual([verdict.pass, verdict.score, verdict.costNanoUsd], [false, null, 0]);
  assert.equal(verdict.isBroken, true);
  assert.equal(verdict.reason, 'opus could not be asked: HTTP 500');
});

test('a judge that throws is a failure of unknown cost', async () => {
  for (const ask of [
    () => Promise.reject(new Error('overloaded')),
    () => {
      throw new Error('overloaded');
    },
  ]) {
    const verdict = await judged({ ask });
    assert.deepEqual([verdict.pass, verdict.score, verdict.costNanoUsd], [false, null, null]);
    assert.equal(verdict.reason, 'opus could not be asked: overloaded');
  }
});

test('where nobody can be asked the answer fails, free of charge', async () => {
  const verdict = await judged(NOBODY);
  assert.deepEqual([verdict.pass, verdict.costNanoUsd], [false, 0]);
});

test('a judge is costly, so it runs last', () => {
  assert.equal(gate.isCostly, true);
});
