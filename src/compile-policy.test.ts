import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toUsage } from './call/usage.ts';
import { createCatalog } from './catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from './compile-policy.ts';
import { parseConfig } from './config/load.ts';
import { loadPredictors } from './config/load-predictors.ts';
import { decide } from './policy/decide.ts';
import type { Policy, PolicyModel, PolicyTask } from './policy/policy.ts';
import type { Predictor } from './policy/predictor.ts';
import { caller, modelsOf, said, state, view } from './policy/sample.test.ts';

const NOW = Date.UTC(2026, 10, 24);
const HEAD = `
providers:
  anthropic: { api_key: kkkk, region: us }
  local: { dialect: openai, base_url: "http://h/v1", private: true, region: eu }
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: small }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
  both: { tier: mid, deployments: [{ use: anthropic/claude-haiku-4-5 }, { use: local/x }], price: { input: 3 } }
  odd: local/y
`;

function compile(text: string): Policy {
  const config = parseConfig(HEAD + text, { file: '/tierline.yaml', env: {} });
  return compilePolicy(config, modelPartsOf(config, createCatalog()));
}
const modelOf = (policy: Policy, name: string): PolicyModel => policy.models.get(name) ?? assert.fail();
const taskOf = (written: string): PolicyTask =>
  compile(`tasks: { t: ${written} }`).tasksByName.get('t') ?? assert.fail();

describe('a model', () => {
  const policy = compile('default: haiku');

  test('has its rung, its window and what it can do from the catalog', () => {
    const { rank, window, capabilities } = modelOf(policy, 'sonnet');
    assert.deepEqual([rank, window, capabilities?.includes('tools')], [1, 1_000_000, true]);
    const odd = modelOf(policy, 'odd');
    assert.deepEqual([odd.rank, odd.window, odd.capabilities, odd.inputLimit], [-1, null, null, null]);
  });

  test('has its places with what guards ask of them', () => {
    assert.deepEqual(modelOf(policy, 'both').deployments, [
      { provider: 'anthropic', dialects: ['anthropic-messages'], isPrivate: false, region: 'us' },
      { provider: 'local', dialects: ['openai-chat', 'openai-embeddings'], isPrivate: true, region: 'eu' },
    ]);
  });

  test('costs what the dearest of its allowed places asks, and nobody knows what once one of them is unknown', () => {
    const usage = toUsage({ inputTokens: 1000, outputTokens: 100 });
    assert.equal(modelOf(policy, 'haiku').priceOf(usage, NOW, null), 1_500_000);
    const both = modelOf(policy, 'both');
    assert.equal(both.priceOf(usage, NOW, [0]), 3_500_000);
    assert.equal(both.priceOf(usage, NOW, [1]), null, 'it has no price for output there');
    assert.equal(both.priceOf(usage, NOW, null), null);
    const input = toUsage({ inputTokens: 1000 });
    assert.equal(both.priceOf(input, NOW, null), 3_000_000);
  });

  test('counts a text in its own words, whoever has counted it before', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
    const [first, other] = [modelOf(policy, 'haiku'), modelOf(policy, 'odd')];
    const alone = compile('default: haiku').models.get('odd')?.countTokens(text);
    assert.notEqual(first.countTokens(text), other.countTokens(text));
    assert.equal(other.countTokens(text), alone);
    assert.ok(other.countTokens('') < 1);
  });
});

describe('a task', () => {
  test('that cannot be undone rather fails than answers wrongly', () => {
    assert.equal(taskOf('{ route: haiku, consequence: irreversible, accept: [{ refusal: true }] }').otherwise, 'error');
    assert.equal(taskOf('{ route: haiku, consequence: reversible }').otherwise, 'answer');
  });

  test('has the limits of the file, tiers spelled out', () => {
    const { limits } = taskOf(
      '{ route: haiku, allow: [small, mid], deny: both, regions: us, max_cost_usd: 0.5, private: false }',
    );
    assert.deepEqual(limits, {
      of: 'the task t',
      isPrivate: false,
      regions: ['us'],
      allow: new Set(['haiku', 'sonnet', 'both']),
      deny: new Set(['both']),
      maxCostNanoUsd: 500_000_000,
    });
  });

  test('marks prompts as the file does, unless it says otherwise', () => {
    const policy = compile(
      'prompt_caching: auto\ntasks: { a: { route: haiku }, b: { route: haiku, prompt_caching: off } }',
    );
    assert.deepEqual([policy.marksCache, ...policy.tasks.map((task) => task.marksCache)], [true, true, false]);
  });
});

