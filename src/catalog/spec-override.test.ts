import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCatalog } from './catalog.ts';
import type { ModelSpec } from './model-spec.ts';
import { overrideSpec } from './spec-override.ts';

const catalog = createCatalog();
const gpt = catalog.find('openai', 'gpt-5.5') as ModelSpec;
const named = { vendor: 'local', id: 'Llama-3.3-70B' };

describe('what an operator says of a model', () => {
  it('changes nothing when nothing is said', () => {
    assert.equal(overrideSpec(gpt, named, {}), gpt);
    assert.equal(overrideSpec(gpt, named, { usdPerMillion: null, contextWindow: null }), gpt);
    assert.equal(overrideSpec(null, named, {}), null);
  });

  it('makes a spec of a model that the catalog does not list', () => {
    const spec = overrideSpec(null, named, {
      usdPerMillion: { input: 0.0001 },
      contextWindow: 8192,
      maxOutputTokens: 100,
    });
    assert.deepEqual(spec?.prices, [{ rates: { input: 100_000 } }]);
    assert.equal(spec?.contextWindow, 8192);
    assert.equal(spec?.effectiveWindow, 8192);
    assert.equal(spec?.maxOutputTokens, 100);
    assert.equal(spec?.tokenizer, 'llama');
    assert.equal(spec?.source.url, 'configuration');
  });

  it('holds above the long-context mark too, and leaves what it does not say', () => {
    const [price] = overrideSpec(gpt, named, { usdPerMillion: { input: 4 } })?.prices ?? [];
    assert.deepEqual(price?.rates, { input: 4e9, output: 30e9, cacheRead: 0.5e9 });
    assert.deepEqual(price?.longContext, {
      aboveInputTokens: 271_999,
      rates: { input: 4e9, output: 45e9, cacheRead: 1e9 },
    });
    assert.deepEqual(gpt.prices[0]?.rates.input, 5e9);
  });

  it('takes a limit or an ability without touching prices or their source', () => {
    const spec = overrideSpec(gpt, named, { contextWindow: 100_000, capabilities: ['tools'] });
    assert.equal(spec?.effectiveWindow, 100_000);
    assert.deepEqual(spec?.capabilities, ['tools']);
    assert.equal(spec?.prices, gpt.prices);
    assert.equal(spec?.source, gpt.source);
  });
});
