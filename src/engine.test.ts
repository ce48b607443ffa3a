import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyPlan, type Plan } from './call/plan.ts';
import { toUsage, type Usage } from './call/usage.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { parseConfig } from './config/load.ts';
import type { Delivered } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { createFacts } from './dialect/pipe.ts';
import { createEngine, createMemory, type PolicyMemory } from './engine.ts';
import { sampleAttempt, sampleRow } from './ledger/sample-row.test.ts';
import { decide } from './policy/decide.ts';
import { modelsOf, caller as sampleCaller, view as sampleView } from './policy/sample.test.ts';
import type { PlanState } from './policy/state.ts';
import type { Connection } from './provider/connection.ts';
import type { Engine } from './router.ts';

const AT_MS = Date.UTC(2026, 10, 24);
const USAGE = toUsage({ inputTokens: 1000, outputTokens: 100 });

function spec(id: string, changes: Partial<ModelSpec> = {}): ModelSpec {
  return {
    id,
    vendor: 'acme',
    contextWindow: 1000,
    effectiveWindow: null,
    maxOutputTokens: null,
    capabilities: null,
    tokenizer: 'o200k',
    prices: [{ rates: { input: 1e9, output: 2e9 } }],
    serviceTiers: { flex: { times: 1, over: 2 } },
    source: { url: 'test', asOf: '2026-11-24' },
    ...changes,
  };
}

/** `a-cheap` and `a-dear` count alike; `a-odd` has another vocabulary; `b-*` is not listed. */
const SPECS = [
  spec('a-cheap', { maxOutputTokens: 4000 }),
  spec('a-dear', { prices: [{ rates: { input: 10e9, output: 20e9 } }], effectiveWindow: 600, maxOutputTokens: 64_000 }),
  spec('a-odd', { tokenizer: 'claude', prices: [{ rates: { input: 10e9, output: 20e9 } }] }),
];
const CATALOG: Catalog = {
  asOf: '2026-11-24',
  find: (_vendor, model) => SPECS.find(({ id }) => id === model) ?? null,
  list: () => SPECS,
};

const HEAD = `
providers:
  one: { dialect: openai, base_url: "http://127.0.0.1:1/v1" }
  two: { dialect: anthropic, base_url: "http://127.0.0.1:2" }
`;
const MODELS = `
models:
  cheap: { use: one/a-cheap, tier: small }
  dear: { tier: frontier, deployments: [{ use: one/a-dear, weight: 3 }, { use: two/a-odd }] }
  plain: { use: one/b-none, tier: small }
`;

function compile(text: string, memory?: PolicyMemory, rolloutOf?: PlanState['rolloutOf']): Engine {
  const config = parseConfig(HEAD + text, { file: '/tierline.yaml', env: {} });
  const connections = new Map(
    [...config.providers.keys()].map((name) => [name, { name, vendor: 'acme' } as unknown as Connection]),
  );
  return createEngine(config, {
    catalog: CATALOG,
    connections,
    ...(memory && { memory }),
    ...(rolloutOf && { rolloutOf }),
  });
}

function deployment(engine: Engine, model: string, index = 0): Deployment {
  return engine.delivery.deploymentsOf(model)[index] ?? assert.fail(`${model} has no deployment ${index}`);
}

function delivered(engine: Engine, model: string, at: { index?: number; serviceTier?: string } = {}): Delivered {
  const facts = createFacts();
  facts.serviceTier = at.serviceTier ?? null;
  return {
    attempt: { model, tier: '' },
    deployment: deployment(engine, model, at.index),
    result: { facts },
  } as unknown as Delivered;
}

describe('the names of models', () => {
  test("lead from the provider's own name, with and without the provider, to the configured one", () => {
    const { aliases } = compile(MODELS).policy;
    assert.deepEqual(Object.fromEntries(aliases), {
      'a-cheap': 'cheap',
      'a-dear': 'dear',
      'a-odd': 'dear',
      'b-none': 'plain',
      'one/a-cheap': 'cheap',
      'one/a-dear': 'dear',
      'one/b-none': 'plain',
      'two/a-odd': 'dear',
    });
  });

  test('that two models claim lead nowhere, those that only one has still do', () => {
    const { aliases } = compile('models: { x: one/a-cheap, y: two/a-cheap, z: one/a-cheap }').policy;
    assert.deepEqual([...aliases], [['two/a-cheap', 'y']]);
  });
});

