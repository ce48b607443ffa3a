// The price of one attempt: usage times rates, exact and rounded half up once. Unknown is said, never counted as zero.
import { type Cost, type NanoUsd, UNKNOWN_COST } from '../call/money.ts';
import { totalInputTokens, type Usage } from '../call/usage.ts';
import type { ModelSpec, Multiplier, Price, RateClass, Rates } from './model-spec.ts';

export interface PricingOptions {
  /** When the request was sent, milliseconds since 1970. Now, when not given. */
  atMs?: number;
  /** Whether it went through the provider's batch endpoint. */
  batch?: boolean;
  /** `service_tier` as the provider's answer said it; the normal tier when not given. */
  serviceTier?: string | null;
}

const PER_MILLION = 1e6;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Beyond this many nano-dollars (140,000 USD for one attempt) the count is broken and the arithmetic not exact. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER / 64;
const NORMAL: Multiplier = Object.freeze({ times: 1, over: 1 });
/** How providers name the service without discount or surcharge. */
const NORMAL_TIERS: ReadonlySet<string> = new Set(['', 'default', 'standard', 'auto', 'standard_only', 'on_demand']);

/**
 * What `usage` costs on `model`. Unknown without usage or price, for a token class that has tokens but no rate, and for a
 * service tier whose price is not published (contracts such as Anthropic's priority tier).
 */
export function priceUsage(usage: Usage | null, model: ModelSpec | null, options: PricingOptions = {}): Cost {
  if (usage === null || model === null) return UNKNOWN_COST;
  const tariff = tariffOf(model, totalInputTokens(usage), options);
  const nanoUsd = tariff === null ? null : total(usage, tariff);
  return nanoUsd === null ? UNKNOWN_COST : { nanoUsd, basis: 'measured' };
}

/** What one request is billed by: rates by class, and the fraction of them that its service tier costs. */
export interface Tariff {
  rates: Rates;
  multiplier: Multiplier;
}

/** The tariff of a request with so many input tokens of all classes; null when none is known. */
export function tariffOf(model: ModelSpec, inputTokens: number, options: PricingOptions = {}): Tariff | null {
  const price = priceAt(model.prices, options.atMs ?? Date.now());
  const multiplier = multiplierOf(model, options);
  if (price === null || multiplier === null) return null;
  const long = price.longContext;
  const isLong = long !== undefined && inputTokens > long.aboveInputTokens;
  if (isLong && multiplier.isShortContextOnly === true) return null;
  return { rates: isLong ? long.rates : price.rates, multiplier };
}

/** The entry that holds at a moment: the last one whose start and hours fit. Null when none does. */
export function priceAt(prices: readonly Price[], atMs: number): Price | null {
  for (let index = prices.length - 1; index >= 0; index--) {
    const price = prices[index] as Price;
    if ((price.validFromMs === undefined || atMs >= price.validFromMs) && isWithinHours(price, atMs)) return price;
  }
  return null;
}

function isWithinHours(price: Price, atMs: number): boolean {
  if (price.utcMinutes === undefined) return true;
  const minute = Math.floor(atMs / MINUTE_MS) % DAY_MINUTES;
  const [from, to] = price.utcMinutes;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function multiplierOf(model: ModelSpec, options: PricingOptions): Multiplier | null {
  if (options.batch === true) return model.serviceTiers.batch ?? null;
  const said = options.serviceTier;
  if (said === undefined || said === null) return NORMAL;
  const tier = said.toLowerCase();
  if (NORMAL_TIERS.has(tier)) return NORMAL;
  return tier === 'batch' || tier === 'flex' || tier === 'priority' ? (model.serviceTiers[tier] ?? null) : null;
}

/**
 * The rate a class is billed at. A cache read without a price of its own is ordinary input: the provider gives no
 * discount. So is a cache write where the provider prices no writes at all; but a provider that asks more for some writes
 * has a price for the other ones too, we only do not know it.
 */
export function rateOf(rates: Rates, name: RateClass): NanoUsd | undefined {
  const own = rates[name];
  if (own !== undefined) return own;
  switch (name) {
    case 'cacheRead':
    case 'cacheWrite5m':
      return rates.input;
    case 'cacheWrite1h':
      return rates.cacheWrite5m === undefined ? rates.input : undefined;
    default:
      return undefined;
  }
}

/**
 * A sum of products that can pass 2^53, kept exact in two halves: whole nano-dollars, and millionths of them. Null when a
 * class has tokens but no rate, or a count is not a count.
 */
class ExactSum {
  private whole = 0;
  private millionths = 0;
  private isKnown = true;

  add(tokens: number, rate: NanoUsd | undefined): void {
    if (tokens === 0) return;
    if (rate === undefined || !Number.isInteger(tokens) || tokens < 0) {
      this.isKnown = false;
      return;
    }
    const perToken = Math.floor(rate / PER_MILLION);
    this.whole += tokens * perToken;
    this.millionths += tokens * (rate - perToken * PER_MILLION);
  }

  /** The sum times a fraction, as halves for the final rounding. */
  times({ times, over }: Multiplier): { whole: number; rest: number; over: number } | null {
    const carry = Math.floor(this.millionths / PER_MILLION);
    const whole = this.whole + carry;
    if (!this.isKnown || !(whole <= MAX_EXACT)) return null;
    const scaled = whole * times;
    const quotient = Math.floor(scaled / over);
    const millionths = this.millionths - carry * PER_MILLION;
    return { whole: quotient, rest: (scaled - quotient * over) * PER_MILLION + millionths * times, over };
  }
}

function total(usage: Usage, { rates, multiplier }: Tariff): NanoUsd | null {
  const except = multiplier.except;
  const discounted = new ExactSum();
  const full = except === undefined ? discounted : new ExactSum();
  const sumOf = (name: RateClass): ExactSum => (except?.includes(name) === true ? full : discounted);
  sumOf('input').add(usage.inputTokens, rates.input);
  sumOf('output').add(usage.outputTokens, rates.output);
  sumOf('cacheRead').add(usage.cacheReadTokens, rateOf(rates, 'cacheRead'));
  sumOf('cacheWrite5m').add(usage.cacheWrite5mTokens, rateOf(rates, 'cacheWrite5m'));
  sumOf('cacheWrite1h').add(usage.cacheWrite1hTokens, rateOf(rates, 'cacheWrite1h'));
  sumOf('audioInput').add(usage.audioInputTokens, rates.audioInput);
  sumOf('audioOutput').add(usage.audioOutputTokens, rates.audioOutput);
  const first = discounted.times(multiplier);
  const second = except === undefined ? NOTHING : full.times(NORMAL);
  if (first === null || second === null) return null;
  const over = first.over * PER_MILLION;
  const rest = first.rest + second.rest * first.over;
  return first.whole + second.whole + Math.floor((2 * rest + over) / (2 * over));
}

const NOTHING = Object.freeze({ whole: 0, rest: 0, over: 1 });