describe('a route', () => {
  test('knows where its fallbacks begin, whatever its tiers stand for, and says how it reads', () => {
    const { route } = taskOf('{ route: { cascade: [small, mid], fallback: odd, attempt_timeout: 1s } }');
    assert.deepEqual(
      [route.models, route.ownCount, route.say],
      [['haiku', 'sonnet', 'both', 'odd'], 3, 'cascade tier small > tier mid, then odd'],
    );
    const best = taskOf('{ route: { best: cost, quality: 0.9, among: [haiku, sonnet], fallback: odd } }').route;
    assert.deepEqual(
      [best.mode, best.say],
      [{ best: 'cost', quality: 0.9 }, 'best cost among haiku, sonnet, then odd'],
    );
  });

  test('of rules is found by what they say, the first one first', () => {
    const policy = compile(`
user_tier: { header: x-tier }
rules:
  - { when: { user_tier: free, tenant: acme }, route: haiku }
  - { when: { has_code: true }, route: both }
default: sonnet
`);
    const go = (text: string, headers = {}) => decide(policy, view({ text, ask: text }), caller(headers), state());
    assert.deepEqual(modelsOf(go('def f(x):', { 'x-tier': 'free' })), ['haiku']);
    assert.deepEqual(modelsOf(go('def f(x):')), ['both']);
    assert.deepEqual(said(go('def f(x):'), 'rule'), ['rule 2 of the file: both']);
    assert.deepEqual(said(go('words'), 'default'), ['sonnet']);
    assert.deepEqual(modelsOf(go('')), ['sonnet'], 'of an empty text nothing can be told');
  });

  test('of a task is not changed by rules of the file, which are for calls of no task', () => {
    const policy = compile(
      'rules: [{ route: haiku }]\ndefault: odd\ntasks: { t: { route: sonnet, rules: [{ when: { has_tools: true }, route: both }] } }',
    );
    const go = (model: string, hasTools = false) =>
      modelsOf(decide(policy, view({ model, hasTools }), caller(), state()));
    assert.deepEqual([go('auto'), go('auto/t'), go('auto/t', true)], [['haiku'], ['sonnet'], ['both']]);
  });
});

test('tenants are limited wherever they go', () => {
  const policy = compile('default: both\ntenants: { acme: { private: true, deny: haiku } }');
  assert.equal(policy.tenants.get('acme')?.of, 'the tenant acme');
  const plan = decide(policy, view(), caller(), state());
  assert.deepEqual(plan.attempts[0]?.deployments, [1]);
  assert.equal(decide(policy, view(), caller({}, 'other'), state()).attempts[0]?.deployments, null);
});

