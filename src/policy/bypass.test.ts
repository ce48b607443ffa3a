import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decide } from './decide.ts';
import { caller, model, policy, route, task, view } from './sample.test.ts';
import { NO_STATE } from './state.ts';

const MODELS = ['haiku', 'sonnet', 'opus'];
const ground = policy(
  [model('haiku', 'small'), model('sonnet', 'mid'), model('opus', 'frontier')],
  [task('t', route(MODELS, { isCascade: true }), { hasGates: true })],
);
const plan = (bypassed: Record<string, string>, asked = 'auto/t', instead: string | null = null) =>
  decide(ground, view({ model: asked }), caller(), {
    ...NO_STATE,
    bypassOf: (name) => (name === 't' ? { models: new Map(Object.entries(bypassed)), instead } : null),
  });
const modelsOf = (bypassed: Record<string, string>, asked?: string) =>
  plan(bypassed, asked).attempts.map((attempt) => attempt.model);

test('a model that is bypassed is left out, and the plan says why', () => {
  const { attempts, reasons } = plan({ haiku: 'it has fallen behind' });
  assert.deepEqual(
    attempts.map((attempt) => attempt.model),
    ['sonnet', 'opus'],
  );
  assert.ok(reasons.some(({ say }) => say === 'haiku bypassed: it has fallen behind'));
});

test('a client that names the model gets it all the same', () => {
  assert.deepEqual(modelsOf({ haiku: 'it has fallen behind' }, 'haiku'), ['haiku']);
});

test('the last model stays, whatever is said of it', () => {
  const all = { haiku: 'a', sonnet: 'b', opus: 'c' };
  assert.deepEqual(modelsOf(all), MODELS);
  assert.ok(plan(all).reasons.some(({ say }) => say === 'opus stays: nothing else is left, though c'));
});

test('where the route has nobody else, another model answers, and only then', () => {
  const sole = policy(
    [model('haiku', 'small'), model('sonnet', 'mid'), model('opus', 'frontier')],
    [task('t', ['haiku'])],
  );
  const ask = (to: typeof sole, gone: string[]) =>
    decide(to, view({ model: 'auto/t' }), caller(), {
      ...NO_STATE,
      bypassOf: () => ({ models: new Map(gone.map((name) => [name, 'w'])), instead: 'opus' }),
    });
  const names = (made: ReturnType<typeof ask>) => made.attempts.map((attempt) => attempt.model);
  assert.deepEqual(names(ask(sole, ['haiku'])), ['opus']);
  assert.deepEqual(names(ask(sole, [])), ['haiku']);
  assert.deepEqual(names(ask(sole, ['haiku', 'opus'])), ['haiku']);
  assert.deepEqual(names(ask(ground, ['haiku'])), ['sonnet', 'opus']);
});

test('whatever is bypassed, the others keep their order, and there is always one', () => {
  fc.assert(
    fc.property(fc.subarray(MODELS), (gone) => {
      const left = MODELS.filter((name) => !gone.includes(name));
      assert.deepEqual(
        modelsOf(Object.fromEntries(gone.map((name) => [name, 'w']))),
        left.length === 0 ? MODELS : left,
      );
    }),
  );
});
