import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { Plan } from '../call/plan.ts';
import type { Caller, View } from '../call/view.ts';
import { decide } from './decide.ts';
import type { Policy } from './policy.ts';
import {
  caller,
  limits,
  model,
  modelsOf,
  place,
  policy,
  priced,
  route,
  rule,
  said,
  state,
  task,
  view,
} from './sample.test.ts';

const OPENAI = place({ provider: 'openai', dialects: ['openai-chat', 'openai-embeddings'] });
const embedder = (name: string, fields: Parameters<typeof model>[2] = {}) =>
  model(name, '', { kind: 'embedding', rank: -1, deployments: [OPENAI], ...fields });
const talker = (name: string) => model(name, 'small', { kind: 'chat', deployments: [OPENAI] });

const asked = (name: string, fields: Partial<View> = {}): View =>
  view({ model: name, kind: 'embedding', text: 'some words', maxOutputTokens: 0, ...fields });

const MODELS = [talker('mini'), embedder('vec'), embedder('wide')];

function plan(made: Policy, name: string, from: Caller = caller()): Plan {
  return decide(made, asked(name), from, state());
}

function refusal(work: () => unknown): TierlineError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof TierlineError);
    return error;
  }
  return assert.fail('it was not refused');
}

describe('a request for embeddings', () => {
  test('goes to the model it names and to no other, without gates, pins and time limits of attempts', () => {
    const made = policy(MODELS, [task('search', route(['mini', 'mini'], { isCascade: true }), { hasGates: true })], {
      marksCache: true,
    });
    const found = plan(made, 'vec', caller({ 'x-tierline-task': 'search', 'x-session-id': 's' }));
    assert.deepEqual(modelsOf(found), ['vec']);
    assert.equal(found.task, 'search');
    assert.deepEqual([found.pin, found.session, found.cache], [null, null, null]);
    const [attempt] = found.attempts;
    assert.deepEqual([attempt?.isGated, attempt?.timeoutMs, attempt?.hedgeAfterMs], [false, null, null]);
  });

  test('takes any deployment of that model that knows the form, and only those', () => {
    const there = place({ provider: 'anthropic', dialects: ['anthropic-messages'] });
    const made = policy([embedder('vec', { deployments: [OPENAI, there, OPENAI] })]);
    assert.deepEqual(plan(made, 'vec').attempts[0]?.deployments, [0, 2]);
  });

  test('is refused where no place of the model knows the form, with what to do', () => {
    for (const dialects of [['anthropic-messages'], ['gemini'], ['neutral']]) {
      const made = policy([embedder('vec', { deployments: [place({ provider: 'acme', dialects })] })]);
      const { code, message, param } = refusal(() => plan(made, 'vec'));
      assert.deepEqual([code, param], ['unsupported', 'model']);
      assert.match(message, /acme takes no embeddings in OpenAI's form; ask for a model of a provider/);
    }
  });

  test('is refused by a model that is known to talk, and let through to one nobody knows', () => {
    const { code, message } = refusal(() => plan(policy(MODELS), 'mini'));
    assert.equal(code, 'unsupported');
    assert.match(message, /"mini" cannot be used here .*chat model and makes no embeddings/);
    const unknown = policy([model('who', 'small', { deployments: [OPENAI] })]);
    assert.deepEqual(modelsOf(plan(unknown, 'who')), ['who']);
  });

  test('as `auto` is refused where the route talks, has several models or is missing, and the models are named', () => {
    const to = (models: string[] | null) =>
      refusal(() => plan(policy(MODELS, [], { defaultRoute: models === null ? null : route(models) }), 'auto'));
    for (const models of [['mini'], ['mini', 'vec']]) {
      assert.equal(to(models).code, 'unsupported');
      assert.match(to(models).message, /leads to models that talk\. Here: vec, wide\./);
    }
    assert.match(to(['vec', 'wide']).message, /several models, whose vectors cannot be compared/);
    assert.match(to(null).message, /there is no route/);
  });

  test('as `auto` of a task goes where the task has one embedding model', () => {
    const made = policy(MODELS, [task('search', ['vec']), task('chat', ['mini'])]);
    assert.deepEqual(modelsOf(plan(made, 'auto/search')), ['vec']);
    assert.match(refusal(() => plan(made, 'auto/chat')).message, /the route \(mini\) leads to models that talk/);
  });

  test('follows the rules of its task', () => {
    const rules = [rule((_, { tenant }) => tenant === 'wide', route(['wide']))];
    const made = policy(MODELS, [task('search', ['vec'], { rules })]);
    assert.deepEqual(modelsOf(plan(made, 'auto/search', caller({}, 'wide'))), ['wide']);
    assert.deepEqual(modelsOf(plan(made, 'auto/search')), ['vec']);
  });

  test('is bound by the limits of task and tenant', () => {
    const tenants = new Map([['acme', limits({ of: 'the tenant acme', isPrivate: true })]]);
    const open = policy(MODELS, [], { tenants });
    assert.equal(refusal(() => plan(open, 'vec')).code, 'model_not_allowed');
    const own = place({ ...OPENAI, isPrivate: true });
    const mixed = policy([embedder('vec', { deployments: [OPENAI, own] })], [], { tenants });
    assert.deepEqual(plan(mixed, 'vec').attempts[0]?.deployments, [1]);
    const denied = policy(MODELS, [], { tenants: new Map([['acme', limits({ deny: new Set(['vec']) })]]) });
    assert.equal(refusal(() => plan(denied, 'vec')).code, 'model_not_allowed');
  });

  test('costs what its tokens cost: there is no answer whose length would not be known', () => {
    const made = policy([embedder('vec', { priceOf: priced(1000, 0), countTokens: (text) => text.length })]);
    const within = (usd: string, fields: Partial<View> = {}) =>
      decide(made, asked('vec', fields), caller({ 'x-tierline-max-cost-usd': usd }), state());
    assert.equal(within('0.00001').attempts[0]?.expected?.costNanoUsd, 10_000);
    assert.equal(refusal(() => within('0.000009')).code, 'cost_limit_exceeded');
    const tokens = { text: '', givenTokens: 12 };
    assert.equal(within('1', tokens).attempts[0]?.expected?.inputTokens, 12);
    assert.equal(refusal(() => within('0.00001', tokens)).code, 'cost_limit_exceeded');
  });
});

describe('a question', () => {
  test('to a model that only makes vectors is refused', () => {
    const { code, message } = refusal(() => decide(policy(MODELS), view({ model: 'vec' }), caller(), state()));
    assert.equal(code, 'unsupported');
    assert.match(message, /"vec" cannot be used here .*makes embeddings and cannot talk/);
  });

  test('passes such a model over on a route', () => {
    const found = decide(policy(MODELS, [], { defaultRoute: route(['vec', 'mini']) }), view(), caller(), state());
    assert.deepEqual(modelsOf(found), ['mini']);
    assert.deepEqual(said(found, 'guard'), ['vec skipped: it makes embeddings and cannot talk']);
  });
});