describe('routes', () => {
  const routeOf = (route: string): [string[], string] => {
    const { tasksByName } = compile(`${MODELS}tasks: { t: { route: ${route} } }`).policy;
    const made = tasksByName.get('t')?.route ?? assert.fail();
    return [[...made.models], made.say];
  };

  test('of a tier are all of its models in the order of the file', () => {
    assert.deepEqual(routeOf('{ tier: small }'), [['cheap', 'plain'], 'tier small']);
  });

  test('go on with their fallbacks, and name no model twice', () => {
    assert.deepEqual(routeOf('{ model: plain, fallback: [small, dear] }'), [
      ['plain', 'cheap', 'dear'],
      'plain, then tier small, then dear',
    ]);
  });

  test('by default are the one of the file, else the baseline, else none', () => {
    assert.deepEqual(compile(`${MODELS}baseline: dear\ndefault: cheap`).policy.defaultRoute?.models, ['cheap']);
    assert.deepEqual(compile(`${MODELS}baseline: dear`).policy.defaultRoute?.models, ['dear']);
    assert.equal(compile(MODELS).policy.defaultRoute, null);
  });

  test('of a task with model rules claim requests for those names', () => {
    const { tasksByName } = compile(
      `${MODELS}tasks:\n  a: { match: { model: "gpt-*" }, route: cheap }\n  b: { match: { header: { x-a: b } }, route: cheap }`,
    ).policy;
    assert.deepEqual([tasksByName.get('a')?.claimsModels, tasksByName.get('b')?.claimsModels], [true, false]);
  });
});

describe('the room of a model', () => {
  const limit = (text: string, model: string): number | null =>
    compile(text).policy.models.get(model)?.inputLimit ?? null;

  test("is the guard's share of the window that input may fill", () => {
    assert.equal(limit(MODELS, 'cheap'), 800);
    assert.equal(limit(MODELS, 'dear'), 480);
    assert.equal(limit(`${MODELS}context_guard: 50%`, 'dear'), 300);
  });

  test('is not limited when the window is not known, unless the operator knows it', () => {
    assert.equal(limit(MODELS, 'plain'), null);
    assert.equal(limit('models: { plain: { use: one/b-none, context_window: 200 } }', 'plain'), 160);
    assert.equal(limit('models: { cheap: { use: one/a-cheap, context_window: 200 } }', 'cheap'), 160);
  });
});

describe('deployments', () => {
  test('have the weights of the file and a breaker each', () => {
    const engine = compile(MODELS);
    const made = engine.delivery.deploymentsOf('dear');
    assert.deepEqual(
      made.map(({ connection, upstreamModel, weight }) => [connection.name, upstreamModel, weight]),
      [
        ['one', 'a-dear', 3],
        ['two', 'a-odd', 1],
      ],
    );
    assert.notEqual(made[0]?.breaker, made[1]?.breaker);
    assert.equal(made[0]?.breaker.isClosed, true);
    assert.deepEqual(engine.delivery.deploymentsOf('nobody'), []);
  });

  test('of a provider without a connection are a mistake that names both', () => {
    const config = parseConfig(HEAD + MODELS, { file: '/tierline.yaml', env: {} });
    assert.throws(() => createEngine(config, { catalog: CATALOG, connections: new Map() }), /provider one .* cheap/);
  });

  test('ask for what the model can write when nobody said a bound, and never for more than fits most', () => {
    const engine = compile(MODELS);
    assert.equal(engine.defaultMaxTokens(deployment(engine, 'cheap')), 4000);
    assert.equal(engine.defaultMaxTokens(deployment(engine, 'dear')), 8192);
    assert.equal(engine.defaultMaxTokens(deployment(engine, 'plain')), 8192);
  });

  test('take time limits and retries from the file', () => {
    const { options } = compile(
      `${MODELS}timeouts: { first_byte: 3s, idle: 4s, total: 5s }\nretries: { max_attempts: 2 }`,
    ).delivery;
    assert.deepEqual(
      [options.firstByteMs, options.idleMs, options.totalMs, options.maxAttempts],
      [3000, 4000, 5000, 2],
    );
  });
});

