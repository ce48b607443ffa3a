import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, TierlineError } from '../call/errors.ts';
import type { TrackRecord } from '../call/track-record.ts';
import { decide } from './decide.ts';
import { refusalAgain } from './guard.ts';
import type { PolicyLimits, PolicyModel, PolicyRoute } from './policy.ts';
import {
  caller,
  limits,
  model,
  modelsOf,
  place,
  policy,
  priced,
  record,
  route,
  said,
  state,
  task,
  view,
} from './sample.test.ts';

interface Case {
  models: PolicyModel[];
  route?: Partial<PolicyRoute>;
  limits?: Partial<PolicyLimits>;
  tenant?: Partial<PolicyLimits>;
  typicalOutputTokens?: number;
}

/** One task over all the models, with its limits and those of the tenant. */
function made(given: Case) {
  const names = given.models.map(({ name }) => name);
  const of = { of: 'the task t' };
  const only = task('t', route(names, given.route), {
    limits: limits({ ...of, ...given.limits }),
    typicalOutputTokens: given.typicalOutputTokens ?? null,
  });
  const tenants =
    given.tenant === undefined ? [] : [['acme', limits({ of: 'the tenant acme', ...given.tenant })] as const];
  return policy(given.models, [only], { tenants: new Map(tenants) });
}

const asked = (fields: Parameters<typeof view>[0] = {}) => view({ model: 'auto/t', ...fields });

