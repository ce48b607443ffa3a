import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedLoss, checkRules, DEFAULT_RULES, nextPercent, type RolloutRules } from './rules.ts';

test('the rules that count when none are written can be kept', () => {
  assert.equal(checkRules(DEFAULT_RULES), DEFAULT_RULES);
});

test('rules that cannot be kept are refused by name', () => {
  const wrong: Partial<RolloutRules>[] = [
    { steps: [] },
    { steps: [5, 50] },
    { steps: [50, 25, 100] },
    { steps: [0, 100] },
    { steps: [5, 5, 100] },
    { steps: [Number.NaN, 100] },
    { maxLoss: 0 },
    { stopError: 1 },
    { promoteError: Number.NaN },
    { maxCostRatio: 0 },
    { maxLatencyRatio: Number.POSITIVE_INFINITY },
    { maxErrorRise: -0.1 },
    { minCalls: 0 },
    { minCanaries: 1.5 },
    { maxCanaries: 0 },
  ];
  for (const change of wrong) {
    const [name] = Object.keys(change);
    assert.throws(() => checkRules({ ...DEFAULT_RULES, ...change }), new RegExp(`^RangeError: ${name}: `));
  }
});

test('half as many callers may bear twice the loss, and more than half no more than all', () => {
  const losses = [5, 25, 50, 100].map((percent) => allowedLoss({ maxLoss: 0.03 }, percent));
  assert.deepEqual(losses, [0.3, 0.06, 0.03, 0.03]);
});

test('after the last step comes none, and after a percent that is none the next above it', () => {
  assert.equal(nextPercent(DEFAULT_RULES, 5), 25);
  assert.equal(nextPercent(DEFAULT_RULES, 30), 50);
  assert.equal(nextPercent(DEFAULT_RULES, 100), null);
});
