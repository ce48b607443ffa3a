import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RetryBudget } from './retry-budget.ts';

test('law: retries never exceed the reserve plus the share of requests', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (steps) => {
      const budget = new RetryBudget(0.2);
      let requests = 0;
      let retries = 0;
      for (const isRequest of steps) {
        if (isRequest) {
          requests++;
          budget.deposit();
        } else if (budget.withdraw()) retries++;
      }
      assert.ok(retries <= 10 + 0.2 * requests + 1e-9);
    }),
  );
});

test('under steady failure a fifth of the requests is retried', () => {
  const budget = new RetryBudget(0.2);
  let retries = 0;
  for (let index = 0; index < 1000; index++) {
    budget.deposit();
    while (budget.withdraw()) retries++;
  }
  assert.ok(retries >= 205 && retries <= 211, String(retries));
});
