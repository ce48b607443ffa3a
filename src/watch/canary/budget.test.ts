import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { DayBudget, type Reserved } from './budget.ts';
import { isDrawn } from './draw.ts';

const DAY = 86_400_000;
const NOON = 20_000 * DAY + DAY / 2;

describe('a budget of a day', () => {
  test('what does not fit beside what is spent and under way does not begin', () => {
    const budget = new DayBudget(100);
    const first = budget.reserve(60, NOON) as Reserved;
    assert.equal(budget.reserve(60, NOON), null);
    budget.settle(first, 30, NOON);
    assert.notEqual(budget.reserve(60, NOON), null);
    assert.equal(budget.standing(NOON).spentNanoUsd, 30);
  });

  test('the next day begins with nothing spent, and what ends then counts to it', () => {
    const budget = new DayBudget(100);
    const late = budget.reserve(100, NOON) as Reserved;
    assert.notEqual(budget.reserve(100, NOON + DAY), null);
    budget.settle(late, 40, NOON + DAY);
    assert.equal(budget.standing(NOON + DAY).spentNanoUsd, 40);
    assert.equal(budget.reserve(1, NOON + DAY), null, '100 are set aside and 40 spent');
  });

  test('a cost that nobody knows ends the day', () => {
    const budget = new DayBudget(100);
    budget.settle(budget.reserve(1, NOON) as Reserved, null, NOON);
    assert.equal(budget.reserve(0, NOON), null);
    assert.equal(budget.standing(NOON).isUnknown, true);
    assert.notEqual(budget.reserve(1, NOON + DAY), null);
  });

  test('what was spent before a restart counts, if it was today', () => {
    const budget = new DayBudget(100);
    budget.remember(NOON - 60_000, 70, NOON);
    budget.remember(NOON - DAY, 70, NOON);
    assert.equal(budget.standing(NOON).spentNanoUsd, 70);
  });

  test('a clock that is set back over midnight makes no new day', () => {
    const budget = new DayBudget(100);
    budget.settle(budget.reserve(50, NOON) as Reserved, 80, NOON);
    assert.equal(budget.reserve(50, NOON - DAY), null);
    assert.equal(budget.standing(NOON).spentNanoUsd, 80);
  });

  test('a limit that is lowered holds at once', () => {
    const budget = new DayBudget(100);
    budget.settle(budget.reserve(50, NOON) as Reserved, 50, NOON);
    budget.limit(40);
    assert.equal(budget.reserve(0.1, NOON), null);
  });

  test('whatever is reserved and settled, no more than the budget is spent where nothing costs more than expected', () => {
    const step = fc.record({
      expected: fc.nat(30),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      wait: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new DayBudget(100);
        const open: [Reserved, number][] = [];
        for (const { expected, share, wait } of steps) {
          const reserved = budget.reserve(expected, NOON);
          if (reserved !== null) open.push([reserved, expected * share]);
          if (!wait) for (const [one, cost] of open.splice(0)) budget.settle(one, cost, NOON);
          assert.ok(budget.standing(NOON).spentNanoUsd <= 100);
        }
        for (const [one, cost] of open) budget.settle(one, cost, NOON);
        assert.ok(budget.standing(NOON).spentNanoUsd <= 100 + 1e-9);
      }),
    );
  });
});

describe('the draw', () => {
  const ids = Array.from({ length: 20_000 }, (_, at) => `req_0199a3f2c4d1${(36 ** 5 + at).toString(36)}a1b2c3d4`);

  test('is the same for the same call, and grows with the share', () => {
    for (const id of ids.slice(0, 500)) {
      assert.equal(isDrawn(id, 0.05), isDrawn(id, 0.05));
      if (isDrawn(id, 0.05)) assert.equal(isDrawn(id, 0.2), true);
      assert.equal(isDrawn(id, 1), true);
      assert.equal(isDrawn(id, 0), false);
    }
  });

  test('takes as many as it is told to', () => {
    for (const share of [0.01, 0.05, 0.5]) {
      const drawn = ids.filter((id) => isDrawn(id, share)).length;
      const error = Math.sqrt(share * (1 - share) * ids.length);
      assert.ok(Math.abs(drawn - share * ids.length) < 4 * error, `${drawn} of ${ids.length} at ${share}`);
    }
  });
});
