// What holds for every plan, whatever the configuration, the request and what is remembered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ERRORS, TierlineError } from '../../src/call/errors.ts';
import type { Plan, PlannedAttempt } from '../../src/call/plan.ts';
import type { View } from '../../src/call/view.ts';
import { consider } from '../../src/policy/consider.ts';
import { lowerBound } from '../../src/policy/pass-rate.ts';
import type { Policy, PolicyModel, PolicyRoute } from '../../src/policy/policy.ts';
import * as sample from '../../src/policy/sample.test.ts';
import {
  CALLER,
  NAMES,
  planOf,
  someMode,
  somePolicy,
  someView,
  someWorld,
  toState,
  type World,
} from './plan-arbitrary.ts';

const RUNS = { numRuns: 3000 };
/** Whether the route may go on after a failed gate. */
const mayClimb = ({ isCascade, predict }: PolicyRoute): boolean => isCascade || predict?.predictor.isCascade === true;

/** Whether every limit allows this deployment of this model: said anew, without the guards' code. */
function mayServe(policy: Policy, model: PolicyModel, at: number): boolean {
  const limits = [policy.tasks[0]?.limits, policy.tenants.get('acme')].filter((one) => one !== undefined);
  return limits.every(
    ({ isPrivate, regions, allow, deny }) =>
      (!isPrivate || model.deployments[at]?.isPrivate === true) &&
      (regions === null || regions.includes(model.deployments[at]?.region ?? '')) &&
      (allow === null || allow.has(model.name)) &&
      !deny.has(model.name),
  );
}

function isRoutable(policy: Policy, view: View, { name, inputLimit, window, capabilities }: PolicyModel): boolean {
  const tokens = Math.ceil(view.text.length / 4 + view.imageCount * 1600);
  const needs = [
    view.hasTools && 'tools',
    view.hasSchema && 'schema',
    view.hasImages && 'images',
    view.hasDocuments && 'documents',
    view.hasAudio && 'audio',
    view.wantsReasoning && 'reasoning',
  ] as const;
  const isCounted =
    view.bytes + view.imageCount * 1600 > Math.min(inputLimit ?? 0, (window ?? 0) - (view.maxOutputTokens ?? 0));
  const hasRoom =
    inputLimit === null ||
    !isCounted ||
    (tokens <= inputLimit && tokens + (view.maxOutputTokens ?? 0) <= (window ?? 0));
  return (
    hasRoom &&
    needs.every((need) => need === false || (capabilities?.includes(need) ?? true)) &&
    policy.models.has(name)
  );
}

/** Whether a route of the task takes the model, as slow as it is known to be. */
function isQuick(policy: Policy, { records }: World, name: string): boolean {
  const task = policy.tasks[0] ?? assert.fail();
  const p95 = records[name]?.p95LatencyMs ?? 0;
  const routes = [task.route, ...task.rules.map((rule) => rule.route)];
  return routes.some(({ models, latencyMs }) => models.includes(name) && (latencyMs === null || p95 <= latencyMs));
}

test('no attempt ever leaves the guarded set, fallbacks and pins included', () => {
  let plans = 0;
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const plan = planOf(policy, view, world);
      if (plan instanceof TierlineError) return;
      plans++;
      for (const { model: name, deployments } of plan.attempts) {
        const model = policy.models.get(name) ?? assert.fail(name);
        const places = deployments ?? model.deployments.map((_, at) => at);
        assert.ok(places.length > 0);
        for (const at of places) assert.ok(mayServe(policy, model, at), `${name} at ${at}`);
        if (view.model === 'auto/t') assert.ok(isRoutable(policy, view, model), name);
        if (view.model === 'auto/t') assert.ok(isQuick(policy, world, name), `${name} is too slow`);
      }
    }),
    RUNS,
  );
  assert.ok(plans > 300, `${plans} plans`);
});

test('no attempt is expected to cost more than the lowest ceiling, or an unknown sum', () => {
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const plan = planOf(policy, view, { ...world, pin: null });
      const ceilings = [policy.tasks[0]?.limits, policy.tenants.get('acme')].flatMap(
        (one) => one?.maxCostNanoUsd ?? [],
      );
      if (plan instanceof TierlineError || ceilings.length === 0) return;
      for (const { expected } of plan.attempts) {
        assert.ok(expected?.costNanoUsd != null && expected.costNanoUsd <= Math.min(...ceilings));
      }
    }),
    RUNS,
  );
});

