import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BatchAnswer, type BatchPrice, createBatchPricing } from './batch-price.ts';
import { toUsage } from './call/usage.ts';
import { createCatalog } from './catalog/catalog.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { overrideSpec } from './catalog/spec-override.ts';

const catalog = createCatalog();
const specOf = (vendor: string, model: string): ModelSpec => catalog.find(vendor, model) ?? assert.fail(model);

const made = (name: string, tier: string, provider: string, upstreamModel: string, spec: ModelSpec | null) => ({
  name,
  tier,
  spec,
  deployments: [{ connection: { name: provider }, upstreamModel, spec }],
});

const MINI = made('mini', 'small', 'openai', 'gpt-5.4-mini', specOf('openai', 'gpt-5.4-mini'));
const BIG = made('big', '', 'openai', 'gpt-5.4', specOf('openai', 'gpt-5.4'));
const HAIKU = made('haiku', 'small', 'claude', 'claude-haiku-4-5', specOf('anthropic', 'claude-haiku-4-5'));
const VECTORS = made('vectors', '', 'openai', 'text-embedding-3-small', specOf('openai', 'text-embedding-3-small'));
const LOCAL = made('local', '', 'own', 'llama', null);
const USAGE = toUsage({ inputTokens: 1000, outputTokens: 100 });

function price(answer: Partial<BatchAnswer>, baseline: typeof BIG | null = BIG, isOwnBaseline = false): BatchPrice {
  const pricing = createBatchPricing({
    catalog,
    models: [MINI, BIG, HAIKU, VECTORS, LOCAL].values(),
    baseline,
    isOwnBaseline,
    vendorOf: (provider) => ({ claude: 'anthropic', own: 'own' })[provider] ?? provider,
  });
  return pricing({
    provider: 'openai',
    model: 'gpt-5.4-mini',
    usage: USAGE,
    kind: 'chat',
    atMs: Date.now(),
    ...answer,
  });
}

const half = (input: number, output: number): number => (input * 1000 + output * 100) * 1000 * 0.5;

describe('an answer out of a batch', () => {
  test('costs half of what it costs otherwise, and so does the baseline', () => {
    assert.deepEqual(price({}), {
      model: 'mini',
      tier: 'small',
      cost: { nanoUsd: half(0.75, 4.5), basis: 'measured' },
      baselineModel: 'big',
      baseline: { nanoUsd: half(2.5, 15), basis: 'measured' },
    });
  });

  test('is compared with itself where calls are only observed', () => {
    const { cost, baselineModel, baseline } = price({}, BIG, true);
    assert.deepEqual([baselineModel, baseline], ['mini', cost]);
    assert.notDeepEqual(baseline, price({}).baseline);
  });

  test('is of the configured model that is served by it, dated names included', () => {
    assert.equal(price({ model: 'gpt-5.4-mini-2026-03-17' }).model, 'mini');
    assert.equal(price({ provider: 'claude', model: 'claude-haiku-4-5-20251001' }).model, 'haiku');
    assert.equal(price({ provider: 'own', model: 'llama' }).model, 'local');
    assert.deepEqual([price({ model: 'gpt-5.4' }).model, price({ model: 'gpt-5.4' }).tier], ['big', null]);
  });

  test('of a model that is not configured has the provider’s name and the catalog’s price', () => {
    const found = price({ model: 'gpt-4o-mini-2024-07-18' });
    assert.deepEqual([found.model, found.tier], ['gpt-4o-mini-2024-07-18', null]);
    assert.deepEqual(found.cost, { nanoUsd: half(0.15, 0.6), basis: 'measured' });
    // The same model at another provider is not configured there.
    assert.equal(price({ provider: 'claude', model: 'gpt-5.4-mini' }).model, 'gpt-5.4-mini');
  });

  test('is unknown without price, without usage, and where no rate of batches is known', () => {
    const unknown = { nanoUsd: null, basis: 'unknown' };
    assert.deepEqual(price({ model: 'gpt-unheard-of' }).cost, unknown);
    assert.deepEqual(price({ usage: null }).cost, unknown);
    const spec = overrideSpec(null, { vendor: 'own', id: 'llama' }, { usdPerMillion: { input: 1, output: 1 } });
    const pricing = createBatchPricing({
      catalog,
      models: [made('local', '', 'own', 'llama', spec)],
      baseline: null,
      vendorOf: (provider) => provider,
    });
    const own = pricing({ provider: 'own', model: 'llama', usage: USAGE, kind: 'chat', atMs: 0 });
    assert.deepEqual([own.cost, own.baselineModel, own.baseline], [unknown, null, unknown]);
  });

  test('of the baseline itself is exactly its own baseline', () => {
    const found = price({ model: 'gpt-5.4' });
    assert.deepEqual([found.baselineModel, found.baseline], ['big', found.cost]);
  });

  test('of vectors is compared with itself', () => {
    const found = price({ model: 'text-embedding-3-small', kind: 'embedding', usage: toUsage({ inputTokens: 1000 }) });
    assert.deepEqual([found.model, found.cost.nanoUsd], ['vectors', 10_000]);
    assert.deepEqual([found.baselineModel, found.baseline], ['vectors', found.cost]);
  });

  test('is an estimate of the baseline where vocabularies differ', () => {
    assert.equal(price({ provider: 'claude', model: 'claude-haiku-4-5' }).baseline.basis, 'estimated');
  });
});