describe('strictness', () => {
  test("is the file's, or the task's own", () => {
    const tasks =
      'tasks: { lax: { route: cheap }, hard: { route: cheap, strict: true }, soft: { route: cheap, strict: false } }';
    const engine = compile(`${MODELS}${tasks}`);
    assert.deepEqual(
      [engine.isStrict('hard'), engine.isStrict('lax'), engine.isStrict('no'), engine.isStrict(null)],
      [true, false, false, false],
    );
    const strict = compile(`${MODELS}strict: true\n${tasks}`);
    assert.deepEqual([strict.isStrict('hard'), strict.isStrict('lax'), strict.isStrict(null)], [true, true, true]);
    assert.equal(strict.isStrict('soft'), false);
  });
});

describe('the price of an answer', () => {
  const costOf = (engine: Engine, of: Delivered, usage: Usage = USAGE) => engine.pricing(AT_MS).costOf(of, usage);

  test('is that of the deployment that gave it', () => {
    const engine = compile(MODELS);
    assert.deepEqual(costOf(engine, delivered(engine, 'cheap')), { nanoUsd: 1_200_000, basis: 'measured' });
    assert.deepEqual(costOf(engine, delivered(engine, 'dear', { index: 1 })), {
      nanoUsd: 12_000_000,
      basis: 'measured',
    });
  });

  test('is the same for the usage of the answer as for the ledger', () => {
    const engine = compile(MODELS);
    assert.equal(engine.costOf(deployment(engine, 'cheap'), USAGE, { atMs: AT_MS, serviceTier: null }), 1_200_000);
    assert.equal(engine.costOf(deployment(engine, 'cheap'), USAGE, { atMs: AT_MS, serviceTier: 'flex' }), 600_000);
    assert.equal(engine.costOf(deployment(engine, 'plain'), USAGE, { atMs: AT_MS, serviceTier: null }), null);
  });

  test('follows the service tier, and is unknown for a tier without a price', () => {
    const engine = compile(MODELS);
    assert.equal(costOf(engine, delivered(engine, 'cheap', { serviceTier: 'flex' })).nanoUsd, 600_000);
    const priority = costOf(engine, delivered(engine, 'cheap', { serviceTier: 'priority' }));
    assert.deepEqual(priority, { nanoUsd: null, basis: 'unknown' });
  });

  test('is unknown for a model nobody lists, and what the operator says where they say it', () => {
    const engine = compile(MODELS);
    assert.deepEqual(costOf(engine, delivered(engine, 'plain')), { nanoUsd: null, basis: 'unknown' });
    const own = compile(
      'models: { plain: { use: one/b-none, price: { input: 3, output: 5 } }, cheap: { use: one/a-cheap, price: { output: 7 } } }',
    );
    assert.equal(costOf(own, delivered(own, 'plain')).nanoUsd, 3_500_000);
    assert.equal(costOf(own, delivered(own, 'cheap')).nanoUsd, 1_700_000);
  });
});

describe('the price of the baseline', () => {
  const baselineOf = (engine: Engine, of: Delivered) => engine.pricing(AT_MS).baselineOf(of, USAGE);

  test('is that of the same tokens when both models count alike', () => {
    const engine = compile(`${MODELS}baseline: dear`);
    assert.equal(engine.pricing(AT_MS).baselineModel, 'dear');
    assert.deepEqual(baselineOf(engine, delivered(engine, 'cheap')), { nanoUsd: 12_000_000, basis: 'measured' });
  });

  test('is exactly what was paid when the baseline itself answered, service tier and deployment included', () => {
    const engine = compile(`${MODELS}baseline: dear`);
    for (const at of [{}, { serviceTier: 'flex' }, { index: 1 }, { index: 1, serviceTier: 'flex' }]) {
      const answer = delivered(engine, 'dear', at);
      assert.deepEqual(baselineOf(engine, answer), engine.pricing(AT_MS).costOf(answer, USAGE));
    }
  });

  test('is that of another model where the call is compared with that one, whatever the configured baseline', () => {
    for (const text of [`${MODELS}baseline: dear`, MODELS]) {
      const engine = compile(text);
      const answer = delivered(engine, 'cheap');
      const pricing = engine.pricing(AT_MS, 'cheap');
      assert.equal(pricing.baselineModel, 'cheap');
      assert.deepEqual(pricing.baselineOf(answer, USAGE), pricing.costOf(answer, USAGE));
    }
    const unlisted = compile(MODELS).pricing(AT_MS, 'nobody');
    assert.deepEqual(unlisted.baselineModel, null);
  });

  test('is an estimate when the vocabularies differ or one is not known', () => {
    const engine = compile('models: { odd: two/a-odd, dear: one/a-dear, plain: one/b-none }\nbaseline: dear');
    assert.equal(baselineOf(engine, delivered(engine, 'odd')).basis, 'estimated');
    assert.equal(baselineOf(engine, delivered(engine, 'plain')).basis, 'estimated');
  });

  test('is unknown without a baseline and without its price', () => {
    const none = compile(MODELS);
    assert.equal(none.pricing(AT_MS).baselineModel, null);
    assert.deepEqual(baselineOf(none, delivered(none, 'cheap')), { nanoUsd: null, basis: 'unknown' });
    const unpriced = compile(`${MODELS}baseline: plain`);
    assert.deepEqual(baselineOf(unpriced, delivered(unpriced, 'cheap')), { nanoUsd: null, basis: 'unknown' });
  });
});

