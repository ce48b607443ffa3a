// Our prices against those that @pydantic/genai-prices computes from the same data. They must agree to the nano-dollar but
// for these deliberate differences, each checked below or kept out of the comparison:
// - A token class without a rate (audio) is unknown here; there it costs what plain text costs.
// - One-hour cache writes of Claude at Bedrock, Vertex and OpenRouter cost twice the input; there, as five-minute writes.
// - DeepSeek's peak hours begin with their introduction; there they also hold for the days before.
// - deepseek-chat and deepseek-reasoner are V4 Flash, as their maker says; there they cost what V3 did.
// - Models that the package does not have (own-prices.ts), and parts of a bill that are not tokens (searches).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calcPrice } from '@pydantic/genai-prices';
import { totalInputTokens, toUsage, type Usage } from '../call/usage.ts';
import { createCatalog } from './catalog.ts';
import type { ModelSpec } from './model-spec.ts';
import { OWN_PRICES } from './own-prices.ts';
import { priceUsage } from './price-usage.ts';

const catalog = createCatalog();
const NOON = Date.UTC(2026, 10, 24, 12);

const USAGES: readonly Usage[] = [
  toUsage({ inputTokens: 1, outputTokens: 1 }),
  toUsage({ inputTokens: 1234, outputTokens: 567 }),
  toUsage({ inputTokens: 86, cacheReadTokens: 1920, outputTokens: 300 }),
  toUsage({ inputTokens: 10, cacheReadTokens: 33, cacheWrite5mTokens: 4321, outputTokens: 9 }),
  toUsage({ inputTokens: 150_000, cacheReadTokens: 180_001, outputTokens: 2000 }),
];

function theirs(usage: Usage, model: ModelSpec, atMs: number): number | null {
  const price = calcPrice(
    {
      input_tokens: totalInputTokens(usage),
      output_tokens: usage.outputTokens + usage.audioOutputTokens,
      cache_read_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
      cache_write_1h_tokens: usage.cacheWrite1hTokens,
      input_audio_tokens: usage.audioInputTokens,
      output_audio_tokens: usage.audioOutputTokens,
    },
    model.id,
    { providerId: model.vendor, timestamp: new Date(atMs) },
  );
  // Another model there answers to this name: nothing to compare.
  if (price === null || price.model.id.toLowerCase() !== model.id) return null;
  return price.total_price * 1e9;
}

/** Pairs compared, and those further apart than one rounding. */
function compare(
  usages: readonly Usage[],
  atMs: number,
  models = catalog.list(),
): { compared: number; wrong: string[] } {
  const wrong: string[] = [];
  let compared = 0;
  for (const model of models) {
    for (const usage of usages) {
      const own = priceUsage(usage, model, { atMs });
      const other = theirs(usage, model, atMs);
      if (other === null || own.nanoUsd === null) continue;
      compared++;
      if (Math.abs(own.nanoUsd - other) > 1) wrong.push(`${model.vendor}/${model.id}: ${own.nanoUsd}, not ${other}`);
    }
  }
  return { compared, wrong };
}

describe('our prices and those of genai-prices', () => {
  it('agree on every listed model, with caches and long contexts', () => {
    const { compared, wrong } = compare(USAGES, NOON);
    assert.deepEqual(wrong, []);
    assert.ok(compared > 5000, `only ${compared} pairs`);
  });

  it('agree on every hour of a day and on dates of the past', () => {
    const dated = catalog.list().filter((model) => model.prices.length > 1);
    for (let hour = 0; hour < 24; hour++) {
      const { compared, wrong } = compare(USAGES.slice(0, 2), Date.UTC(2026, 10, 24, hour), dated);
      assert.deepEqual(wrong, []);
      assert.ok(compared > 20, `only ${compared} pairs`);
    }
    for (const day of [
      Date.UTC(2025, 4, 1, 12),
      Date.UTC(2026, 2, 12, 12),
      Date.UTC(2026, 6, 31, 12),
      Date.UTC(2027, 0, 1, 12),
    ]) {
      assert.deepEqual(compare(USAGES, day, dated).wrong, []);
    }
  });

  it('agree on audio and on one-hour writes where both have a price', () => {
    const audio = catalog
      .list()
      .filter(({ prices }) => prices[0]?.rates.audioInput !== undefined && prices[0].rates.audioOutput !== undefined);
    const spoken = compare(
      [toUsage({ inputTokens: 50, audioInputTokens: 100, outputTokens: 20, audioOutputTokens: 40 })],
      NOON,
      audio,
    );
    assert.deepEqual(spoken.wrong, []);
    assert.ok(spoken.compared >= 5, `only ${spoken.compared} pairs`);
    const claude = catalog
      .list()
      .filter((model) => model.vendor === 'anthropic' && model.prices[0]?.rates.cacheWrite1h !== undefined);
    const written = compare(
      [toUsage({ inputTokens: 5, cacheWrite5mTokens: 70, cacheWrite1hTokens: 900 })],
      NOON,
      claude,
    );
    assert.deepEqual(written.wrong, []);
    assert.ok(written.compared >= 15, `only ${written.compared} pairs`);
  });

  it('differ on audio without a rate, on purpose', () => {
    const model = catalog.find('openai', 'gpt-4o') as ModelSpec;
    const usage = toUsage({ inputTokens: 5, audioInputTokens: 10 });
    assert.equal(priceUsage(usage, model, { atMs: NOON }).nanoUsd, null);
    assert.ok((theirs(usage, model, NOON) as number) > 0);
  });

  it('differ on one-hour writes of Claude elsewhere, on purpose', () => {
    const model = catalog.find('vertex', 'claude-opus-4-7') as ModelSpec;
    const usage = toUsage({ cacheWrite1hTokens: 100 });
    assert.equal(priceUsage(usage, model, { atMs: NOON }).nanoUsd, 1_000_000);
    assert.equal(Math.round(theirs(usage, model, NOON) as number), 625_000);
  });

  it('differ on models that the package does not have', () => {
    for (const { vendor, id } of OWN_PRICES) {
      const model = catalog.find(vendor, id) as ModelSpec;
      assert.equal(model.id, id);
      assert.equal(
        theirs(toUsage({ inputTokens: 1 }), model, NOON),
        null,
        `${id} is listed now: remove it from own-prices.ts`,
      );
    }
  });
});
