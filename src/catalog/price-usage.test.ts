import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NO_USAGE, toUsage, type Usage } from '../call/usage.ts';
import type { ModelSpec, Price, Rates } from './model-spec.ts';
import { priceAt, priceUsage, rateOf } from './price-usage.ts';

const RATES: Rates = {
  input: 1_000_000_000,
  output: 5_000_000_000,
  cacheRead: 100_000_000,
  cacheWrite5m: 1_250_000_000,
  cacheWrite1h: 2_000_000_000,
  audioInput: 3_000_000_000,
  audioOutput: 6_000_000_000,
};

function model(rates: Rates, more: Partial<ModelSpec> = {}): ModelSpec {
  return {
    id: 'test',
    vendor: 'test',
    contextWindow: null,
    effectiveWindow: null,
    maxOutputTokens: null,
    capabilities: null,
    tokenizer: 'generic',
    prices: [{ rates }],
    serviceTiers: { batch: { times: 1, over: 2 } },
    source: { url: '', asOf: '' },
    ...more,
  };
}

const nano = (usage: Usage, spec: ModelSpec, options = {}): number =>
  priceUsage(usage, spec, { atMs: 0, ...options }).nanoUsd as number;

const tokens = fc.nat({ max: 2_000_000 });
const usages: fc.Arbitrary<Usage> = fc.record({
  inputTokens: tokens,
  cacheReadTokens: tokens,
  cacheWrite5mTokens: tokens,
  cacheWrite1hTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: fc.constant(0),
  audioInputTokens: tokens,
  audioOutputTokens: tokens,
});
/** Up to 600 USD per million, down to fractions of a nano-dollar per token. */
const rate = fc.nat({ max: 600_000_000_000 });
const ratesOf: fc.Arbitrary<Rates> = fc.record({
  input: rate,
  output: rate,
  cacheRead: rate,
  cacheWrite5m: rate,
  cacheWrite1h: rate,
  audioInput: rate,
  audioOutput: rate,
});
const CLASS_FIELDS = [
  ['inputTokens', 'input'],
  ['outputTokens', 'output'],
  ['cacheReadTokens', 'cacheRead'],
  ['cacheWrite5mTokens', 'cacheWrite5m'],
  ['cacheWrite1hTokens', 'cacheWrite1h'],
  ['audioInputTokens', 'audioInput'],
  ['audioOutputTokens', 'audioOutput'],
] as const;

