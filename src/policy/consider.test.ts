import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consider } from './consider.ts';
import { caller, limits, model, modelsOf, policy, priced, record, route, state, task, view } from './sample.test.ts';

const MODELS = [
  model('a', 'small', { priceOf: priced(100, 500), inputLimit: 1000, window: 1200 }),
  model('b', 'mid', { priceOf: priced(300, 1500) }),
  model('c', 'frontier'),
];
const LADDER = route(['a', 'b', 'c'], { isCascade: true, ownCount: 2, attemptTimeoutMs: 500 });
const ASKED = view({ model: 'auto/t', bytes: 400, text: 'x'.repeat(400), maxOutputTokens: 10 });
const world = state({ recordOf: (_, name) => (name === 'a' ? record({ judged: 1e6, passed: 8e5 }) : null) });

test('every candidate has its verdicts and expectations, those that are stopped too', () => {
  const made = policy(MODELS, [task('t', LADDER, { limits: limits({ deny: new Set(['c']), maxCostNanoUsd: 1e9 }) })]);
  const found = consider(made, ASKED, caller(), world);
  assert.deepEqual(
    found.candidates.map((one) => [
      one.model,
      one.isAllowed,
      one.expected.costNanoUsd,
      one.verdicts.map(({ guard }) => guard),
    ]),
    [
      ['a', true, 15_000, ['capability', 'context', 'price']],
      ['b', true, 45_000, ['capability', 'context', 'price']],
      ['c', false, null, ['deny', 'capability', 'context', 'price']],
    ],
  );
  assert.deepEqual(found.candidates[0]?.verdicts[1]?.say, 'about 100 tokens, at most 1000 fit');
  assert.deepEqual([found.task, found.refusal], ['t', null]);
  assert.ok(found.plan);
  assert.deepEqual(modelsOf(found.plan), ['a', 'b']);
  // 0.7992 is the lower bound of 80 % of a million.
  assert.ok(Math.abs((found.costNanoUsd ?? 0) - (15_000 + 0.2008 * 45_000)) < 5, String(found.costNanoUsd));
});

test('a fallback is not part of what a plan is expected to cost', () => {
  const list = policy(MODELS, [task('t', route(['a', 'b']))]);
  assert.equal(consider(list, ASKED, caller(), world).costNanoUsd, 15_000);
});

test('a refusal is part of the answer, with the candidates that led to it', () => {
  const made = policy(MODELS, [task('t', ['a'], { limits: limits({ deny: new Set(['a']) }) })]);
  const found = consider(made, ASKED, caller(), world);
  assert.deepEqual([found.plan, found.refusal?.code, found.candidates.length], [null, 'model_not_allowed', 1]);
  const nowhere = consider(policy(MODELS), view(), caller(), world);
  assert.deepEqual([nowhere.refusal?.code, nowhere.candidates], ['model_not_found', []]);
});

test('a mistake in the code is no refusal', () => {
  const broken = policy(MODELS, [task('t', ['a'])]);
  const asked = { ...ASKED };
  Object.defineProperty(asked, 'bytes', { get: () => assert.fail('a mistake') });
  assert.throws(() => consider(broken, asked, caller(), world), /a mistake/);
});