describe('a predicted route', () => {
  const ARTIFACT = fileURLToPath(import.meta.url);
  const learned = (fields: Partial<Predictor> = {}): Predictor => ({
    id: '0123456789ab',
    models: ['haiku', 'odd', 'sonnet', 'both'],
    reference: 'both',
    isCascade: false,
    encoder: null,
    forecast: () => ({ chances: {}, order: null, say: '' }),
    ...fields,
  });
  const compiled = (written: string, predictor = learned()): PolicyTask => {
    const file = parseConfig(`${HEAD}tasks: { t: ${written} }`, { file: '/tierline.yaml', env: {} });
    const { config, predictors } = loadPredictors(file, () => predictor);
    const policy = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
    return policy.tasksByName.get('t') ?? assert.fail();
  };

  test('has its models by trust: the reference, then the higher tier, then those without one', () => {
    const { route, hasGates } = compiled(`{ route: { predict: ${ARTIFACT}, fallback: [sonnet, haiku] } }`);
    assert.deepEqual([route.models, route.ownCount], [['both', 'sonnet', 'haiku', 'odd'], 4]);
    assert.deepEqual([route.predict?.static, route.isCascade, route.mode, hasGates], ['both', false, null, false]);
    assert.equal(route.say, 'predicted among haiku, odd, sonnet, both');
    const some = compiled(
      `{ route: { predict: ${ARTIFACT}, among: [haiku, sonnet, both], static: haiku, fallback: odd } }`,
    );
    assert.deepEqual([some.route.models, some.route.ownCount], [['both', 'sonnet', 'haiku', 'odd'], 3]);
    assert.deepEqual(
      [some.route.predict?.static, some.route.say],
      ['haiku', 'predicted among haiku, sonnet, both, then odd'],
    );
  });

  test('explores what it is asked to, but nothing where a wrong answer cannot be taken back', () => {
    const shares = (task: string) => {
      const { route, rules } = compiled(task);
      return [route.predict?.exploreShare, rules[0]?.route.predict?.exploreShare];
    };
    const routes = `rules: [{ route: { predict: ${ARTIFACT}, explore: 10% } }], route: { predict: ${ARTIFACT}, explore: 5% }`;
    assert.deepEqual(shares(`{ ${routes} }`), [0.05, 0.1]);
    assert.deepEqual(shares(`{ consequence: reversible, ${routes} }`), [0.05, 0.1]);
    assert.deepEqual(shares(`{ accept: [{ refusal: true }], consequence: irreversible, ${routes} }`), [0, 0]);
  });

  test('of a cascade brings a gate of its own', () => {
    const cascade = learned({ isCascade: true });
    const { hasGates, route } = compiled(`{ route: { predict: ${ARTIFACT}, quality: 95% } }`, cascade);
    assert.equal(hasGates, true);
    assert.equal(route.predict?.gate, JSON.stringify([ARTIFACT, 0.95, null, null]));
    assert.equal(compiled(`{ route: { predict: ${ARTIFACT} } }`).route.predict?.gate, null);
  });

  test('of no task has no gate, so it is no cascade', () => {
    const file = parseConfig(`${HEAD}default: { predict: ${ARTIFACT} }`, { file: '/tierline.yaml', env: {} });
    const { config, predictors } = loadPredictors(file, () => learned({ isCascade: true }));
    const { defaultRoute } = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
    assert.equal(defaultRoute?.predict?.gate, null);
  });

  test('is its static route where its artifact was not loaded', () => {
    const { route } = taskOf(`{ route: { predict: ${ARTIFACT}, among: [haiku, sonnet, odd], static: haiku } }`);
    assert.deepEqual([route.models, route.predict], [['haiku', 'sonnet', 'odd'], null]);
  });
});

describe('a candidate of a rollout', () => {
  test('is compiled as the route of its task would be, and a task without one has none', () => {
    const policy = compile(`
tasks: { t: { accept: [{ refusal: true }], route: sonnet }, u: { route: odd } }
rollouts: { t: { candidate: { cascade: [small, mid], fallback: odd }, by: tenant } }`);
    const { rollout, route } = policy.tasksByName.get('t') ?? assert.fail();
    assert.deepEqual([rollout?.by, rollout?.candidate.models], ['tenant', ['haiku', 'sonnet', 'both', 'odd']]);
    assert.equal(rollout?.candidate.say, 'cascade tier small > tier mid, then odd');
    assert.deepEqual(route.models, ['sonnet']);
    assert.equal(policy.tasksByName.get('u')?.rollout, null);
  });

  test('that is learned explores nothing where the task may not, and gives the base no gate', () => {
    const compiled = (task: string): PolicyTask => {
      const text = `tasks: { t: { route: haiku, ${task} } }\nrollouts: { t: { candidate: { predict: ${fileURLToPath(import.meta.url)}, explore: 5% } } }`;
      const { config, predictors } = loadPredictors(
        parseConfig(HEAD + text, { file: '/tierline.yaml', env: {} }),
        () => ({
          id: '0123456789ab',
          models: ['haiku', 'sonnet'],
          reference: 'sonnet',
          isCascade: true,
          encoder: null,
          forecast: () => ({ chances: {}, order: null, say: '' }),
        }),
      );
      const policy = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
      return policy.tasksByName.get('t') ?? assert.fail();
    };
    const free = compiled('consequence: reversible');
    assert.equal(free.rollout?.candidate.predict?.exploreShare, 0.05);
    assert.notEqual(free.rollout?.candidate.predict?.gate, null);
    assert.equal(free.hasGates, false);
    const careful = compiled('accept: [{ refusal: true }], consequence: irreversible');
    assert.equal(careful.rollout?.candidate.predict?.exploreShare, 0);
  });
});
