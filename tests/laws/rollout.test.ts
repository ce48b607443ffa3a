// What holds for every plan while a rollout runs, whatever the configuration, the request and the share.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import type { Pin } from '../../src/call/pin.ts';
import type { Plan } from '../../src/call/plan.ts';
import type { View } from '../../src/call/view.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Policy, PolicyRoute, PolicyTask } from '../../src/policy/policy.ts';
import { standingOf } from '../../src/policy/rollout.ts';
import * as sample from '../../src/policy/sample.test.ts';
import type { PlanState } from '../../src/policy/state.ts';
import { CALLER, somePolicy, someRoute, someView, someWorld, toState, type World } from './plan-arbitrary.ts';

const RUNS = { numRuns: 2000 };
const ROLLOUT = 'r-1';

const somePercent = fc.oneof(
  fc.constantFrom(0, 5, 50, 80, 95, 100),
  fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
);
const someBy = fc.constantFrom('session' as const, 'tenant' as const);
/** Lists of models that read alike are the same route. */
const someCandidate = someRoute.map((route) => ({ ...route, say: `candidate ${route.say}` }));

function taskOf({ tasks: [task] }: Policy): PolicyTask {
  return task ?? assert.fail();
}

function withTask(policy: Policy, fields: Partial<PolicyTask>): Policy {
  const task = { ...taskOf(policy), ...fields };
  return { ...policy, tasks: [task], tasksByName: new Map([['t', task]]) };
}

interface Asked {
  policy: Policy;
  view: View;
  world: World;
  /** Null: no rollout is running. */
  percent: number | null;
  rollout?: string;
  pin?: Pin | null;
}

const some = fc.record({ policy: somePolicy, candidate: someCandidate, by: someBy, view: someView, world: someWorld });

/** The plan, or the code and the sentence of the refusal. */
function planned({ policy, view, world, percent, rollout = ROLLOUT, pin = world.pin }: Asked): Plan | string {
  const rolloutOf: PlanState['rolloutOf'] = () => (percent === null ? null : { rollout, percent });
  try {
    return decide(policy, view, CALLER, { ...toState(world), pinOf: () => pin, rolloutOf });
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return `${error.code}: ${error.message}`;
  }
}

/** A plan without what only tells which side it is of. */
function shape(plan: Plan | string): unknown {
  if (typeof plan === 'string') return plan;
  const pin = plan.pin && { ...plan.pin, candidateOf: null };
  const reasons = plan.reasons.filter(({ step }) => step !== 'rollout' && step !== 'route');
  return { ...plan, arm: null, pin, reasons };
}

test('a rollout of 0 % plans what no rollout plans', () => {
  let plans = 0;
  fc.assert(
    fc.property(some, ({ policy, candidate, by, view, world }) => {
      const tried = planned({ policy: withTask(policy, { rollout: { candidate, by } }), view, world, percent: 0 });
      assert.deepEqual(shape(tried), shape(planned({ policy, view, world, percent: null })));
      if (typeof tried !== 'string' && tried.arm !== null) plans++;
    }),
    RUNS,
  );
  assert.ok(plans > 300, `${plans} on the base`);
});

test('a rollout of 100 % plans what the candidate as the route of the task plans', () => {
  let plans = 0;
  fc.assert(
    fc.property(some, ({ policy, candidate, by, view, world }) => {
      const bringsGate = candidate.predict !== null && candidate.predict.gate !== null;
      const alone = withTask(policy, { route: candidate, hasGates: taskOf(policy).hasGates || bringsGate });
      // A pin that the base has made would hold nothing on the candidate.
      const pin = world.pin && { ...world.pin, route: candidate.say, candidateOf: ROLLOUT };
      const tried = planned({
        policy: withTask(policy, { rollout: { candidate, by } }),
        view,
        world,
        percent: 100,
        pin,
      });
      const usual = planned({ policy: alone, view, world, percent: null, pin });
      const same = (plan: Plan | string): unknown => {
        const previous = typeof plan === 'string' ? null : (plan.pin?.previous ?? null);
        return { shape: shape(plan), previous };
      };
      assert.deepEqual(same(tried), same(usual));
      if (typeof tried !== 'string' && tried.arm !== null) plans++;
    }),
    RUNS,
  );
  assert.ok(plans > 300, `${plans} on the candidate`);
});