describe('the laws of prices', () => {
  it('are those of exact arithmetic, rounded half up once', () => {
    const fraction = fc.record({ times: fc.integer({ min: 1, max: 20 }), over: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(usages, ratesOf, fraction, (usage, rates, multiplier) => {
        let millionths = 0n;
        for (const [field, name] of CLASS_FIELDS) millionths += BigInt(usage[field]) * BigInt(rates[name] as number);
        const over = BigInt(multiplier.over) * 1_000_000n;
        const exact = (2n * millionths * BigInt(multiplier.times) + over) / (2n * over);
        const spec = model(rates, { serviceTiers: { batch: multiplier } });
        assert.equal(BigInt(nano(usage, spec, { batch: true })), exact);
      }),
    );
  });

  it('hold with classes that are left out of a discount', () => {
    fc.assert(
      fc.property(usages, ratesOf, (usage, rates) => {
        const spec = model(rates, { serviceTiers: { batch: { times: 1, over: 2, except: ['cacheRead'] } } });
        const reads = BigInt(usage.cacheReadTokens) * BigInt(rates.cacheRead as number);
        let others = 0n;
        for (const [field, name] of CLASS_FIELDS) {
          if (name !== 'cacheRead') others += BigInt(usage[field]) * BigInt(rates[name] as number);
        }
        assert.equal(BigInt(nano(usage, spec, { batch: true })), (2n * reads + others + 1_000_000n) / 2_000_000n);
      }),
    );
  });

  it('make disjoint classes add up, but for one rounding each', () => {
    fc.assert(
      fc.property(usages, ratesOf, (usage, rates) => {
        const spec = model(rates);
        let sum = 0;
        for (const [field] of CLASS_FIELDS) sum += nano({ ...NO_USAGE, [field]: usage[field] }, spec);
        assert.ok(Math.abs(nano(usage, spec) - sum) <= CLASS_FIELDS.length / 2 + 1);
      }),
    );
  });

  it('never go below zero and never fall when tokens are added', () => {
    fc.assert(
      fc.property(usages, ratesOf, fc.constantFrom(...CLASS_FIELDS), tokens, (usage, rates, [field], more) => {
        const spec = model(rates);
        const before = nano(usage, spec);
        assert.ok(before >= 0);
        assert.ok(nano({ ...usage, [field]: usage[field] + more }, spec) >= before);
      }),
    );
  });

  it('give the same amount to a reasoning token as to any other output token', () => {
    const plain = toUsage({ outputTokens: 500 });
    assert.equal(nano({ ...plain, reasoningTokens: 400 }, model(RATES)), nano(plain, model(RATES)));
  });
});

describe('what has no price', () => {
  const unknown = { nanoUsd: null, basis: 'unknown' };
  const spec = model({ input: 1, output: 1 });

  it('is unknown without usage, model or price', () => {
    assert.deepEqual(priceUsage(null, spec), unknown);
    assert.deepEqual(priceUsage(NO_USAGE, null), unknown);
    assert.deepEqual(priceUsage(NO_USAGE, model(RATES, { prices: [] })), unknown);
  });

  it('is unknown for a class with tokens and without a rate', () => {
    assert.deepEqual(priceUsage(toUsage({ audioInputTokens: 1 }), spec), unknown);
    assert.deepEqual(priceUsage(toUsage({ audioOutputTokens: 1 }), spec), unknown);
    assert.deepEqual(priceUsage(toUsage({ outputTokens: 1 }), model({ input: 1 })), unknown);
  });

  it('is unknown for a service tier without a published price, however it is named', () => {
    for (const serviceTier of ['flex', 'priority', 'scale', 'constructor', '__proto__', 'toString']) {
      assert.deepEqual(priceUsage(NO_USAGE, spec, { serviceTier }), unknown, serviceTier);
    }
    assert.deepEqual(priceUsage(NO_USAGE, model(RATES, { serviceTiers: {} }), { batch: true }), unknown);
  });

  it('is unknown for counts that are none', () => {
    for (const inputTokens of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(priceUsage(toUsage({ inputTokens }), spec), unknown, String(inputTokens));
    }
  });

  it('is unknown rather than inexact for absurd counts', () => {
    assert.deepEqual(priceUsage(toUsage({ inputTokens: 1e15 }), model(RATES)), unknown);
    assert.equal(nano(toUsage({ inputTokens: 1e11 }), model(RATES)), 1e14);
  });
});

describe('a class without a rate of its own', () => {
  it('is input, for cache reads and for writes of a provider that prices no writes', () => {
    const rates: Rates = { input: 7, output: 9 };
    for (const name of ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const) assert.equal(rateOf(rates, name), 7);
  });

  it('is unknown for an hour of cache where five minutes have a surcharge', () => {
    assert.equal(rateOf({ input: 7, cacheWrite5m: 8 }, 'cacheWrite1h'), undefined);
    const usage = toUsage({ cacheWrite1hTokens: 1 });
    assert.equal(priceUsage(usage, model({ input: 7, cacheWrite5m: 8 })).nanoUsd, null);
  });

  it('is nothing else', () => {
    for (const name of ['output', 'audioInput', 'audioOutput'] as const)
      assert.equal(rateOf({ input: 7 }, name), undefined);
  });
});

describe('the entry of a price list', () => {
  const first: Price = { rates: { input: 1 } };
  const later: Price = { rates: { input: 2 }, validFromMs: Date.UTC(2026, 0, 2) };
  const peak: Price = { rates: { input: 3 }, validFromMs: Date.UTC(2026, 0, 2), utcMinutes: [60, 240] };
  const at = (...utc: [number, number, number?, number?]): number =>
    Date.UTC(2026, utc[0] - 1, utc[1], utc[2] ?? 0, utc[3] ?? 0);

  it('is the last one that has begun', () => {
    assert.equal(priceAt([first, later], at(1, 1, 23, 59)), first);
    assert.equal(priceAt([first, later], at(1, 2)), later);
    assert.equal(priceAt([later], at(1, 1)), null);
  });

  it('is that of the hour, from its first minute to before its last', () => {
    const prices = [first, later, peak];
    assert.equal(priceAt(prices, at(1, 2, 0, 59)), later);
    assert.equal(priceAt(prices, at(1, 2, 1, 0)), peak);
    assert.equal(priceAt(prices, at(1, 2, 3, 59)), peak);
    assert.equal(priceAt(prices, at(1, 2, 4, 0)), later);
    assert.equal(priceAt(prices, at(1, 1, 2, 0)), first);
  });

  it('may be that of hours around midnight', () => {
    const night: Price = { rates: { input: 4 }, utcMinutes: [22 * 60, 60] };
    assert.equal(priceAt([first, night], at(1, 1, 23)), night);
    assert.equal(priceAt([first, night], at(1, 1, 0, 30)), night);
    assert.equal(priceAt([first, night], at(1, 1, 1)), first);
  });

  it('switches the whole request above the mark, all input classes counted', () => {
    const long = model(RATES, {
      prices: [
        {
          rates: { input: 1e9, output: 1e9 },
          longContext: { aboveInputTokens: 10, rates: { input: 2e9, output: 3e9 } },
        },
      ],
    });
    assert.equal(nano(toUsage({ inputTokens: 10, outputTokens: 5 }), long), 15_000);
    assert.equal(nano(toUsage({ inputTokens: 11, outputTokens: 5 }), long), 37_000);
    assert.equal(nano(toUsage({ inputTokens: 1, cacheReadTokens: 5, cacheWrite1hTokens: 5 }), long), 22_000);
  });
});
