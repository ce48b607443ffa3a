// What holds for every plan of a predicted route, whatever its artifact says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import type { Plan } from '../../src/call/plan.ts';
import type { View } from '../../src/call/view.ts';
import type { Policy, PolicyPredict } from '../../src/policy/policy.ts';
import * as sample from '../../src/policy/sample.test.ts';
import { planOf, someBroken, somePolicy, somePredict, someView, someWorld, type World } from './plan-arbitrary.ts';

const RUNS = { numRuns: 2000 };

/** The policy with a predicted route and nothing else, as its task has the models. */
function predicted(policy: Policy, predict: PolicyPredict | null): Policy {
  const [task = assert.fail()] = policy.tasks;
  const own = task.route.models.slice(0, task.route.ownCount);
  const by = predict === null ? null : { ...predict, static: own[0] as string };
  const route = { ...task.route, isCascade: false, mode: null, hedge: null, predict: by };
  const one = { ...task, route, rules: [] };
  return { ...policy, tasks: [one], tasksByName: new Map([['t', one]]) };
}

/** What is decided; a refusal is none of these laws'. */
function decided(policy: Policy, view: View, world: World): Plan | null {
  const plan = planOf(policy, { ...view, model: 'auto/t' }, world);
  return plan instanceof TierlineError ? null : plan;
}

/** A plan without what only tells of it. */
const shape = (plan: Plan) => ({
  ...plan,
  prediction: null,
  reasons: plan.reasons.filter(({ step }) => step !== 'predict'),
  attempts: plan.attempts.map((attempt) => ({ ...attempt, expected: null })),
});

/** A choice has a session, whose warm cache makes the pinned model cheaper: that may bring it under a ceiling, and nothing else. */
function expectWarm(plan: Plan | null, { pin }: World): void {
  if (plan !== null) assert.deepEqual(sample.modelsOf(plan), [pin?.model]);
}

test('an artifact only reorders: the models are those of the static route', () => {
  let moved = 0;
  fc.assert(
    fc.property(somePolicy, somePredict, someView, someWorld, (policy, predict, view, world) => {
      const plan = decided(predicted(policy, predict), view, world);
      const fixed = decided(predicted(policy, null), view, world);
      if (fixed === null) return expectWarm(plan, world);
      assert.ok(plan !== null, 'an artifact refuses nothing');
      const [one, other] = [sample.modelsOf(plan), sample.modelsOf(fixed)];
      if (one[0] !== other[0]) moved++;
      const added = one.filter((name) => !other.includes(name));
      assert.ok(added.every((name) => name === world.pin?.model));
      assert.deepEqual(one.filter((name) => !added.includes(name)).toSorted(), other.toSorted());
    }),
    RUNS,
  );
  assert.ok(moved > 50, `${moved} moved`);
});

test('one that breaks, or says what cannot be, leaves the plan of the static route, and that is said', () => {
  let plans = 0;
  fc.assert(
    fc.property(somePolicy, somePredict, someBroken, someView, someWorld, (policy, predict, predictor, view, world) => {
      const plan = decided(predicted(policy, { ...predict, predictor }), view, world);
      const fixed = decided(predicted(policy, null), view, world);
      if (fixed === null) return expectWarm(plan, world);
      assert.ok(plan !== null, 'an artifact refuses nothing');
      // Without its artifact the route is no choice, and has no session told by its text.
      if (plan.prediction === null || plan.session !== fixed.session) return;
      plans++;
      assert.deepEqual(shape(plan), shape(fixed));
      assert.equal(plan.prediction.why, 'broken');
      assert.match(sample.said(plan, 'predict').join(), /as when nothing is forecast: the predictor is broken/);
    }),
    RUNS,
  );
  assert.ok(plans > 300, `${plans} plans`);
});

test('a share of nothing explores nothing: the plan is the same, whatever is drawn', () => {
  fc.assert(
    fc.property(somePolicy, somePredict, someView, someWorld, (policy, predict, view, world) => {
      const one = predicted(policy, { ...predict, exploreShare: 0 });
      const plan = decided(one, view, world);
      assert.deepEqual(plan, decided(one, view, { ...world, draw: 1 }));
      assert.equal(plan?.prediction?.propensity ?? 1, 1);
      const undrawn = decided(predicted(policy, predict), view, { ...world, draw: 1 });
      assert.deepEqual(plan === null ? [] : sample.modelsOf(plan), undrawn === null ? [] : sample.modelsOf(undrawn));
    }),
    RUNS,
  );
});

test('the propensities of all that may be drawn for one request come to 1, and a pinned plan is certain', () => {
  let explored = 0;
  fc.assert(
    fc.property(somePolicy, somePredict, someView, someWorld, (policy, predict, view, world) => {
      const one = predicted(policy, predict);
      const asked = { ...view, isInToolLoop: false, signedBy: null };
      const told = new Map<string, number>();
      for (let at = 0; at < 40; at++) {
        const prediction = decided(one, asked, { ...world, draw: (at + 0.5) / 40 })?.prediction ?? null;
        if (prediction === null) return;
        assert.ok(!told.has(prediction.first) || told.get(prediction.first) === prediction.propensity);
        if (prediction.how === 'pinned') assert.equal(prediction.propensity, 1);
        told.set(prediction.first, prediction.propensity);
      }
      if (told.size > 1) explored++;
      const sum = [...told.values()].reduce((total, propensity) => total + propensity, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, `${JSON.stringify([...told])} come to ${sum}`);
    }),
    { numRuns: 500 },
  );
  assert.ok(explored > 20, `${explored} explored`);
});

test('what the row keeps is of the plan: its first model, and chances of models that it may try', () => {
  fc.assert(
    fc.property(somePolicy, somePredict, someView, someWorld, (policy, predict, view, world) => {
      const plan = decided(predicted(policy, predict), view, world);
      if (plan === null || plan.prediction === null) return;
      const { first, chances, propensity, how, why } = plan.prediction;
      assert.equal(first, plan.attempts[0]?.model);
      for (const [name, chance] of Object.entries(chances)) {
        assert.ok(sample.modelsOf(plan).includes(name), name);
        assert.equal(Math.round(chance * 1e4) / 1e4, chance);
        assert.equal(plan.attempts.find(({ model }) => model === name)?.expected?.passRate, chance);
      }
      assert.ok(propensity > 0 && propensity <= 1);
      if (how === 'predicted') assert.equal(why, null);
      if (how === 'static') assert.notEqual(why, null);
    }),
    RUNS,
  );
});
