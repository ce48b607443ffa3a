import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outcomeOf, rowOf } from '../rows/row.fixture.ts';
import type { Outcome } from '../rows/row.ts';
import { costOf, usualCosts } from './cost.ts';

const PRICES = new Map([['cheap', { inputPerM: 1, outputPerM: 10 }]]);
const PROMPT = 'x'.repeat(400);

function costs(outcome: Outcome, others: readonly Outcome[] = []): number {
  const rows = [outcome, ...others].map((cheap) => rowOf(PROMPT, { cheap }));
  const [usual] = usualCosts(rows, ['cheap'], PRICES);
  return costOf(rows[0] as (typeof rows)[number], outcome, usual as NonNullable<typeof usual>);
}

describe('what an answer cost', () => {
  const cases: readonly [string, Outcome, readonly Outcome[], number][] = [
    ['what was measured', outcomeOf(1, { costUsd: 0.5, inputTokens: 9, outputTokens: 9 }), [], 0.5],
    ['nothing, where that was measured', outcomeOf(1, { costUsd: 0 }), [], 0],
    ['its tokens', outcomeOf(1, { inputTokens: 1000, outputTokens: 200 }), [], 0.003],
    ['four characters to a token of input', outcomeOf(1, { outputTokens: 200 }), [], 0.0021],
    [
      'as many tokens as answers usually have',
      outcomeOf(1),
      [outcomeOf(1, { outputTokens: 100 }), outcomeOf(0, { outputTokens: 300 })],
      0.0021,
    ],
    ['one token where nobody says of any', outcomeOf(1), [], 0.00011],
  ];
  for (const [name, outcome, others, dollars] of cases)
    test(`is ${name}`, () => assert.ok(Math.abs(costs(outcome, others) - dollars) < 1e-12));

  test('is no number without a price', () => {
    const row = rowOf(PROMPT, { dear: 1 });
    const [usual] = usualCosts([row], ['dear'], PRICES);
    assert.deepEqual(usual, { price: null, outputTokens: null });
    assert.ok(Number.isNaN(costOf(row, row.outcomes.get('dear'), usual)));
  });

  test('is reckoned as usual for a model that was not asked', () => {
    const row = rowOf(PROMPT, {});
    assert.ok(
      Math.abs(costOf(row, undefined, { price: { inputPerM: 1, outputPerM: 10 }, outputTokens: 50 }) - 0.0006) < 1e-12,
    );
  });
});