function refused(run: () => unknown, code: ErrorCode, message: RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof TierlineError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

describe('privacy', () => {
  const models = [
    model('open', 'small'),
    model('both', 'mid', { deployments: [place(), place({ isPrivate: true }), place({ isPrivate: true })] }),
    model('home', 'frontier', { deployments: [place({ isPrivate: true })] }),
  ];

  test('leaves a private task the private deployments, and drops models without any', () => {
    const plan = decide(made({ models, limits: { isPrivate: true } }), asked(), caller(), state());
    assert.deepEqual(
      plan.attempts.map((attempt) => [attempt.model, attempt.deployments]),
      [
        ['both', [1, 2]],
        ['home', null],
      ],
    );
    assert.deepEqual(said(plan, 'guard'), ['open skipped: no private deployment, the task t is private']);
  });

  test('binds a private tenant in every task and for a model asked for by name', () => {
    const one = made({ models, tenant: { isPrivate: true } });
    assert.deepEqual(modelsOf(decide(one, asked(), caller(), state())), ['both', 'home']);
    assert.deepEqual(decide(one, view({ model: 'both' }), caller(), state()).attempts[0]?.deployments, [1, 2]);
    const open = () => decide(one, view({ model: 'open' }), caller(), state());
    refused(open, 'model_not_allowed', /"open" cannot be used here .*the tenant acme is private/);
    assert.deepEqual(modelsOf(decide(one, view({ model: 'open' }), caller({}, 'other'))), ['open']);
  });

  test('refuses when no model is left', () => {
    const one = made({ models: models.slice(0, 1), limits: { isPrivate: true } });
    refused(() => decide(one, asked(), caller(), state()), 'model_not_allowed', /open skipped: no private deployment/);
  });
});

describe('what a provider holds', () => {
  const models = [
    model('here', 'small', { deployments: [place({ provider: 'openai' })] }),
    model('both', 'mid', {
      deployments: [place({ provider: 'local' }), place({ provider: 'openai', isPrivate: true })],
    }),
    model('away', 'frontier', { deployments: [place({ provider: 'local' })] }),
  ];
  const held = (heldBy: string | null) => ({ ...caller(), heldBy });

  test('goes to that provider only, wherever a model has a place there', () => {
    const plan = decide(made({ models }), asked(), held('openai'), state());
    assert.deepEqual(
      plan.attempts.map((attempt) => [attempt.model, attempt.deployments]),
      [
        ['here', null],
        ['both', [1]],
      ],
    );
    assert.deepEqual(said(plan, 'guard'), ['away skipped: what the request goes on from lies at openai']);
    assert.deepEqual(modelsOf(decide(made({ models }), asked(), held(null), state())), ['here', 'both', 'away']);
  });

  test('goes nowhere when the limits of the task leave no such place', () => {
    const policy = made({ models, limits: { isPrivate: true } });
    assert.deepEqual(modelsOf(decide(policy, asked(), held('openai'), state())), ['both']);
    const there = () => decide(made({ models: models.slice(2) }), asked(), held('openai'), state());
    refused(there, 'unsupported', /away skipped: what the request goes on from lies at openai/);
    const named = () => decide(made({ models }), view({ model: 'away' }), held('openai'), state());
    refused(named, 'unsupported', /"away" cannot be used here .*lies at openai/);
  });
});

describe('region', () => {
  const models = [
    model('near', 'small', { deployments: [place({ region: 'us' }), place({ region: 'eu', isPrivate: true })] }),
    model('far', 'mid', { deployments: [place({ region: 'us' }), place()] }),
  ];

  test('keeps the deployments of the regions; an unknown region is none of them', () => {
    const plan = decide(made({ models, limits: { regions: ['eu'] } }), asked(), caller(), state());
    assert.deepEqual(
      plan.attempts.map((attempt) => [attempt.model, attempt.deployments]),
      [['near', [1]]],
    );
    assert.match(said(plan, 'guard')[0] ?? '', /^far skipped: no deployment .* is in eu$/);
  });

  test('and privacy hold together, whoever asks for which', () => {
    const both = made({ models, limits: { regions: ['us'] }, tenant: { isPrivate: true } });
    refused(() => decide(both, asked(), caller(), state()), 'model_not_allowed', /near skipped/);
    const same = made({ models, limits: { regions: ['eu', 'us'] }, tenant: { isPrivate: true } });
    assert.deepEqual(decide(same, asked(), caller(), state()).attempts[0]?.deployments, [1]);
  });
});

describe('allow and deny', () => {
  const models = [model('a', 'small'), model('b', 'mid'), model('c', 'frontier')];

  test('lists of task and tenant both hold', () => {
    const one = made({ models, limits: { allow: new Set(['a', 'b']) }, tenant: { deny: new Set(['a']) } });
    const plan = decide(one, asked(), caller(), state());
    assert.deepEqual(modelsOf(plan), ['b']);
    assert.deepEqual(said(plan, 'guard'), [
      'a skipped: denied by the tenant acme',
      'c skipped: not among what the task t allows',
    ]);
  });

  test('a denied model cannot be asked for by name either', () => {
    const one = made({ models, tenant: { deny: new Set(['c']) } });
    refused(
      () => decide(one, view({ model: 'c' }), caller(), state()),
      'model_not_allowed',
      /denied by the tenant acme/,
    );
    assert.deepEqual(modelsOf(decide(one, view({ model: 'b' }), caller(), state())), ['b']);
  });
});

describe('capabilities', () => {
  const models = [
    model('plain', 'small', { capabilities: ['tools'] }),
    model('mystery', 'mid'),
    model('all', 'frontier', { capabilities: ['tools', 'schema', 'images', 'documents', 'audio', 'reasoning'] }),
  ];
  const needs = [
    { hasSchema: true },
    { hasImages: true },
    { hasDocuments: true },
    { hasAudio: true },
    { wantsReasoning: true },
  ];

  test('a model that is known to lack one is left out, one of which nobody knows stays and is told', () => {
    for (const need of needs) {
      const plan = decide(made({ models }), asked(need), caller(), state());
      assert.deepEqual(modelsOf(plan), ['mystery', 'all'], JSON.stringify(need));
      const [skipped, stays] = said(plan, 'guard');
      assert.match(skipped ?? '', /^plain skipped: the request needs \w+, it has tools$/);
      assert.match(stays ?? '', /^mystery stays: nobody says whether it has \w+$/);
    }
    assert.deepEqual(modelsOf(decide(made({ models }), asked({ hasTools: true }), caller(), state())), [
      'plain',
      'mystery',
      'all',
    ]);
  });

  test('a request that no model can serve is refused with what it needs', () => {
    const one = made({ models: models.slice(0, 1) });
    refused(
      () => decide(one, asked({ hasImages: true, hasSchema: true }), caller(), state()),
      'unsupported',
      /needs schema, images/,
    );
  });

  test('nothing is looked at for a model that has everything', () => {
    const blind = asked();
    Object.defineProperty(blind, 'hasImages', { get: () => assert.fail('it was looked at') });
    assert.deepEqual(modelsOf(decide(made({ models: models.slice(2) }), blind, caller(), state())), ['all']);
  });

  test('who names a model gets it, whatever it can do', () => {
    assert.deepEqual(modelsOf(decide(made({ models }), view({ model: 'plain', hasImages: true }), caller(), state())), [
      'plain',
    ]);
  });
});

describe('room', () => {
  const models = [model('narrow', 'small', { inputLimit: 800, window: 1000 }), model('wide', 'frontier')];
  const long = (tokens: number, maxOutputTokens: number | null = null) =>
    asked({ bytes: tokens * 4, text: 'x'.repeat(tokens * 4), maxOutputTokens });

  test('is needed for the input within its share and for the answer within the window', () => {
    assert.deepEqual(modelsOf(decide(made({ models }), long(800), caller(), state())), ['narrow', 'wide']);
    assert.deepEqual(modelsOf(decide(made({ models }), long(801), caller(), state())), ['wide']);
    assert.deepEqual(modelsOf(decide(made({ models }), long(600, 400), caller(), state())), ['narrow', 'wide']);
    const plan = decide(made({ models }), long(601, 400), caller(), state());
    assert.deepEqual(modelsOf(plan), ['wide']);
    assert.deepEqual(said(plan, 'guard'), [
      'narrow skipped: about 601 tokens and 400 for the answer, the window has 1000',
    ]);
  });

  test('a concrete model is not guarded', () => {
    const one = view({ model: 'narrow', bytes: 8000, text: 'x'.repeat(8000) });
    assert.deepEqual(modelsOf(decide(made({ models }), one, caller(), state())), ['narrow']);
  });
});

describe('a ceiling on the cost', () => {
  const models = [
    model('cheap', 'small', { priceOf: priced(1000, 2000) }),
    model('dear', 'frontier', { priceOf: priced(10_000, 20_000) }),
    model('free', 'mid'),
  ];
  const hundred = { bytes: 400, text: 'x'.repeat(400), maxOutputTokens: 50 };

  test('leaves out what is expected to cost more, or nobody knows how much', () => {
    const plan = decide(made({ models, limits: { maxCostNanoUsd: 1_000_000 } }), asked(hundred), caller(), state());
    assert.deepEqual(modelsOf(plan), ['cheap']);
    assert.deepEqual(plan.attempts[0]?.expected, {
      inputTokens: 100,
      cachedTokens: 0,
      outputTokens: 50,
      costNanoUsd: 200_000,
      passRate: null,
    });
    assert.deepEqual(said(plan, 'guard'), [
      'dear skipped: expected to cost $0.002, the task t allows $0.001',
      'free skipped: what it would cost is not known, the task t allows $0.001',
    ]);
  });

  test('needs a length for the answer: without one the cost is not known', () => {
    const one = made({ models, limits: { maxCostNanoUsd: 1_000_000 } });
    refused(
      () => decide(one, asked({ ...hundred, maxOutputTokens: null }), caller(), state()),
      'cost_limit_exceeded',
      /not known/,
    );
    const typical = made({ models, limits: { maxCostNanoUsd: 1_000_000 }, typicalOutputTokens: 40 });
    const plan = decide(typical, asked({ ...hundred, maxOutputTokens: null }), caller(), state());
    assert.equal(plan.attempts[0]?.expected?.outputTokens, 40);
    assert.equal(
      decide(typical, asked({ ...hundred, maxOutputTokens: 10 }), caller(), state()).attempts[0]?.expected
        ?.outputTokens,
      10,
    );
  });

  test('may come from tenant and request too; the lowest counts, and binds who names a model', () => {
    const one = made({ models, limits: { maxCostNanoUsd: 9_000_000 }, tenant: { maxCostNanoUsd: 1_000_000 } });
    assert.deepEqual(modelsOf(decide(one, asked(hundred), caller(), state())), ['cheap']);
    const header = (usd: string) => caller({ 'x-tierline-max-cost-usd': usd });
    refused(
      () => decide(one, asked(hundred), header('0.0001'), state()),
      'cost_limit_exceeded',
      /header x-tierline-max-cost-usd/,
    );
    assert.deepEqual(modelsOf(decide(one, asked(hundred), header('5'), state())), ['cheap'], 'the tenant allows less');
    refused(
      () => decide(one, { ...asked(hundred), model: 'dear' }, caller(), state()),
      'cost_limit_exceeded',
      /tenant acme allows \$0\.001/,
    );
    for (const usd of ['', 'abc', '-1', 'NaN', '1e9'])
      refused(
        () => decide(one, asked(hundred), header(usd), state()),
        'invalid_request',
        /must be an amount in dollars/,
      );
  });
});

describe('a latency budget', () => {
  const models = [model('slow', 'small'), model('quick', 'mid'), model('new', 'frontier')];
  const known: Record<string, TrackRecord> = {
    slow: record({ p95LatencyMs: 2001 }),
    quick: record({ p95LatencyMs: 2000 }),
  };
  const world = state({ recordOf: (of, name) => (of === 't' ? (known[name] ?? null) : null) });

  test('leaves out models known to be slower; one that is not known stays and is told', () => {
    const plan = decide(made({ models, route: { latencyMs: 2000 } }), asked(), caller(), world);
    assert.deepEqual(modelsOf(plan), ['quick', 'new']);
    assert.deepEqual(said(plan, 'guard'), [
      'slow skipped: 95 % of its answers within 2001 ms, the route allows 2000 ms',
      'new stays: its latency is not known yet, the route allows 2000 ms',
    ]);
  });

  test('refuses when every model is known to be slower', () => {
    const one = made({ models: models.slice(0, 1), route: { latencyMs: 100 } });
    refused(() => decide(one, asked(), caller(), world), 'latency_limit_exceeded', /2001 ms/);
  });
});

test('of several guards the client is told the one that the most suitable model failed', () => {
  const models = [model('a', 'small'), model('b', 'mid', { inputLimit: 1, capabilities: [] })];
  const one = made({ models, limits: { deny: new Set(['a']) } });
  refused(
    () => decide(one, asked({ bytes: 400, text: 'x'.repeat(400) }), caller(), state()),
    'context_length_exceeded',
    /a skipped: denied.*b skipped: about 100/,
  );
});

test('a question that spends nothing has no ceiling, but every other guard', () => {
  const models = [model('a', 'small'), model('b', 'mid')];
  const one = made({ models, limits: { maxCostNanoUsd: 1, deny: new Set(['b']) } });
  assert.deepEqual(modelsOf(decide(one, asked(), caller())), ['a']);
  refused(() => decide(one, asked(), caller(), state()), 'cost_limit_exceeded', /not known/);
});

describe('the very request once more', () => {
  const again = (one: PolicyModel, fields: Partial<PolicyLimits> = {}, of: Parameters<typeof view>[0] = {}) => {
    const { left, refusal } = refusalAgain(one, { view: view(of), caller: caller(), limits: [limits(fields)] });
    return refusal === null ? left : refusal.guard;
  };
  const near = place({ isPrivate: true, region: 'eu' });
  const far = place({ isPrivate: false, region: 'us' });

  test('goes to the deployments that may see it', () => {
    const both = model('m', 'small', { deployments: [far, near] });
    assert.equal(again(both), null);
    assert.deepEqual(again(both, { isPrivate: true }), [1]);
    assert.deepEqual(again(both, { regions: ['us'] }), [0]);
  });

  test('goes to no model that could not have been routed to', () => {
    assert.equal(again(model('m', 'small', { deployments: [far] }), { isPrivate: true }), 'privacy');
    assert.equal(again(model('m', 'small', { deployments: [far] }), { regions: ['eu'] }), 'region');
    assert.equal(again(model('m', 'small'), { deny: new Set(['m']) }), 'deny');
    assert.equal(again(model('m', 'small'), { allow: new Set(['other']) }), 'allow');
    assert.equal(again(model('m', 'small', { kind: 'embedding' })), 'kind');
    assert.equal(
      again(model('m', 'small', { capabilities: [] }), {}, { hasImages: true, imageCount: 1 }),
      'capability',
    );
    assert.equal(
      again(model('m', 'small', { inputLimit: 10, window: 10 }), {}, { bytes: 100, text: 'x'.repeat(100) }),
      'context',
    );
  });
});
