// What holds for every plan, whatever the configuration, the request and what is remembered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ERRORS, TierlineError } from '../../src/call/errors.ts';
import type { Pin } from '../../src/call/pin.ts';
import type { Plan, PlannedAttempt } from '../../src/call/plan.ts';
import type { TrackRecord } from '../../src/call/track-record.ts';
import type { View } from '../../src/call/view.ts';
import { CAPABILITIES } from '../../src/config/config.ts';
import { consider } from '../../src/policy/consider.ts';
import { decide } from '../../src/policy/decide.ts';
import { lowerBound } from '../../src/policy/pass-rate.ts';
import type { Policy, PolicyLimits, PolicyMode, PolicyModel, PolicyRoute } from '../../src/policy/policy.ts';
import * as sample from '../../src/policy/sample.test.ts';
import { NO_STATE, type PlanState } from '../../src/policy/state.ts';

const RUNS = { numRuns: 3000 };
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const REGIONS = ['eu', 'us'];
const NOW = 1_000_000;

/** Mostly nothing: a guard more leaves fewer plans to look at. */
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const isRarely = rarely(fc.constant(true)).map((value) => value === true);

const somePlace = fc.record({
  provider: fc.constant('p'),
  dialects: fc.constantFrom(['openai-chat'], ['anthropic-messages'], ['openai-chat', 'openai-responses']),
  isPrivate: fc.boolean(),
  region: fc.constantFrom(null, ...REGIONS),
});
const price = fc.option(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 })));
const someModel = (name: string): fc.Arbitrary<PolicyModel> =>
  fc
    .record({
      tier: fc.constantFrom('small', 'mid', 'frontier', ''),
      inputLimit: rarely(fc.integer({ min: 1, max: 3000 })),
      reserve: fc.integer({ min: 0, max: 1000 }),
      capabilities: rarely(fc.subarray([...CAPABILITIES])),
      deployments: fc.array(somePlace, { minLength: 1, maxLength: 3 }),
      price,
    })
    .map(({ tier, price: rates, reserve, ...fields }) =>
      sample.model(name, tier, {
        ...fields,
        window: fields.inputLimit === null ? null : fields.inputLimit + reserve,
        priceOf: rates === null ? sample.unpriced : sample.priced(...rates),
      }),
    );
const someLimits = (of: string): fc.Arbitrary<PolicyLimits> =>
  fc.record({
    of: fc.constant(of),
    isPrivate: isRarely,
    regions: rarely(fc.subarray(REGIONS, { minLength: 1 })),
    allow: rarely(fc.subarray(NAMES).map((names) => new Set(names))),
    deny: rarely(fc.subarray(NAMES, { maxLength: 2 })).map((names) => new Set(names)),
    maxCostNanoUsd: rarely(fc.integer({ min: 0, max: 100_000 })),
  });
const someMode: fc.Arbitrary<PolicyMode> = fc.oneof(
  fc.record({ best: fc.constant('cost' as const), quality: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ best: fc.constant('quality' as const), maxCostNanoUsd: fc.integer({ min: 0, max: 200_000 }) }),
);
const someRoute: fc.Arbitrary<PolicyRoute> = fc
  .record({
    models: fc.shuffledSubarray(NAMES, { minLength: 1 }),
    own: fc.nat(4),
    kind: fc.constantFrom('list', 'cascade', 'mode'),
    mode: someMode,
    latencyMs: rarely(fc.integer({ min: 1, max: 3000 })),
    hedge: fc.option(fc.record({ below: fc.double({ min: 0, max: 1, noNaN: true }), afterMs: fc.nat(500) })),
    attemptTimeoutMs: fc.option(fc.integer({ min: 1, max: 900 })),
  })
  .map(({ models, own, kind, mode, ...fields }) =>
    sample.route(models, {
      ownCount: Math.min(models.length, own + 1),
      isCascade: kind === 'cascade',
      mode: kind === 'mode' ? mode : null,
      latencyMs: fields.latencyMs,
      hedge: kind === 'cascade' ? fields.hedge : null,
      attemptTimeoutMs: kind === 'cascade' ? fields.attemptTimeoutMs : null,
      say: models.join(),
    }),
  );