test('a pin only reorders: the same models, from the same route', () => {
  let moved = 0;
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      // Without a rule: in a tool loop a pin may keep the route that a rule would change.
      const plain = { ...policy, tasks: policy.tasks.map((task) => ({ ...task, rules: [] })) };
      const fixed = { ...plain, tasksByName: new Map(plain.tasks.map((task) => [task.name, task])) };
      const pinned = planOf(fixed, view, world);
      const free = planOf(fixed, view, { ...world, pin: null });
      if (pinned instanceof TierlineError || free instanceof TierlineError) {
        // A warm cache makes the pinned model cheaper, which may bring it under a ceiling. Nothing else differs.
        if (free instanceof TierlineError && !(pinned instanceof TierlineError))
          assert.match(free.message, new RegExp(`\\b${world.pin?.model} skipped: expected to cost`));
        else assert.ok(pinned instanceof TierlineError && free instanceof TierlineError);
        return;
      }
      const [one, other] = [sample.modelsOf(pinned), sample.modelsOf(free)];
      if (one[0] !== other[0]) moved++;
      const added = one.filter((name) => !other.includes(name));
      assert.ok(
        added.every((name) => name === world.pin?.model),
        'only the warm cache may add, and only the pinned one',
      );
      assert.deepEqual(one.filter((name) => !added.includes(name)).toSorted(), other.toSorted());
    }),
    RUNS,
  );
  assert.ok(moved > 50, `${moved} moved`);
});

test('an attempt appears once, the first follows nothing, and only a cascade goes on after a failed gate', () => {
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const plan = planOf(policy, view, world);
      if (plan instanceof TierlineError) return;
      const names = sample.modelsOf(plan);
      assert.equal(new Set(names).size, names.length);
      assert.equal(plan.attempts[0]?.after, 'any');
      const task = policy.tasks[0] ?? assert.fail();
      const routes = [task.route, ...task.rules.map((rule) => rule.route)];
      const ladders = routes.filter(mayClimb).map((route) => route.models.slice(0, route.ownCount));
      for (const [index, attempt] of plan.attempts.entries()) {
        const next: PlannedAttempt | undefined = plan.attempts[index + 1];
        if (index > 0 && attempt.after === 'any') assert.ok(ladders.some((ladder) => ladder.includes(attempt.model)));
        if (attempt.timeoutMs !== null || attempt.hedgeAfterMs !== null) assert.equal(next?.after, 'any');
        if (attempt.isGated) assert.ok(task.hasGates);
      }
      const isPredictedLadder = plan.prediction !== null && plan.attempts[1]?.after === 'any';
      assert.equal(plan.learnedGate !== null, isPredictedLadder);
    }),
    RUNS,
  );
});

test('the models tried are a prefix of the plan: what may follow an attempt never stands before it', () => {
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const plan = planOf(policy, view, world);
      if (plan instanceof TierlineError) return;
      // Once only failures lead on, no gate leads on any more: a walk that stops anywhere has tried the first ones.
      const after = plan.attempts.slice(1).map((attempt) => attempt.after);
      const firstFailure = after.indexOf('failure');
      if (firstFailure !== -1) assert.ok(!after.slice(firstFailure).includes('any'));
      const task = policy.tasks[0] ?? assert.fail();
      const ladders = [task.route, ...task.rules.map((rule) => rule.route)]
        .filter((route) => route.isCascade)
        .map((route) => route.models.slice(0, route.ownCount));
      const climbed = plan.attempts.filter((attempt) => attempt.after === 'any').map((attempt) => attempt.model);
      // What an artifact has to say is its own ladder.
      if (plan.prediction !== null) return;
      // A fallback that a pin has put first stands on no rung.
      const rises = ladders.some((ladder) => {
        const rungs = climbed.map((model) => ladder.indexOf(model));
        return rungs.slice(1).every((rung, at) => rung > (rungs[at] ?? -1));
      });
      if (climbed.length > 1) assert.ok(rises, `a failed gate leads up only: ${climbed.join()}`);
    }),
    RUNS,
  );
});

