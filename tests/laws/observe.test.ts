// What holds for every call that is only observed, whatever the configuration says besides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import { asksForRoute } from '../../src/policy/named-model.ts';
import type { Policy } from '../../src/policy/policy.ts';
import * as sample from '../../src/policy/sample.test.ts';
import { NAMES, planOf, somePolicy, someView, someWorld } from './plan-arbitrary.ts';

const observed = (policy: Policy): Policy => ({
  ...policy,
  observing: { baseline: 'c', soleProviders: new Map(), offered: [] },
});
/** The task takes over whatever its requests ask for, as far as it is let. */
const claiming = (policy: Policy): Policy => {
  const tasks = policy.tasks.map((task) => ({ ...task, claimsModels: true, matches: () => true }));
  return { ...policy, tasks, tasksByName: new Map(tasks.map((task) => [task.name, task])) };
};

test('a call goes to the model that it names and to no other, without a gate, a session or a choice', () => {
  let plans = 0;
  let others = 0;
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (drawn, view, world) => {
      const policy = claiming(drawn);
      const plan = planOf(observed(policy), view, world);
      if (plan instanceof TierlineError) return;
      plans++;
      const asked = asksForRoute(view) ? 'c' : view.model;
      assert.deepEqual(sample.modelsOf(plan), [asked]);
      assert.equal(plan.task, 't');
      const [attempt] = plan.attempts;
      assert.deepEqual(
        [attempt?.isGated, attempt?.hedgeAfterMs, attempt?.timeoutMs, attempt?.after],
        [false, null, null, 'any'],
      );
      const { arm, session, pin, cache, prediction, learnedGate } = plan;
      for (const decided of [arm, session, pin, cache, prediction, learnedGate]) assert.equal(decided, null);
      assert.match(sample.said(plan, 'request')[0] ?? '', /^observing: the client asked for /);
      const routed = planOf(policy, view, world);
      if (!(routed instanceof TierlineError) && sample.modelsOf(routed).join() !== asked) others++;
    }),
    { numRuns: 2000 },
  );
  assert.ok(plans > 300 && others > 200, `${plans} plans, ${others} of which would have been routed`);
});

test('observing refuses no call of a named model that routing would let through', () => {
  let refused = 0;
  fc.assert(
    fc.property(somePolicy, someView, someWorld, fc.constantFrom(...NAMES), (policy, view, world, model) => {
      const asked = { ...view, model };
      // A warm cache may bring a model under a ceiling, and no session is looked at here.
      const named = planOf(policy, asked, { ...world, pin: null });
      const plan = planOf(observed(policy), asked, { ...world, pin: null });
      assert.equal(plan instanceof TierlineError, named instanceof TierlineError);
      if (plan instanceof TierlineError && named instanceof TierlineError) {
        refused++;
        assert.equal(plan.code, named.code);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(refused > 50, `${refused} refused`);
});
