// What prompt caches saved: reads at the price of input less what they cost, less what writes cost more. Worked out from the
// token sums of the rollups at the prices of the hour; tokens without a known price are counted apart.
import type { DatabaseSync } from 'node:sqlite';
import type { NanoUsd } from '../call/money.ts';

/** Nano-dollars per million tokens; null for a class without a known price. */
export interface CacheRates {
  input: NanoUsd;
  cacheRead: NanoUsd | null;
  cacheWrite5m: NanoUsd | null;
  cacheWrite1h: NanoUsd | null;
}

/** The rates of a configured model at a provider at a time; null when they are not known. */
export type CacheRatesOf = (model: string, provider: string, atMs: number) => CacheRates | null;

export interface CacheSavings {
  /** Negative when writes cost more than reads saved. */
  nanoUsd: NanoUsd;
  /** Tokens read or written whose price is known, and those whose price is not. */
  pricedTokens: number;
  unpricedTokens: number;
}

/** Which rollups, and how they are grouped: SQL that the report has made, with the values of its conditions. */
export interface RollupSelection {
  group: string;
  where: string;
  values: readonly (string | number)[];
}

const CLASSES = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;
const COLUMNS = {
  cacheRead: 'cache_read_tokens',
  cacheWrite5m: 'cache_write_5m_tokens',
  cacheWrite1h: 'cache_write_1h_tokens',
};
const HOUR_MS = 3_600_000;
const MILLION = 1e6;

/** By the key of the group. Throws SQLite's errors. */
export function queryCacheSavings(
  db: DatabaseSync,
  { group, where, values }: RollupSelection,
  ratesOf: CacheRatesOf,
): Map<string, CacheSavings> {
  const sums = CLASSES.map((name) => `TOTAL(${COLUMNS[name]}) AS ${name}`).join(', ');
  const rows = db
    .prepare(
      `SELECT ${group} AS key, model, provider, hour, ${sums} FROM rollups ${where} GROUP BY key, model, provider, hour`,
    )
    .all(...values);
  const savings = new Map<string, CacheSavings>();
  for (const row of rows) {
    const rates = ratesOf(String(row['model']), String(row['provider']), Number(row['hour']) * HOUR_MS);
    const key = String(row['key']);
    const sum = savings.get(key) ?? { nanoUsd: 0, pricedTokens: 0, unpricedTokens: 0 };
    savings.set(key, sum);
    for (const name of CLASSES) addClass(sum, Number(row[name]), { rates, rate: rates?.[name] ?? null });
  }
  return savings;
}

function addClass(
  sum: CacheSavings,
  tokens: number,
  { rates, rate }: { rates: CacheRates | null; rate: NanoUsd | null },
): void {
  if (rates === null || rate === null) {
    sum.unpricedTokens += tokens;
    return;
  }
  sum.pricedTokens += tokens;
  sum.nanoUsd += Math.round((tokens / MILLION) * (rates.input - rate));
}

/** The sum of all groups. */
export function totalCacheSavings(savings: Iterable<CacheSavings>): CacheSavings {
  const total = { nanoUsd: 0, pricedTokens: 0, unpricedTokens: 0 };
  for (const { nanoUsd, pricedTokens, unpricedTokens } of savings) {
    total.nanoUsd += nanoUsd;
    total.pricedTokens += pricedTokens;
    total.unpricedTokens += unpricedTokens;
  }
  return total;
}
