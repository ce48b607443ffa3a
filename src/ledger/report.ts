// Sums and savings for a period, from the rollups alone: a report never scans raw rows.
// What is not known is counted apart; it is never added as zero.
import type { DatabaseSync } from 'node:sqlite';
import type { NanoUsd } from '../call/money.ts';
import type { WhyStatic } from '../call/prediction.ts';
import { type CacheRatesOf, type CacheSavings, queryCacheSavings, totalCacheSavings } from './cache-savings.ts';
import { LATENCY_BOUNDS_MS } from './schema.ts';

export type ReportBy = 'task' | 'model' | 'provider' | 'tenant' | 'day';

export const REPORT_BY: readonly ReportBy[] = ['task', 'model', 'provider', 'tenant', 'day'];

/** Times in milliseconds since 1970, widened to whole hours (UTC): rollups are kept by the hour. */
export interface ReportQuery {
  by: ReportBy;
  sinceMs?: number;
  /** Exclusive. */
  untilMs?: number;
  tenant?: string;
  task?: string;
}

/** Sums over the calls of one group, and over what was found out about them afterwards. Amounts are null when they are known for none of the calls. */
export interface ReportRow {
  /** The task, model, provider, tenant or day (UTC); null for calls without a task or without a model that answered. */
  key: string | null;
  calls: number;
  errors: number;
  partials: number;
  clientsGone: number;
  escalated: number;
  attempts: number;
  /** Everything the models had to read, cached or not. */
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Share of the input tokens that was read from a prompt cache, 0 to 1; null without any input. */
  cacheHitRate: number | null;
  /** What cache reads saved less what writes cost more, over the tokens whose price is known; null when none is. */
  cacheSavingsNanoUsd: NanoUsd | null;
  /** Tokens read from a cache or written to one that are not in it. */
  cacheUnpricedTokens: number;
  /** Everything they generated, reasoning and audio included. */
  outputTokens: number;
  reasoningTokens: number;
  usageUnknown: number;
  /** Everything spent: on the calls, and on their canaries. */
  costNanoUsd: NanoUsd | null;
  costUnknown: number;
  costEstimated: number;
  costPerCallNanoUsd: NanoUsd | null;
  /** Calls that were answered again by a stronger model, what that cost, and how often the cost is not known. */
  canaries: number;
  canaryNanoUsd: NanoUsd;
  canaryUnknown: number;
  baselineNanoUsd: NanoUsd | null;
  baselineUnknown: number;
  /** Calls whose cost and baseline are both known; only they count in the savings. */
  compared: number;
  /** Baseline less everything spent, canaries included. */
  savingsNanoUsd: NanoUsd | null;
  /** Savings as a share of the baseline, 0 to 1, negative when routing cost more; null without a baseline. */
  savingsShare: number | null;
  latencyMeanMs: number | null;
  /** Calls of predicted routes whose first model the forecast chose, a draw, a session's pin, or the static route. */
  predicted: number;
  explored: number;
  pinned: number;
  static: number;
  /** Those without a forecast, by why there was none. */
  unforeseen: Record<WhyStatic, number>;
  /** Upper bound of the histogram's bucket that holds the 95th percentile; null when it lies beyond the last bound. */
  latencyP95Ms: number | null;
}

export interface Report {
  by: ReportBy;
  /** Most expensive first; days in their order. */
  rows: ReportRow[];
  total: ReportRow;
}

const HOUR_MS = 3_600_000;

const GROUPS: Record<ReportBy, string> = {
  task: 'task',
  model: 'model',
  provider: 'provider',
  tenant: 'tenant',
  day: `strftime('%Y-%m-%d', hour * 3600, 'unixepoch')`,
};

const SUMS = {
  calls: 'calls',
  errors: 'errors',
  partials: 'partials',
  clientsGone: 'clients_gone',
  escalated: 'escalated',
  attempts: 'attempts',
  inputTokens: 'input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + audio_input_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cacheWriteTokens: 'cache_write_5m_tokens + cache_write_1h_tokens',
  outputTokens: 'output_tokens + audio_output_tokens',
  reasoningTokens: 'reasoning_tokens',
  usageUnknown: 'usage_unknown',
  cost: 'cost_nano_usd',
  costUnknown: 'cost_unknown',
  costEstimated: 'cost_estimated',
  baseline: 'baseline_nano_usd',
  baselineUnknown: 'baseline_unknown',
  compared: 'compared',
  comparedCost: 'compared_cost_nano_usd',
  comparedBaseline: 'compared_baseline_nano_usd',
  latencyUs: 'latency_us',
  predicted: 'foreseen_predicted',
  explored: 'foreseen_explored',
  pinned: 'foreseen_pinned',
  static: 'foreseen_static',
  noEvidence: 'unforeseen_no_evidence',
  broken: 'unforeseen_broken',
  late: 'unforeseen_late',
  resting: 'unforeseen_resting',
  canaries: 'canaries',
  canaryNanoUsd: 'canary_nano_usd',
  canaryUnknown: 'canary_unknown',
} as const;

type Sums = Record<keyof typeof SUMS, number> & { buckets: number[] };
type SqlRow = Record<string, unknown>;

const NO_RATES: CacheRatesOf = () => null;

