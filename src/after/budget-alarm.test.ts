import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BudgetAlarm } from './budget-alarm.ts';
import { HOUR_MS, NOON_MS } from './watched.fixture.ts';

const AT = { at: 0.8, nowMs: NOON_MS };
const standing = (spentNanoUsd: number, budgetNanoUsd = 10e9) => ({ spentNanoUsd, budgetNanoUsd });

test('a share that is spent is told once, and over on another day', () => {
  const alarm = new BudgetAlarm();
  assert.deepEqual(alarm.look(standing(7.9e9), AT), []);
  assert.deepEqual(alarm.look(standing(8e9), AT), [
    {
      key: 'budget/canaries',
      atMs: NOON_MS,
      sentence: "canaries: $8.00 of today's $10.00 are spent.",
      rule: 'budget',
      task: null,
      segment: null,
      severity: 'warning',
      evidence: { spentNanoUsd: 8e9, budgetNanoUsd: 10e9 },
      isEvent: false,
    },
  ]);
  assert.deepEqual(alarm.look(standing(9e9), AT), []);
  const nowMs = NOON_MS + 24 * HOUR_MS;
  assert.deepEqual(alarm.look(standing(0), { ...AT, nowMs }), [
    { key: 'budget/canaries', atMs: nowMs, sentence: "canaries: $0 of today's $10.00 are spent." },
  ]);
  assert.deepEqual(alarm.look(standing(0), { ...AT, nowMs }), []);
});

test('one that an earlier process has told is over all the same', () => {
  const alarm = new BudgetAlarm();
  alarm.isTold = true;
  assert.deepEqual(alarm.look(standing(9e9), AT), []);
  const [over] = alarm.look(standing(0), AT);
  assert.ok(over !== undefined && !('rule' in over));
});

test('no budget is not told of as one that is spent', () => {
  assert.deepEqual(new BudgetAlarm().look(standing(0, 0), AT), []);
});