test('the same question gets the same plan, and considering it in full changes nothing', () => {
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const once = planOf(policy, view, world);
      const twice = planOf(policy, view, world);
      const whole = consider(policy, view, CALLER, toState(world));
      if (once instanceof TierlineError) {
        assert.ok(twice instanceof TierlineError && twice.message === once.message);
        assert.equal(whole.plan, null);
        return;
      }
      assert.deepEqual(twice, once);
      const shape = (plan: Plan | null) => plan?.attempts.map((attempt) => ({ ...attempt, expected: null }));
      assert.deepEqual(shape(whole.plan), shape(once));
      assert.deepEqual(
        whole.candidates
          .filter((one) => one.isAllowed)
          .map((one) => one.model)
          .toSorted(),
        sample.modelsOf(once).toSorted(),
      );
    }),
    RUNS,
  );
});

test('no evidence never makes a cheaper choice: it costs as much, or is of the highest tier', () => {
  let changed = 0;
  fc.assert(
    fc.property(
      somePolicy,
      someView,
      someWorld,
      fc.constantFrom(...NAMES),
      someMode,
      (policy, view, world, unknown, mode) => {
        const task = policy.tasks[0] ?? assert.fail();
        const { models } = task.route;
        const route = {
          ...task.route,
          mode,
          predict: null,
          ownCount: models.length,
          isCascade: false,
          hedge: null,
          latencyMs: null,
        };
        const limits = sample.limits();
        const made = {
          ...policy,
          tenants: new Map(),
          tasksByName: new Map([['t', { ...task, route, limits, rules: [] }]]),
        };
        const asked = { ...view, model: 'auto/t', signedBy: null, maxOutputTokens: 100 };
        // What is forgotten is how the answers were judged, not how long they are.
        const before = world.records[unknown];
        const forgotten = before == null ? null : { ...before, judged: 0, passed: 0 };
        const told = planOf(made, asked, { ...world, pin: null });
        const less = planOf(made, asked, { ...world, pin: null, records: { ...world.records, [unknown]: forgotten } });
        if (told instanceof TierlineError || less instanceof TierlineError) return;
        const [first, second] = [told.attempts[0], less.attempts[0]];
        if (first === undefined || second === undefined || first.model === second.model) return;
        changed++;
        const rank = (name: string): number => policy.models.get(name)?.rank ?? -1;
        const cost = (plan: Plan, name: string): number =>
          plan.attempts.find((one) => one.model === name)?.expected?.costNanoUsd ?? Number.POSITIVE_INFINITY;
        const isDearer = cost(told, second.model) >= cost(told, first.model);
        assert.ok(isDearer || rank(second.model) >= rank(first.model), `${first.model} to ${second.model}`);
      },
    ),
    RUNS,
  );
  assert.ok(changed > 50, `${changed} changed`);
});

test('a model below the quality floor is never chosen before one that is known to reach it', () => {
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const task = policy.tasks[0] ?? assert.fail();
      const { mode } = task.route;
      const plan = planOf(
        { ...policy, tasksByName: new Map([['t', { ...task, rules: [] }]]) },
        { ...view, signedBy: null },
        { ...world, pin: null },
      );
      if (plan instanceof TierlineError || mode?.best !== 'cost' || view.model !== 'auto/t') return;
      const own = new Set(task.route.models.slice(0, task.route.ownCount));
      const isGood = (name: string): boolean => {
        const known = world.records[name];
        return known != null && (lowerBound(known.passed, known.judged) ?? -1) >= mode.quality;
      };
      const goods = sample
        .modelsOf(plan)
        .filter((name) => own.has(name))
        .map(isGood);
      assert.deepEqual(
        goods,
        goods.toSorted((one, other) => Number(other) - Number(one)),
      );
    }),
    RUNS,
  );
});

test('every refusal has a code of the table and says each model with a number or a name', () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(somePolicy, someView, someWorld, (policy, view, world) => {
      const refusal = planOf(policy, view, world);
      if (!(refusal instanceof TierlineError)) return;
      codes.add(refusal.code);
      assert.ok(Object.hasOwn(ERRORS, refusal.code));
      assert.match(refusal.message, /skipped: .*(\d|private|denied|allows|is in|needs)/);
      assert.ok([400, 403, 503].includes(refusal.status));
    }),
    RUNS,
  );
  const expected = [
    'context_length_exceeded',
    'cost_limit_exceeded',
    'latency_limit_exceeded',
    'model_not_allowed',
    'unsupported',
  ];
  assert.deepEqual([...codes].toSorted(), expected);
});