test('at every share a plan is the one of the base or the one of the candidate, as its side says', () => {
  const sides = { base: 0, candidate: 0 };
  fc.assert(
    fc.property(some, somePercent, fc.string(), ({ policy, candidate, by, view, world }, percent, rollout) => {
      const asked = { policy: withTask(policy, { rollout: { candidate, by } }), view, world, pin: null, rollout };
      const plan = planned({ ...asked, percent });
      if (typeof plan === 'string' || plan.arm === null) return;
      sides[plan.arm.arm]++;
      assert.deepEqual(shape(plan), shape(planned({ ...asked, percent: plan.arm.arm === 'base' ? 0 : 100 })));
    }),
    RUNS,
  );
  assert.ok(sides.base > 100 && sides.candidate > 100, JSON.stringify(sides));
});

test('sides are nested: who is on the candidate at one share is on it at every greater one', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.string(),
      fc.tuple(somePercent, somePercent),
      someBy,
      (rollout, tenant, session, percents, by) => {
        const [low, high] = percents.toSorted((one, other) => one - other) as [number, number];
        const candidate = sample.route(['b']);
        const task = sample.task('t', ['a'], { rollout: { candidate, by } });
        const policy = sample.policy([sample.model('a', 'small'), sample.model('b', 'mid')], [task]);
        const armAt = (percent: number) => {
          const state = sample.state({ rolloutOf: () => ({ rollout, percent }) });
          const headers = session === '' ? {} : { 'x-session-id': session };
          const view = sample.view({ model: 'auto/t', opening: 'Hello' });
          return decide(policy, view, sample.caller(headers, tenant), state).arm?.arm;
        };
        assert.equal(armAt(low), armAt(low), 'the same session is on the same side');
        if (armAt(low) === 'candidate') assert.equal(armAt(high), 'candidate');
        const standing = standingOf(rollout, {
          tenant,
          key: by === 'tenant' ? '' : session === '' ? 'Hello' : session,
        });
        assert.equal(armAt(low), standing * 100 < low ? 'candidate' : 'base');
      },
    ),
    RUNS,
  );
});

/** Whether every limit allows this place of this model: said anew, without the guards' code. */
function mayServe(policy: Policy, name: string, at: number): boolean {
  const limits = [taskOf(policy).limits, policy.tenants.get('acme')].filter((one) => one !== undefined);
  const place = policy.models.get(name)?.deployments[at];
  return limits.every(
    ({ isPrivate, regions, allow, deny }) =>
      (!isPrivate || place?.isPrivate === true) &&
      (regions === null || regions.includes(place?.region ?? '')) &&
      (allow === null || allow.has(name)) &&
      !deny.has(name),
  );
}

test('guards hold on either side, and nobody gets a model that neither its route nor a rule leads to', () => {
  const sides = { base: 0, candidate: 0 };
  fc.assert(
    fc.property(some, somePercent, fc.string(), ({ policy, candidate, by, view, world }, percent, rollout) => {
      const plan = planned({ policy: withTask(policy, { rollout: { candidate, by } }), view, world, percent, rollout });
      if (typeof plan === 'string' || plan.arm === null) return;
      sides[plan.arm.arm]++;
      const own: PolicyRoute = plan.arm.arm === 'candidate' ? candidate : taskOf(policy).route;
      for (const { model: name, deployments } of plan.attempts) {
        assert.ok(own.models.includes(name), `${name} on the side ${plan.arm.arm}`);
        const places = deployments ?? (policy.models.get(name)?.deployments ?? []).map((_, at) => at);
        for (const at of places) assert.ok(mayServe(policy, name, at), `${name} at ${at}`);
      }
    }),
    RUNS,
  );
  assert.ok(sides.base > 100 && sides.candidate > 100, JSON.stringify(sides));
});
