import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { baselineCost } from './baseline-cost.ts';
import { createCatalog } from './catalog.ts';
import type { ModelSpec } from './model-spec.ts';
import { priceUsage } from './price-usage.ts';
import { familyRatio } from './token-count.ts';
import { createTokenRatios } from './token-ratios.ts';

const catalog = createCatalog();
const find = (vendor: string, id: string): ModelSpec => catalog.find(vendor, id) as ModelSpec;
const haiku = find('anthropic', 'claude-haiku-4-5');
const sonnet = find('anthropic', 'claude-sonnet-4-6');
const opus = find('anthropic', 'claude-opus-4-7');
const mini = find('openai', 'gpt-4o-mini');
const atMs = Date.UTC(2026, 10, 24, 12);
const usage = toUsage({ inputTokens: 1000, outputTokens: 100, cacheReadTokens: 5000, cacheWrite5mTokens: 400 });

describe('the cost of the baseline', () => {
  it('is the cost itself when the baseline answered', () => {
    const cost = baselineCost(usage, { served: sonnet, baseline: sonnet }, { atMs });
    assert.deepEqual(cost, priceUsage(usage, sonnet, { atMs }));
  });

  it('is measured, and as warm in the cache, on a model that counts alike', () => {
    // 1000 x 3000 + 5000 x 300 + 400 x 3750 + 100 x 15000
    const cost = baselineCost(usage, { served: haiku, baseline: sonnet }, { atMs });
    assert.deepEqual(cost, { nanoUsd: 7_500_000, basis: 'measured' });
  });

  it('is estimated from more tokens where the baseline has another vocabulary', () => {
    const ratio = familyRatio('o200k', 'claude');
    const tokens = Math.round(1_000_000 * ratio);
    const cost = baselineCost(toUsage({ inputTokens: 1_000_000 }), { served: mini, baseline: sonnet }, { atMs });
    assert.deepEqual(cost, { nanoUsd: tokens * 3000, basis: 'estimated' });
    assert.ok(ratio > 1.1);
  });

  it('is estimated between old and new Claude models', () => {
    const cost = baselineCost(usage, { served: haiku, baseline: opus }, { atMs });
    assert.equal(cost.basis, 'estimated');
    assert.ok((cost.nanoUsd as number) > (priceUsage(usage, opus, { atMs }).nanoUsd as number) * 1.25);
  });

  it('takes what was learned about both models', () => {
    const ratios = createTokenRatios();
    for (let call = 0; call < 300; call++) ratios.observe('anthropic/claude-sonnet-4-6', 1000, 1500);
    const input = toUsage({ inputTokens: 100_000 });
    const plain = baselineCost(input, { served: mini, baseline: sonnet }, { atMs }).nanoUsd as number;
    const learned = baselineCost(input, { served: mini, baseline: sonnet }, { atMs, ratios }).nanoUsd as number;
    assert.ok(Math.abs(learned / plain - 1.5) < 0.01);
  });

  it('leaves audio alone, which no vocabulary counts', () => {
    const audio = find('openai', 'gpt-audio');
    const spoken = toUsage({ audioInputTokens: 100 });
    const cost = baselineCost(spoken, { served: find('google', 'gemini-2.5-flash'), baseline: audio }, { atMs });
    assert.deepEqual(cost, { nanoUsd: 3_200_000, basis: 'estimated' });
  });

  it('is estimated when nothing is known of the model that answered', () => {
    assert.equal(baselineCost(usage, { served: null, baseline: sonnet }, { atMs }).basis, 'estimated');
  });

  it('is unknown without usage, without baseline, and for classes it has no price for', () => {
    const unknown = { nanoUsd: null, basis: 'unknown' };
    assert.deepEqual(baselineCost(null, { served: mini, baseline: sonnet }), unknown);
    assert.deepEqual(baselineCost(usage, { served: mini, baseline: null }), unknown);
    assert.deepEqual(baselineCost(toUsage({ audioInputTokens: 1 }), { served: mini, baseline: sonnet }), unknown);
  });

  it("switches to long context by the baseline's own count", () => {
    const long = find('anthropic', 'claude-haiku-5-5');
    const input = toUsage({ inputTokens: 80_000 });
    const cost = baselineCost(input, { served: mini, baseline: long }, { atMs });
    assert.equal(cost.nanoUsd, Math.round(80_000 * familyRatio('o200k', 'claude-new')) * 500);
  });

  it('is a whole number of nano-dollars for any usage', () => {
    fc.assert(
      fc.property(fc.nat(3_000_000), fc.nat(200_000), (inputTokens, outputTokens) => {
        const cost = baselineCost(toUsage({ inputTokens, outputTokens }), { served: mini, baseline: opus }, { atMs });
        assert.ok(Number.isSafeInteger(cost.nanoUsd) && (cost.nanoUsd as number) >= 0);
      }),
    );
  });
});
