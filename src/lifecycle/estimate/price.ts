// What tokens cost on a model, exactly, by the catalog's tariffs: the amount that `priceUsage` rounds. Fractions of tokens are
// fine here, because means have them.
import type { ModelSpec, Price, RateClass } from '../../catalog/model-spec.ts';
import { priceAt, rateOf, type Tariff, tariffOf } from '../../catalog/price-usage.ts';
import { Fraction, sum } from '../../stats/fraction.ts';

/** Tokens of one call, or of many together. */
export interface Tokens {
  /** Everything that is read, from the cache or not. */
  input: Fraction;
  /** The part of `input` that is read from the prompt cache. */
  cached: Fraction;
  /** The part of `input` that is written to the cache, at its usual time to live. */
  written: Fraction;
  output: Fraction;
  /** Whether they are of many calls, of whose length nothing is known: then none is taken to be a long one. */
  isSum: boolean;
}

export interface PriceTime {
  /** Milliseconds since 1970. */
  atMs: number;
  /** Whether the calls are spread evenly over the day of that moment, for prices that depend on the hour. */
  isSpread: boolean;
  isBatch: boolean;
}

const PER_MILLION = Fraction.of(1_000_000);
const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;

/** Nano-dollars with their fraction; null when a price is not known. */
export function exactPrice(tokens: Tokens, model: ModelSpec | null, time: PriceTime): Fraction | null {
  if (model === null) return null;
  const length = tokens.isSum ? 0 : tokens.input.toNumber();
  const parts = momentsOf(model.prices, time).map(({ atMs, share }) => {
    const tariff = tariffOf(model, length, { atMs, batch: time.isBatch });
    const price = tariff === null ? null : atTariff(tokens, tariff);
    return price?.times(share) ?? null;
  });
  return parts.every((part) => part !== null) ? sum(parts) : null;
}

/** Why these tokens have no price on a model, as what follows its name; null for tokens that have one. */
export function whyUnpriced(tokens: Tokens, model: ModelSpec | null, time: PriceTime): string | null {
  if (exactPrice(tokens, model, time) !== null) return null;
  if (model === null) return 'has no price';
  const length = tokens.isSum ? 0 : tokens.input.toNumber();
  const tariff = tariffOf(model, length, { atMs: time.atMs, batch: time.isBatch });
  if (tariff === null) return time.isBatch ? 'has no batch price' : 'has no price at that moment';
  const missing = classesOf(tokens).filter(([name]) => rateOf(tariff.rates, name) === undefined);
  return `has no price for ${missing.map(([name]) => CLASS_WORDS[name] ?? name).join(' and ')}`;
}

const CLASS_WORDS: Partial<Record<RateClass, string>> = {
  cacheRead: 'cache reads',
  cacheWrite5m: 'cache writes',
};

/** Whether the price of this model depends on the hour, today. */
export function dependsOnHour({ prices }: ModelSpec, { atMs, isBatch }: PriceTime): boolean {
  const moments = momentsOf(prices, { atMs, isBatch, isSpread: true });
  return new Set(moments.map((moment) => priceAt(prices, moment.atMs))).size > 1;
}

function atTariff(tokens: Tokens, { rates, multiplier }: Tariff): Fraction | null {
  const share = Fraction.of(multiplier.times).over(Fraction.of(multiplier.over));
  const parts = classesOf(tokens).map(([name, count]) => {
    const rate = rateOf(rates, name);
    if (rate === undefined) return null;
    const price = count.times(Fraction.of(rate)).over(PER_MILLION);
    return multiplier.except?.includes(name) === true ? price : price.times(share);
  });
  return parts.every((part) => part !== null) ? sum(parts) : null;
}

/** Tokens that there are, each by the rate that they are at. */
function classesOf({ input, cached, written, output }: Tokens): [RateClass, Fraction][] {
  const classes: [RateClass, Fraction][] = [
    ['input', input.minus(cached).minus(written)],
    ['cacheRead', cached],
    ['cacheWrite5m', written],
    ['output', output],
  ];
  return classes.filter(([, count]) => !count.isZero);
}

/** The moment itself; or, spread over the day, one moment within each span of equal prices, with the span's share of the day. */
function momentsOf(prices: readonly Price[], { atMs, isSpread }: PriceTime): { atMs: number; share: Fraction }[] {
  const marks = prices.flatMap(({ utcMinutes }) => utcMinutes ?? []);
  if (!isSpread || marks.length === 0) return [{ atMs, share: Fraction.ONE }];
  const midnightMs = Math.floor(atMs / (DAY_MINUTES * MINUTE_MS)) * DAY_MINUTES * MINUTE_MS;
  const borders = [...new Set([0, ...marks.filter((mark) => mark < DAY_MINUTES)])].sort((one, other) => one - other);
  return borders.map((from, index) => ({
    atMs: midnightMs + from * MINUTE_MS,
    share: Fraction.of((borders[index + 1] ?? DAY_MINUTES) - from).over(Fraction.of(DAY_MINUTES)),
  }));
}
