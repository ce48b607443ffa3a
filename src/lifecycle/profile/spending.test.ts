import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Spending } from './spending.ts';

describe('a ceiling', () => {
  test('counts what is set aside like what is spent', () => {
    const spending = new Spending(100);
    assert.equal(spending.reserve('a', 60), 60);
    assert.equal(spending.reserve('a', 60), null);
    spending.settle('a', 60, 30);
    assert.equal(spending.spent, 30);
    assert.equal(spending.reserve('b', 60), 60);
  });

  test('reckons with the dearest answer of a group so far, and a half more', () => {
    const spending = new Spending(1000);
    spending.settle('a', spending.reserve('a', 10) ?? 0, 100);
    assert.equal(spending.reserve('a', 10), 150);
    assert.equal(spending.reserve('b', 10), 10);
  });

  test('treats an answer whose cost nobody knows as if it had cost what was set aside', () => {
    const spending = new Spending(100);
    spending.settle('a', spending.reserve('a', 40) ?? 0, null);
    assert.deepEqual([spending.spent, spending.unknown], [40, 1]);
    assert.equal(spending.reserve('a', 70), null);
  });

  test('of none is none', () => {
    const spending = new Spending(null);
    assert.equal(spending.reserve('a', 1e15), 1e15);
  });

  test('is never passed as long as no answer is dearer than what was set aside for it', () => {
    const steps = fc.array(
      fc.record({
        expected: fc.nat(50),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        group: fc.constantFrom('a', 'b'),
      }),
    );
    fc.assert(
      fc.property(steps, fc.nat(500), fc.integer({ min: 1, max: 5 }), (list, ceiling, most) => {
        const spending = new Spending(ceiling);
        const open: (() => void)[] = [];
        for (const { expected, share, group } of list) {
          const reserved = spending.reserve(group, expected);
          if (reserved !== null) open.push(() => spending.settle(group, reserved, Math.floor(reserved * share)));
          if (open.length >= most) open.shift()?.();
          assert.ok(spending.spent <= ceiling);
        }
        for (const settle of open) settle();
        assert.ok(spending.spent <= ceiling);
        // Nothing stays set aside: what is left of the ceiling can be had.
        assert.equal(spending.reserve('new', ceiling - spending.spent), ceiling - spending.spent);
      }),
    );
  });
});