describe('what the planner remembers', () => {
  const CASCADE = `${MODELS}tasks: { t: { route: { cascade: [cheap, dear], attempt_timeout: 1s } } }`;
  const asked = sampleView({ model: 'auto/t', hasAnswer: true });
  const go = (engine: Engine): Plan =>
    decide(engine.policy, asked, sampleCaller({ 'x-session-id': 's' }), engine.planState(AT_MS));
  const escalated = sampleRow({ task: 't', atMs: AT_MS, model: 'dear', attempts: [] });

  test('is where a conversation was escalated to', () => {
    const engine = compile(CASCADE);
    const first = go(engine);
    assert.deepEqual(modelsOf(first), ['cheap', 'dear']);
    engine.learn(first, escalated);
    const next = go(engine);
    assert.deepEqual(modelsOf(next), ['dear', 'cheap']);
    assert.equal(next.pin?.previous?.isEscalated, true);
  });

  test('outlives the configuration when it is handed on, and not otherwise', () => {
    const memory = createMemory();
    const engine = compile(CASCADE, memory);
    engine.learn(go(engine), escalated);
    assert.deepEqual(modelsOf(go(compile(CASCADE, memory))), ['dear', 'cheap']);
    assert.deepEqual(modelsOf(go(compile(CASCADE))), ['cheap', 'dear']);
  });

  test('is told which rollouts run by whoever knows, and by nobody otherwise', () => {
    const rollout = `${MODELS}tasks: { t: { route: dear } }\nrollouts: { t: { candidate: cheap } }`;
    let percent = 0;
    const engine = compile(rollout, undefined, (task) => (task === 't' ? { rollout: 'r-1', percent } : null));
    assert.deepEqual([go(engine).arm?.arm, modelsOf(go(engine))], ['base', ['dear']]);
    percent = 100;
    assert.deepEqual([go(engine).arm?.arm, modelsOf(go(engine))], ['candidate', ['cheap']]);
    assert.deepEqual([go(compile(rollout)).arm, modelsOf(go(compile(rollout)))], [null, ['dear']]);
  });

  test('of the candidate is forgotten when the rollout is rolled back, and lasts where it goes on', () => {
    const rollout = `${MODELS}tasks: { t: { route: { model: plain, fallback: dear } } }
rollouts: { t: { candidate: { cascade: [cheap, dear], attempt_timeout: 1s } } }`;
    let percent = 100;
    const engine = compile(rollout, undefined, () => ({ rollout: 'r-1', percent }));
    engine.learn(go(engine), escalated);
    assert.deepEqual(modelsOf(go(engine)), ['dear', 'cheap']);
    percent = 0;
    assert.deepEqual(modelsOf(go(engine)), ['plain', 'dear']);
  });

  test('is how long answers are, so that it can be told what one will cost', () => {
    const engine = compile(`${MODELS}tasks: { t: { route: cheap, max_cost_usd: 1 } }`);
    assert.throws(() => go(engine), /what it would cost is not known/);
    const attempts = [sampleAttempt({ model: 'cheap', status: 'ok', usage: toUsage({ outputTokens: 40 }) })];
    engine.learn(emptyPlan(), sampleRow({ task: 't', attempts }));
    assert.equal(go(engine).attempts[0]?.expected?.outputTokens, 40);
  });
});
