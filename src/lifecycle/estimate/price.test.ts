import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { overrideSpec } from '../../catalog/spec-override.ts';
import { Fraction } from '../../stats/fraction.ts';
import { dependsOnHour, exactPrice, type PriceTime, type Tokens } from './price.ts';
import { NOON } from './sample.fixture.ts';

const catalog = createCatalog();
const now: PriceTime = { atMs: NOON, isSpread: false, isBatch: false };

function tokens(
  input: number,
  output: number,
  more: { cached?: number; written?: number; isSum?: boolean } = {},
): Tokens {
  const { cached = 0, written = 0, isSum = false } = more;
  return {
    input: Fraction.of(input),
    cached: Fraction.of(cached),
    written: Fraction.of(written),
    output: Fraction.of(output),
    isSum,
  };
}

function price(name: string, asked: Tokens, time: Partial<PriceTime> = {}): number | null {
  return exactPrice(asked, catalog.find('', name), { ...now, ...time })?.toNumber() ?? null;
}

describe('an exact price', () => {
  test('keeps what a nano-dollar is cut into', () => {
    // 0.5 tokens at 1000 nano-dollars, 0.25 at 5000.
    assert.equal(price('anthropic/claude-haiku-4-5', tokens(0.5, 0.25)), 1750);
    // One cached token of gpt-4o-mini in a batch: 75 / 2.
    assert.equal(price('openai/gpt-4o-mini', tokens(1, 0, { cached: 1 }), { isBatch: true }), 37.5);
  });

  test('bills what is read from the cache and written to it as such, and the rest as input', () => {
    // 300 x 1000 + 600 x 100 + 100 x 1250 + 10 x 5000
    const asked = tokens(1000, 10, { cached: 600, written: 100 });
    assert.equal(price('anthropic/claude-haiku-4-5', asked), 535_000);
  });

  test('of a cached batch is 5 % of input where the cache is a tenth and the batch a half', () => {
    assert.equal(price('anthropic/claude-haiku-4-5', tokens(1000, 0, { cached: 1000 }), { isBatch: true }), 50_000);
  });

  test('of a long call is the long one, output too', () => {
    assert.equal(price('openai/gpt-5.5', tokens(300_000, 1000)), 300_000 * 10_000 + 1000 * 45_000);
  });

  test('of many calls together takes none for a long one', () => {
    assert.equal(price('openai/gpt-5.5', tokens(300_000, 1000, { isSum: true })), 300_000 * 5000 + 1000 * 30_000);
  });

  test('has no bound: what a nation would pay is exact, too', () => {
    assert.equal(price('anthropic/claude-opus-4-7', tokens(1e15, 0, { isSum: true })), 5e18);
  });

  test('is unknown without a price, without a batch price, and for a class that none is known of', () => {
    assert.equal(exactPrice(tokens(1, 1), null, now), null);
    assert.equal(price('deepseek/deepseek-v4-flash', tokens(1, 1), { isBatch: true }), null);
    const inputOnly = overrideSpec(null, { vendor: 'local', id: 'm' }, { usdPerMillion: { input: 1 } });
    assert.equal(exactPrice(tokens(5, 1), inputOnly, now), null);
    assert.equal(exactPrice(tokens(5, 0), inputOnly, now)?.toNumber(), 5000);
    assert.equal(exactPrice(tokens(0, 0), inputOnly, now)?.toNumber(), 0);
  });
});

describe('a price that depends on the hour', () => {
  const flash = 'deepseek/deepseek-v4-flash';

  test('is the one of the moment when a moment is asked for', () => {
    assert.equal(price(flash, tokens(1000, 0)), 220_000);
    assert.equal(price(flash, tokens(1000, 0), { atMs: Date.UTC(2026, 10, 24, 2) }), 440_000);
  });

  test('is the mean of the day when calls are spread over it: seven hours of 24 at the double', () => {
    const mean = exactPrice(tokens(1000, 0), catalog.find('', flash), { ...now, isSpread: true });
    assert.equal(mean?.toNumber(6), Number(((17 * 220_000 + 7 * 440_000) / 24).toFixed(6)));
  });

  test('is told from one that does not', () => {
    const spec = (name: string) => catalog.find('', name) ?? assert.fail(name);
    assert.equal(dependsOnHour(spec(flash), now), true);
    assert.equal(dependsOnHour(spec('anthropic/claude-haiku-4-5'), now), false);
  });

  test('did not depend on it before it did', () => {
    const before = { ...now, atMs: Date.UTC(2026, 6, 1, 12) };
    assert.equal(dependsOnHour(catalog.find('', flash) ?? assert.fail(), before), false);
    const spread = exactPrice(tokens(1000, 0), catalog.find('', flash), { ...before, isSpread: true });
    assert.equal(spread?.toNumber(), 140_000);
  });
});