/** Sums the rollups of a period. Without `ratesOf` nothing is said of what caches saved. Throws SQLite's errors. */
export function queryReport(db: DatabaseSync, query: ReportQuery, ratesOf: CacheRatesOf = NO_RATES): Report {
  // TOTAL, not SUM: exact up to 2^53, and past that a rounded number where SUM would be one that JavaScript cannot read.
  const sums = Object.entries(SUMS).map(([name, expression]) => `TOTAL(${expression}) AS ${name}`);
  const buckets = LATENCY_BOUNDS_MS.map((_, bucket) => `TOTAL(latency_bucket_${bucket}) AS bucket${bucket}`);
  const { where, values } = toWhere(query);
  const groups = db
    .prepare(
      `SELECT ${GROUPS[query.by]} AS key, ${[...sums, ...buckets].join(', ')} FROM rollups ${where} GROUP BY key`,
    )
    .all(...values)
    .map((row) => ({ key: String(row['key']), sums: toSums(row) }));
  const caches = queryCacheSavings(db, { group: GROUPS[query.by], where, values }, ratesOf);
  const rows = groups.map(({ key, sums: own }) => toReportRow(key === '' ? null : key, own, caches.get(key)));
  const all = groups.map((group) => group.sums).reduce(addSums, toSums({}));
  const total = toReportRow(null, all, totalCacheSavings(caches.values()));
  return { by: query.by, rows: sortRows(rows, query.by), total };
}

function toWhere(query: ReportQuery): { where: string; values: (string | number)[] } {
  const conditions: [string, string | number | undefined][] = [
    ['hour >= ?', query.sinceMs === undefined ? undefined : Math.floor(query.sinceMs / HOUR_MS)],
    ['hour < ?', query.untilMs === undefined ? undefined : Math.ceil(query.untilMs / HOUR_MS)],
    ['tenant = ?', query.tenant],
    ['task = ?', query.task],
  ];
  const asked = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined);
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`;
  return { where, values: asked.map(([, value]) => value) };
}

function toSums(row: SqlRow): Sums {
  const names = Object.keys(SUMS) as (keyof typeof SUMS)[];
  const sums = Object.fromEntries(names.map((name) => [name, Number(row[name] ?? 0)])) as Omit<Sums, 'buckets'>;
  return { ...sums, buckets: LATENCY_BOUNDS_MS.map((_, bucket) => Number(row[`bucket${bucket}`] ?? 0)) };
}

function addSums(a: Sums, b: Sums): Sums {
  const names = Object.keys(SUMS) as (keyof typeof SUMS)[];
  const sums = Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Omit<Sums, 'buckets'>;
  return { ...sums, buckets: a.buckets.map((count, bucket) => count + (b.buckets[bucket] ?? 0)) };
}

function toReportRow(key: string | null, sums: Sums, caches: CacheSavings | undefined): ReportRow {
  const { cost, baseline, comparedCost, comparedBaseline, latencyUs, buckets, ...others } = sums;
  const { noEvidence, broken, late, resting, ...counts } = others;
  const timed = buckets.reduce((sum, count) => sum + count, 0);
  const priced = sums.calls - sums.costUnknown;
  const spent = cost + sums.canaryNanoUsd;
  const isSpent = priced > 0 || sums.canaryNanoUsd > 0;
  const savings = comparedBaseline - comparedCost - sums.canaryNanoUsd;
  return {
    key,
    ...counts,
    cacheHitRate: sums.inputTokens === 0 ? null : sums.cacheReadTokens / sums.inputTokens,
    cacheSavingsNanoUsd: caches === undefined || caches.pricedTokens === 0 ? null : caches.nanoUsd,
    cacheUnpricedTokens: caches?.unpricedTokens ?? 0,
    costNanoUsd: isSpent ? spent : null,
    costPerCallNanoUsd: priced === 0 ? null : Math.round(spent / priced),
    baselineNanoUsd: sums.calls === sums.baselineUnknown ? null : baseline,
    savingsNanoUsd: sums.compared === 0 && sums.canaryNanoUsd === 0 ? null : savings,
    savingsShare: comparedBaseline === 0 ? null : savings / comparedBaseline,
    unforeseen: { no_evidence: noEvidence, broken, late, resting },
    latencyMeanMs: timed === 0 ? null : latencyUs / timed / 1000,
    latencyP95Ms: percentile(buckets, 0.95),
  };
}

function percentile(buckets: number[], share: number): number | null {
  const rank = Math.ceil(buckets.reduce((sum, count) => sum + count, 0) * share);
  if (rank === 0) return null;
  let seen = 0;
  const bucket = buckets.findIndex((count) => {
    seen += count;
    return seen >= rank;
  });
  const bound = LATENCY_BOUNDS_MS[bucket] ?? Infinity;
  return Number.isFinite(bound) ? bound : null;
}

function sortRows(rows: ReportRow[], by: ReportBy): ReportRow[] {
  const byKey = (a: ReportRow, b: ReportRow): number => (a.key ?? '').localeCompare(b.key ?? '');
  if (by === 'day') return rows.sort(byKey);
  return rows.sort((a, b) => (b.costNanoUsd ?? 0) - (a.costNanoUsd ?? 0) || byKey(a, b));
}
