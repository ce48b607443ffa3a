import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Plan } from '../call/plan.ts';
import { decide } from './decide.ts';
import type { PolicyRoute, PolicyTask } from './policy.ts';
import { caller, model, policy, record, route, said, state, task, view } from './sample.test.ts';

const MODELS = ['a', 'b', 'c', 'd'].map((name) => model(name, 'small'));
const LADDER: Partial<PolicyRoute> = { isCascade: true, ownCount: 3, attemptTimeoutMs: 800 };

function plan(to: PolicyRoute, fields: Partial<PolicyTask> = {}, world = state()): Plan {
  return decide(policy(MODELS, [task('t', to, fields)]), view({ model: 'auto/t' }), caller(), world);
}
const shape = ({ attempts }: Plan): unknown[] =>
  attempts.map((one) => [one.model, one.after, one.isGated, one.timeoutMs]);

describe('a cascade', () => {
  test('goes on after any failure, its fallbacks only after one upstream; only what has a successor on it is cut off', () => {
    const made = plan(route(['a', 'b', 'c', 'd'], LADDER), { hasGates: true });
    assert.deepEqual(shape(made), [
      ['a', 'any', true, 800],
      ['b', 'any', true, 800],
      ['c', 'any', true, null],
      ['d', 'failure', true, null],
    ]);
  });

  test('without gates goes on by time and failure alone', () => {
    assert.deepEqual(shape(plan(route(['a', 'b'], { ...LADDER, ownCount: 2 }))), [
      ['a', 'any', false, 800],
      ['b', 'any', false, null],
    ]);
  });

  test('takes its way of streaming along, and what is given when all gates fail', () => {
    const stream = { mode: 'first-tokens', tokens: 20 } as const;
    const made = plan(route(['a', 'b'], { ...LADDER, ownCount: 2, stream }), { hasGates: true });
    assert.deepEqual([made.stream, made.otherwise], [stream, 'answer']);
    const irreversible = { hasGates: true, otherwise: 'error' } as const;
    assert.equal(plan(route(['a', 'b'], LADDER), irreversible).otherwise, 'error');
    assert.equal(plan(route(['a', 'b'], { ...LADDER, otherwise: 'answer' }), irreversible).otherwise, 'answer');
  });
});

describe('a route that is no cascade', () => {
  test('goes on only where an upstream failed, and its gates hold nothing up', () => {
    assert.deepEqual(shape(plan(route(['a', 'b']), { hasGates: true })), [
      ['a', 'any', false, null],
      ['b', 'failure', false, null],
    ]);
  });

  test('is gated when it rather fails than answers wrongly', () => {
    const gated = plan(route(['a', 'b']), { hasGates: true, otherwise: 'error' });
    assert.deepEqual(
      gated.attempts.map((one) => one.isGated),
      [true, true],
    );
    assert.equal(plan(route(['a']), { otherwise: 'error' }).attempts[0]?.isGated, false, 'there are no gates');
  });
});

describe('a hedge', () => {
  const hedged = route(['a', 'b', 'c'], { ...LADDER, hedge: { below: 0.6, afterMs: 300 } });
  const passing = (passed: number) =>
    state({
      recordOf: (_, name) => (name === 'a' ? record({ judged: 1000, passed: passed * 1000 }) : null),
    });

  test('is for an attempt that is known to pass too seldom', () => {
    const made = plan(hedged, { hasGates: true }, passing(0.5));
    assert.deepEqual(
      made.attempts.map((one) => one.hedgeAfterMs),
      [300, null, null],
    );
    assert.match(said(made, 'cascade')[0] ?? '', /starts 300 ms after a, whose answers pass in 46\.9 %, below 60 %/);
  });

  test('is for none that passes often enough, or of which nobody knows', () => {
    for (const world of [passing(0.9), state()]) {
      const made = plan(hedged, { hasGates: true }, world);
      assert.ok(made.attempts.every((one) => one.hedgeAfterMs === null));
    }
  });
});
