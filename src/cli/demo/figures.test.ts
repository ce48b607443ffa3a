import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateWorkload } from '../../provider/simulated/workload.ts';
import { type DemoCall, reportFromAnswers, toFigures } from './figures.ts';
import type { DemoAnswer } from './send.ts';
import { writeFigures } from './table.ts';

const [right] = generateWorkload({ seed: 1, count: 1, tasks: ['arithmetic'] });
assert.ok(right !== undefined);
const item = right;

function call(change: Partial<DemoAnswer> = {}): DemoCall {
  const answer = { status: 200, text: item.reference, model: 'mid', attempts: 1, error: null };
  return { item, answer: { ...answer, costUsd: 0.002, baselineUsd: 0.005, ...change } };
}

test('amounts are summed per task and per model, and one unknown makes a sum unknown', () => {
  const known = reportFromAnswers([call(), call({ model: 'small', attempts: 2 })]);
  assert.deepEqual(known.tasks, [
    { task: 'arithmetic', calls: 2, escalated: 1, costNanoUsd: 4_000_000, baselineNanoUsd: 10_000_000 },
  ]);
  assert.deepEqual(
    known.models.map(({ model, costNanoUsd }) => [model, costNanoUsd]),
    [
      ['mid', 2_000_000],
      ['small', 2_000_000],
    ],
  );
  const unknown = reportFromAnswers([call(), call({ costUsd: null })]);
  assert.equal(unknown.tasks[0]?.costNanoUsd, null);
  assert.equal(unknown.tasks[0]?.baselineNanoUsd, 10_000_000);
});

test('a wrong answer and a failed call are not correct, and only the latter failed', () => {
  const calls = [call(), call({ text: 'forty-two' }), call({ error: 'HTTP 500', status: 500 })];
  const figures = toFigures(calls, reportFromAnswers(calls));
  assert.deepEqual([figures.total.calls, figures.total.correct, figures.failed], [3, 1, 1]);
});

test('the table tells costs, shares and savings, and says so when routing cost more', () => {
  const calls = [call(), call({ attempts: 2 })];
  const text = writeFigures(toFigures(calls, reportFromAnswers(calls)), false);
  assert.match(text, /arithmetic │ +2 │ 100\.0 % │ +1 │ \$0\.0040.*\$0\.002000.*\$0\.0100.*\$0\.0060 \(60\.0 %\)/);
  assert.ok(!text.includes('\u001b'), 'no colours unless asked for');
  const dear = [call({ costUsd: 0.006 })];
  const loss = writeFigures(toFigures(dear, reportFromAnswers(dear)), true);
  assert.match(loss, /Routing cost \$0\.0010 \(20\.0 %\) more/);
  assert.match(writeFigures(toFigures([], reportFromAnswers([])), false), /Escalations: 0 of 0 calls/);
});
