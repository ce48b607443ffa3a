import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { Plan } from '../call/plan.ts';
import type { View } from '../call/view.ts';
import { decide, NothingLeft } from './decide.ts';
import type { Policy, PolicyObserving, PolicyTask } from './policy.ts';
import * as sample from './sample.test.ts';
import { caller, limits, modelsOf, route, said, task, view } from './sample.test.ts';

const OBSERVING: PolicyObserving = { baseline: 'big', soleProviders: new Map(), offered: [] };
const MODELS = [
  sample.model('small', 'small', { inputLimit: 10, window: 10, capabilities: [] }),
  sample.model('big', 'frontier', { priceOf: sample.priced(10, 10) }),
  sample.model('vectors', '', { kind: 'embedding', deployments: [sample.place({ dialects: ['openai-embeddings'] })] }),
  sample.model('acme/new', ''),
];

function policy(fields: Partial<Policy> = {}, tasks: PolicyTask[] = []): Policy {
  return sample.policy(MODELS, tasks, { aliases: new Map([['big-1', 'big']]), observing: OBSERVING, ...fields });
}

const OPENAI = { dialect: { name: 'openai-chat' } };
const planOf = (made: Policy, asked: Partial<View>, headers = {}): Plan =>
  decide(made, view({ ...OPENAI, ...asked }), caller(headers), sample.state());
const refusalOf = (made: Policy, asked: Partial<View>, headers = {}): TierlineError => {
  try {
    planOf(made, asked, headers);
  } catch (error) {
    if (error instanceof TierlineError) return error;
    throw error;
  }
  return assert.fail('it was planned');
};

describe('while calls are observed', () => {
  test('a model is asked by any of its names, and the reason says that nothing more is done', () => {
    for (const name of ['big', 'big-1']) {
      const plan = planOf(policy(), { model: name });
      assert.deepEqual(modelsOf(plan), ['big']);
      assert.deepEqual(said(plan, 'request'), [`observing: the client asked for ${name}`]);
    }
  });

  test('a task is told as ever and decides nothing, though it claims the model, has gates, rules and a candidate', () => {
    const labels = task('labels', route(['small', 'big'], { isCascade: true }), {
      matches: (asked) => asked.hasTools,
      claimsModels: true,
      hasGates: true,
      otherwise: 'error',
      marksCache: true,
      rules: [sample.rule(() => true, route(['small']))],
      rollout: { candidate: route(['small']), by: 'session' },
    });
    const made = policy({ marksCache: true }, [labels]);
    const ways: [Partial<View>, object][] = [
      [{ model: 'big', hasTools: true }, {}],
      [{ model: 'big' }, { 'x-tierline-task': 'labels' }],
      [{ model: 'big', metadata: { task: 'labels' } }, {}],
      [{ model: 'auto/labels' }, {}],
    ];
    for (const [asked, headers] of ways) {
      const plan = decide(made, view({ ...OPENAI, ...asked }), caller({ ...headers, 'x-session-id': 's' }), {
        ...sample.state(),
        rolloutOf: () => ({ rollout: 'r-1', percent: 100 }),
        bypassOf: () => ({ models: new Map([['big', 'it became worse']]), instead: null }),
        pinOf: () => assert.fail('no pin is looked up'),
      });
      assert.deepEqual([plan.task, modelsOf(plan)], ['labels', ['big']]);
      assert.equal(plan.attempts[0]?.isGated, false);
      assert.deepEqual([plan.arm, plan.session, plan.pin, plan.cache, plan.prediction], [null, null, null, null, null]);
    }
  });

  test('auto stands for the baseline, and for nothing without one', () => {
    const plan = planOf(policy({ rules: [sample.rule(() => true, route(['small']))] }), { model: 'auto' });
    assert.deepEqual(modelsOf(plan), ['big']);
    assert.deepEqual(said(plan, 'request'), [
      'observing: the client asked for auto, which is the baseline big while nothing is routed',
    ]);
    const refused = refusalOf(policy({ observing: { ...OBSERVING, baseline: null } }), { model: 'auto' });
    assert.deepEqual([refused.code, refused.param], ['model_not_found', 'model']);
    assert.match(refused.message, /Nothing is routed while the gateway observes, so "auto" stands for the baseline/);
    assert.equal(refusalOf(policy(), { model: 'auto/nope' }).code, 'model_not_found');
  });

  test('what is believed of a model stops nothing: its room, what it can do, what it was made for', () => {
    const asked = { model: 'small', bytes: 9000, text: 'x'.repeat(9000), hasTools: true, hasImages: true };
    assert.deepEqual(modelsOf(planOf(policy(), asked)), ['small']);
    assert.deepEqual(modelsOf(planOf(policy(), { model: 'vectors' })), ['vectors']);
    assert.deepEqual(modelsOf(planOf(policy(), { model: 'vectors', kind: 'embedding' })), ['vectors']);
    const crossing = refusalOf(policy(), { model: 'big', kind: 'embedding' });
    assert.match(crossing.message, /takes no embeddings in OpenAI's form/, 'there is no way to hand it on');
  });

  test('what task, tenant and request forbid stays forbidden', () => {
    const bound = (of: Parameters<typeof limits>[0]) => policy({}, [task('t', ['small'], { limits: limits(of) })]);
    const T = { 'x-tierline-task': 't' };
    for (const [of, code] of [
      [{ isPrivate: true }, 'model_not_allowed'],
      [{ regions: ['eu'] }, 'model_not_allowed'],
      [{ deny: new Set(['big']) }, 'model_not_allowed'],
      [{ allow: new Set(['small']) }, 'model_not_allowed'],
      [{ maxCostNanoUsd: 5 }, 'cost_limit_exceeded'],
    ] as const) {
      for (const model of ['big', 'auto']) {
        const refused = refusalOf(bound(of), { model, maxOutputTokens: 10 }, T);
        assert.ok(refused instanceof NothingLeft);
        assert.deepEqual([refused.code, refused.plan.task], [code, 't']);
      }
    }
    const ceiling = refusalOf(policy(), { model: 'big', maxOutputTokens: 10 }, { 'x-tierline-max-cost-usd': '0' });
    assert.equal(ceiling.code, 'cost_limit_exceeded');
    const tenants = new Map([['acme', limits({ of: 'the tenant acme', deny: new Set(['big']) })]]);
    assert.equal(refusalOf(policy({ tenants }), { model: 'big' }).code, 'model_not_allowed');
  });

  test('a name nobody knows goes to the only provider of the dialect that it came in', () => {
    const made = policy({ observing: { ...OBSERVING, soleProviders: new Map([['openai-chat', 'acme']]) } });
    const plan = planOf(made, { model: 'new' });
    assert.deepEqual(modelsOf(plan), ['acme/new']);
    assert.match(said(plan, 'request')[0] ?? '', /^observing: the client asked for new, which nobody knows; acme is/);
    assert.equal(refusalOf(made, { model: 'new', dialect: { name: 'gemini' } }).code, 'model_not_found');
    const refused = refusalOf(policy(), { model: 'new' });
    assert.equal(
      refused.message,
      'The model "new" is of no provider that is known. Write it as provider/model, or configure it. Models: small, big, vectors, acme/new, auto.',
    );
  });
});

test('where calls are routed, a name that is not configured is refused with those that are', () => {
  const refused = refusalOf(policy({ observing: null }), { model: 'new' });
  assert.equal(refused.message, 'The model "new" is not configured here. Models: small, big, vectors, acme/new, auto.');
});
