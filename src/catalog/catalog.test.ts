import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCatalog } from './catalog.ts';
import type { ModelSpec } from './model-spec.ts';
import { overrideSpec } from './spec-override.ts';

const catalog = createCatalog();
const idOf = (provider: string, model: string): string | null => {
  const spec = catalog.find(provider, model);
  return spec && `${spec.vendor}/${spec.id}`;
};
/** Dollars per million tokens in and out, above every mark of date and hour. */
const listPrice = (provider: string, model: string): unknown[] => {
  const rates = catalog.find(provider, model)?.prices.at(-1)?.rates;
  return [(rates?.input ?? Number.NaN) / 1e9, (rates?.output ?? Number.NaN) / 1e9];
};

describe('the catalog', () => {
  it('has the prices that must be exact', () => {
    assert.deepEqual(listPrice('anthropic', 'claude-haiku-4-5'), [1, 5]);
    assert.deepEqual(listPrice('anthropic', 'claude-sonnet-4-6'), [3, 15]);
    assert.deepEqual(listPrice('anthropic', 'claude-opus-4-7'), [5, 25]);
    assert.deepEqual(listPrice('openai', 'gpt-5.4-mini'), [0.75, 4.5]);
    assert.deepEqual(listPrice('openai', 'gpt-5.5'), [5, 30]);
    assert.deepEqual(listPrice('google', 'gemini-2.5-flash-lite'), [0.1, 0.4]);
    assert.deepEqual(listPrice('openai', 'gpt-4o'), [2.5, 10]);
    assert.deepEqual(listPrice('openai', 'gpt-4o-mini'), [0.15, 0.6]);
  });

  it('has cache prices of Claude at a tenth, five quarters and twice the input', () => {
    for (const name of ['claude-haiku-4-5', 'claude-sonnet-4-6', 'claude-opus-4-7']) {
      const rates = catalog.find('anthropic', name)?.prices.at(-1)?.rates;
      const input = rates?.input as number;
      assert.deepEqual(
        [rates?.cacheRead, rates?.cacheWrite5m, rates?.cacheWrite1h],
        [input / 10, input * 1.25, input * 2],
      );
    }
  });

  it('finds a model under its dated, versioned and prefixed names', () => {
    const haiku = 'anthropic/claude-haiku-4-5';
    for (const name of [
      'claude-haiku-4-5',
      'claude-haiku-4-5-20251001',
      'Claude-Haiku-4.5',
      'anthropic/claude-haiku-4-5',
      ' claude-haiku-4-5 ',
      'claude-haiku-4-5@20251001',
    ]) {
      assert.equal(idOf('anthropic', name), haiku, name);
    }
    assert.equal(idOf('', 'anthropic/claude-haiku-4-5-20251001'), haiku);
    assert.equal(idOf('openai', 'gpt-4o-mini-2024-07-18'), 'openai/gpt-4o-mini');
    assert.equal(idOf('openai', 'gpt-4o-2027-01-31'), 'openai/gpt-4o');
    assert.equal(idOf('google', 'models/gemini-2.0-flash-001'), 'google/gemini-2.0-flash');
    assert.equal(idOf('google', 'gemini-2.5-pro-preview-05-06'), 'google/gemini-2.5-pro');
    assert.equal(idOf('vertex', 'publishers/anthropic/models/claude-opus-4-7@default'), 'google/claude-opus-4-7');
  });

  it('finds Bedrock models by inference profile and ARN, the global ones apart', () => {
    const regional = 'aws/regional.anthropic.claude-haiku-4-5-20251001-v1:0';
    assert.equal(idOf('bedrock', 'anthropic.claude-haiku-4-5-20251001-v1:0'), regional);
    assert.equal(idOf('bedrock', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0'), regional);
    assert.equal(
      idOf('bedrock', 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0'),
      regional,
    );
    assert.equal(
      idOf('bedrock', 'global.anthropic.claude-haiku-4-5-20251001-v1:0'),
      'aws/global.anthropic.claude-haiku-4-5-20251001-v1:0',
    );
    assert.equal(idOf('bedrock', 'us.amazon.nova-lite-v1:0'), 'aws/amazon.nova-lite-v1:0');
    assert.equal(idOf('bedrock', 'global.amazon.nova-lite-v1:0'), null);
  });

  it('knows other vendors by their usual names', () => {
    assert.equal(idOf('gemini', 'gemini-2.5-flash-lite'), 'google/gemini-2.5-flash-lite');
    assert.equal(idOf('xai', 'grok-4'), 'x-ai/grok-4-0709');
    assert.equal(idOf('openrouter', 'anthropic/claude-haiku-4.5'), 'openrouter/anthropic/claude-haiku-4.5');
    assert.equal(idOf('azure', 'gpt-4o'), 'azure/gpt-4o');
  });

  it('takes no similar model for one that is not listed', () => {
    for (const [provider, name] of [
      ['openai', 'gpt-4o-mega'],
      ['openai', 'gpt-4o-mini-preview'],
      ['openai', 'gpt'],
      ['openai', ''],
      ['openai', 'claude-haiku-4-5'],
      ['anthropic', 'claude-sonnet-5-9'],
      ['anthropic', 'claude-haiku-4-5-turbo'],
      ['anthropic', 'my-claude-haiku-4-5'],
      ['local', 'gpt-4o'],
      ['local', 'openai/gpt-oss-20b'],
      ['__proto__', 'x'],
      ['constructor', 'constructor/name'],
      ['', 'gpt-4o'],
      ['', '__proto__/x'],
    ] as const) {
      assert.equal(catalog.find(provider, name), null, `${provider} ${name}`);
    }
  });

  it('takes the most exact of several names', () => {
    assert.equal(idOf('openai', 'gpt-4o-2024-05-13'), 'openai/gpt-4o-2024-05-13');
    assert.equal(idOf('anthropic', 'claude-opus-4-20250514'), 'anthropic/claude-opus-4-0');
    assert.equal(idOf('anthropic', 'claude-sonnet-5-5'), 'anthropic/claude-sonnet-5-5');
  });

  it('answers the same question with the same object', () => {
    assert.equal(catalog.find('openai', 'gpt-4o'), catalog.find('openai', 'gpt-4o'));
  });

  it('lists every model under a name that finds it again', () => {
    const lost: string[] = [];
    for (const { vendor, id } of catalog.list()) {
      if (catalog.find(vendor, id)?.id !== id) lost.push(`${vendor}/${id}`);
    }
    assert.deepEqual(lost, []);
  });

  it('has integer rates, sources and dates throughout', () => {
    for (const { prices, source, id } of catalog.list()) {
      assert.match(source.asOf, /^20\d\d-\d\d-\d\d$/);
      assert.match(source.url, /^https:\/\//, id);
      for (const { rates, longContext } of prices) {
        for (const rate of [...Object.values(rates), ...Object.values(longContext?.rates ?? {})]) {
          assert.ok(Number.isSafeInteger(rate) && rate >= 0, id);
        }
      }
    }
  });

  it('lets the specs of an operator go before its own', () => {
    const own = overrideSpec(
      catalog.find('openai', 'gpt-4o'),
      { vendor: 'openai', id: 'gpt-4o' },
      { usdPerMillion: { input: 2 } },
    ) as ModelSpec;
    const priced = createCatalog([own]);
    assert.equal(priced.find('openai', 'gpt-4o')?.prices[0]?.rates.input, 2e9);
    assert.equal(catalog.find('openai', 'gpt-4o')?.prices[0]?.rates.input, 2.5e9);
    assert.equal(priced.list()[0]?.id, 'gpt-4o');
  });
});