const somePolicy: fc.Arbitrary<Policy> = fc
  .record({
    models: fc.tuple(...NAMES.map(someModel)),
    route: someRoute,
    other: someRoute,
    limits: someLimits('the task t'),
    tenant: fc.option(someLimits('the tenant acme')),
    hasGates: fc.boolean(),
    hasRule: fc.boolean(),
    marksCache: fc.boolean(),
    otherwise: fc.constantFrom('answer' as const, 'error' as const),
  })
  .map(({ models, route, other, limits, tenant, hasRule, ...fields }) => {
    const rules = hasRule ? [sample.rule((asked) => asked.hasTools, other)] : [];
    const task = sample.task('t', route, { limits, rules, ...fields });
    return sample.policy(models, [task], { tenants: new Map(tenant === null ? [] : [['acme', tenant]]) });
  });
const someView: fc.Arbitrary<View> = fc
  .record({
    model: fc.constantFrom('auto/t', 'auto/t', 'auto/t', ...NAMES),
    length: fc.nat(6000),
    imageCount: isRarely.map(Number),
    maxOutputTokens: fc.option(fc.nat(800)),
    hasTools: isRarely,
    hasSchema: isRarely,
    hasDocuments: isRarely,
    hasAudio: isRarely,
    wantsReasoning: isRarely,
    hasAnswer: fc.boolean(),
    isInToolLoop: fc.boolean(),
    signedBy: fc.constantFrom(null, null, 'anthropic-messages'),
  })
  .map(({ length, ...fields }) =>
    sample.view({ ...fields, bytes: length, text: 'x'.repeat(length), hasImages: fields.imageCount > 0 }),
  );
const someRecord: fc.Arbitrary<TrackRecord | null> = fc.option(
  fc
    .record({
      outputTokens: fc.option(fc.nat(500)),
      judged: fc.nat(1000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      followRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      p95LatencyMs: fc.option(fc.integer({ min: 1, max: 3000 })),
    })
    .map(({ share, ...fields }) => ({ ...fields, passed: fields.judged * share })),
);
const somePin: fc.Arbitrary<Pin | null> = fc.option(
  fc.record({
    model: fc.constantFrom(...NAMES),
    route: fc.constant('a'),
    cachedTokens: fc.nat(2000),
    cachedUntilMs: fc.constantFrom(NOW - 1, NOW + 1),
    isStandIn: fc.boolean(),
    turns: fc.nat(5),
    isEscalated: fc.boolean(),
  }),
);
interface World {
  records: Record<string, TrackRecord | null>;
  pin: Pin | null;
}
const someWorld: fc.Arbitrary<World> = fc.record({
  records: fc.record(Object.fromEntries(NAMES.map((name) => [name, someRecord]))),
  pin: somePin,
});
const toState = ({ records, pin }: World): PlanState => ({
  ...NO_STATE,
  nowMs: NOW,
  spends: true,
  pinOf: () => pin,
  recordOf: (_, name) => records[name] ?? null,
});

const CALLER = sample.caller({ 'x-session-id': 's', 'x-tierline-task': 't' });

/** The plan, or the refusal. Anything else that is thrown is a mistake. */
function planOf(policy: Policy, view: View, world: World): Plan | TierlineError {
  try {
    return decide(policy, view, CALLER, toState(world));
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
}

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
      const ladders = routes.filter((route) => route.isCascade).map((route) => route.models.slice(0, route.ownCount));
      for (const [index, attempt] of plan.attempts.entries()) {
        const next: PlannedAttempt | undefined = plan.attempts[index + 1];
        if (index > 0 && attempt.after === 'any') assert.ok(ladders.some((ladder) => ladder.includes(attempt.model)));
        if (attempt.timeoutMs !== null || attempt.hedgeAfterMs !== null) assert.equal(next?.after, 'any');
        if (attempt.isGated) assert.ok(task.hasGates);
      }
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
        const route = { ...task.route, mode, ownCount: models.length, isCascade: false, hedge: null, latencyMs: null };
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
        const less = planOf(made, asked, { pin: null, records: { ...world.records, [unknown]: forgotten } });
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
