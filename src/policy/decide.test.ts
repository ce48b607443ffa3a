import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import type { Caller, View } from '../call/view.ts';
import { decide, NothingLeft } from './decide.ts';
import type { Policy, PolicyTask } from './policy.ts';
import * as sample from './sample.test.ts';
import { caller, modelsOf, route, task, view } from './sample.test.ts';
import { namedSession } from './session.ts';

const MODELS = [
  sample.model('small', 'small', { inputLimit: 100 }),
  sample.model('mid', 'mid', { inputLimit: 1000 }),
  sample.model('big', 'frontier'),
];

function policy(tasks: PolicyTask[] = [], defaultModels: string[] | null = ['mid']): Policy {
  return sample.policy(MODELS, tasks, {
    aliases: new Map([
      ['vendor/small-1', 'small'],
      ['small-1', 'small'],
    ]),
    defaultRoute: defaultModels === null ? null : route(defaultModels),
  });
}
const code = (expected: string) => (error: unknown) => error instanceof TierlineError && error.code === expected;

test('auto without a task takes the default route', () => {
  const plan = decide(policy(), view(), caller());
  assert.deepEqual(modelsOf(plan), ['mid']);
  assert.equal(plan.task, null);
});

test('auto without a task and without a default route is an error that says so', () => {
  assert.throws(() => decide(policy([], null), view(), caller()), code('model_not_found'));
});

test('a task is named by header, model name, metadata or tag', () => {
  const tasks = [task('triage', ['small', 'mid'])];
  const ways: [View, Caller][] = [
    [view(), caller({ 'x-tierline-task': 'triage' })],
    [view({ model: 'auto/triage' }), caller()],
    [view({ metadata: { task: 'triage' } }), caller()],
    [view(), caller({ 'x-litellm-tags': 'triage, other' })],
    [view({ metadata: { tags: 'triage' } }), caller()],
  ];
  for (const [asked, who] of ways) {
    const plan = decide(policy(tasks), asked, who);
    assert.equal(plan.task, 'triage');
    assert.deepEqual(modelsOf(plan), ['small', 'mid']);
    assert.ok(plan.reasons.some((reason) => reason.step === 'task'));
  }
});

test('auto/<task> must exist, a header may name what is no task here', () => {
  assert.throws(() => decide(policy(), view({ model: 'auto/nope' }), caller()), code('model_not_found'));
  const plan = decide(policy(), view(), caller({ 'x-tierline-task': 'nope' }));
  assert.equal(plan.task, null);
  assert.match(plan.reasons[0]?.say ?? '', /no configured task/);
});

test('the first task whose match claims the request gets it', () => {
  const tasks = [
    task('a', ['small'], { matches: (asked) => asked.hasTools }),
    task('b', ['big'], { matches: () => true }),
  ];
  assert.equal(decide(policy(tasks), view({ hasTools: true }), caller()).task, 'a');
  assert.equal(decide(policy(tasks), view(), caller()).task, 'b');
});

test('a concrete model goes to that model under any of its names, its task is noted', () => {
  const tasks = [task('triage', ['mid'])];
  for (const name of ['small', 'vendor/small-1', 'small-1']) {
    const plan = decide(policy(tasks), view({ model: name }), caller({ 'x-tierline-task': 'triage' }));
    assert.deepEqual(modelsOf(plan), ['small']);
    assert.equal(plan.task, 'triage');
  }
  assert.throws(() => decide(policy(), view({ model: 'gpt-9' }), caller()), code('model_not_found'));
});

test('a task that claims models takes over requests for a concrete one', () => {
  const tasks = [task('t', ['small'], { claimsModels: true, matches: (asked) => asked.model === 'legacy' })];
  assert.deepEqual(modelsOf(decide(policy(tasks), view({ model: 'legacy' }), caller())), ['small']);
  assert.deepEqual(modelsOf(decide(policy(tasks), view({ model: 'mid' }), caller())), ['mid']);
});

test('models without room are left out and the reason has the numbers', () => {
  const tasks = [task('t', ['small', 'mid', 'big'])];
  const long = view({ model: 'auto/t', bytes: 2000, text: 'x'.repeat(2000) });
  const plan = decide(policy(tasks), long, caller());
  assert.deepEqual(modelsOf(plan), ['mid', 'big']);
  assert.match(plan.reasons.at(-1)?.say ?? '', /small skipped: about 500 tokens, at most 100 fit/);
});

test('pictures count, and a request too long for every model is refused', () => {
  const tasks = [task('t', ['small', 'mid'])];
  const plan = () => decide(policy(tasks), view({ model: 'auto/t', bytes: 5000, imageCount: 1 }), caller());
  assert.throws(plan, code('context_length_exceeded'));
});

test('a refusal knows the task of the call and what was said of every model', () => {
  const tasks = [task('t', ['small', 'mid'])];
  assert.throws(
    () => decide(policy(tasks), view({ model: 'auto/t', bytes: 9000, text: 'x'.repeat(9000) }), caller()),
    (error) => {
      assert.ok(error instanceof NothingLeft);
      const { task: name, attempts, reasons } = error.plan;
      assert.deepEqual([error.param, name, attempts], ['messages', 't', []]);
      const guards = reasons.flatMap(({ step, say }) => (step === 'guard' ? [say.split(':')[0]] : []));
      assert.deepEqual(guards, ['small skipped', 'mid skipped']);
      return true;
    },
  );
});

test('a short request is never counted', () => {
  const tasks = [task('t', ['small'])];
  const asked = view({ model: 'auto/t', bytes: 100 });
  Object.defineProperty(asked, 'text', { get: () => assert.fail('text was read') });
  assert.deepEqual(modelsOf(decide(policy(tasks), asked, caller())), ['small']);
});

test('law: no attempt leaves the guarded set, and the guard keeps the order of the route', () => {
  const names = ['small', 'mid', 'big'];
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: 1 }), fc.nat(8000), (route, bytes) => {
      const made = policy([task('t', route)]);
      const asked = view({ model: 'auto/t', bytes, text: 'x'.repeat(bytes) });
      const fits = (name: string): boolean => {
        const limit = made.models.get(name)?.inputLimit ?? null;
        return limit === null || bytes <= limit || bytes / 4 <= limit;
      };
      const expected = route.filter(fits);
      if (expected.length === 0) assert.throws(() => decide(made, asked, caller()), code('context_length_exceeded'));
      else assert.deepEqual(modelsOf(decide(made, asked, caller())), expected);
    }),
  );
});

test('a session is read from the headers and metadata that gateways have taught', () => {
  assert.equal(namedSession(view(), caller({ 'x-session-id': 's1' })), 's1');
  assert.equal(namedSession(view(), caller({ 'helicone-session-id': 's2' })), 's2');
  assert.equal(namedSession(view({ metadata: { session_id: 's3' } }), caller()), 's3');
  assert.equal(namedSession(view(), caller()), null);
});
