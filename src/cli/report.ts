// tierline report: what calls cost, by task, model, provider, tenant or day, and what routing and caches saved. Reads rollups, never raw rows.
import Table from 'cli-table3';
import { formatUsd, type NanoUsd } from '../call/money.ts';
import type { CacheRatesOf } from '../ledger/cache-savings.ts';
import { showCount, showShare, showText, showUsd, UNKNOWN } from '../ledger/display.ts';
import { parseTime } from '../ledger/period.ts';
import { openLedgerReader } from '../ledger/reader.ts';
import { REPORT_BY, type Report, type ReportBy, type ReportQuery, type ReportRow } from '../ledger/report.ts';

export interface ReportOptions {
  /** Path of the ledger file. */
  ledger: string;
  /** One of `REPORT_BY`; task when not said. */
  by?: string;
  /** `7d`, `24h`, or an ISO date. */
  since?: string;
  until?: string;
  tenant?: string;
  task?: string;
  json?: boolean;
  csv?: boolean;
  /** The prices that cache reads and writes are reckoned with; unknown when not given. */
  cacheRates?: CacheRatesOf;
}

/** Prints a report. Throws a sentence for a missing ledger, an unknown grouping or an unreadable time. */
export function reportCommand(options: ReportOptions, print: (text: string) => void, nowMs = Date.now()): void {
  const query = toQuery(options, nowMs);
  const reader = openLedgerReader(options.ledger);
  try {
    const report = reader.report(query, options.cacheRates);
    const skipped = reader.skippedLines();
    if (options.json === true) print(`${JSON.stringify({ ...report, skippedLines: skipped }, null, 2)}\n`);
    else if (options.csv === true) print(toCsv(report));
    else print(toText(report, skipped));
  } finally {
    reader.close();
  }
}

function toQuery(options: ReportOptions, nowMs: number): ReportQuery {
  const by = options.by ?? 'task';
  if (!isReportBy(by)) throw new Error(`"${by}" is no grouping: choose one of ${REPORT_BY.join(', ')}.`);
  const { since, until, tenant, task } = options;
  return {
    by,
    ...(since === undefined ? {} : { sinceMs: parseTime(since, nowMs) }),
    ...(until === undefined ? {} : { untilMs: parseTime(until, nowMs) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(task === undefined ? {} : { task }),
  };
}

function isReportBy(text: string): text is ReportBy {
  return (REPORT_BY as readonly string[]).includes(text);
}

const COLUMNS = [
  'calls',
  'errors',
  'escalated',
  'in',
  'cached',
  'out',
  'cost',
  'per call',
  'baseline',
  'saved',
  'saved %',
  'by caches',
  'unknown',
];

const OPTIONAL: ReadonlySet<string> = new Set(['escalated', 'by caches', 'unknown']);

function toText(report: Report, skipped: number): string {
  const { total } = report;
  if (total.calls === 0 && total.canaries === 0) return 'No calls in this period.\n';
  // A terminal breaks long lines, so what happens to nobody has no column: escalations, caches, unknown sums.
  const cells = [...report.rows, total].map(toCells);
  const isEmpty = (index: number): boolean =>
    !(COLUMNS[index] === 'by caches' && total.cacheUnpricedTokens > 0) &&
    cells.every((row) => row[index] === '0' || row[index] === UNKNOWN);
  const shown = COLUMNS.map((_, index) => index).filter(
    (index) => !OPTIONAL.has(COLUMNS[index] as string) || !isEmpty(index),
  );
  const table = new Table({
    head: [report.by, ...shown.map((index) => COLUMNS[index] as string)],
    colAligns: ['left', ...shown.map(() => 'right' as const)],
    // No colours: the text must read the same in a file or a pipe.
    style: { head: [], border: [], compact: true },
  });
  const names = [...report.rows.map((row) => nameOf(row, report.by)), 'total'];
  for (const [index, row] of cells.entries()) table.push([names[index] ?? '', ...shown.map((at) => row[at] as string)]);
  return `${table.toString()}\n${toNotes(total, skipped)}`;
}

function toCells(row: ReportRow): string[] {
  return [
    showCount(row.calls),
    showCount(row.errors),
    showEscalated(row),
    showCount(row.inputTokens),
    showShare(row.cacheHitRate),
    showCount(row.outputTokens),
    showUsd(row.costNanoUsd),
    showUsd(row.costPerCallNanoUsd),
    showUsd(row.baselineNanoUsd),
    showUsd(row.savingsNanoUsd),
    showShare(row.savingsShare),
    showUsd(row.cacheSavingsNanoUsd),
    showCount(row.calls - row.compared),
  ];
}

/** The number, and its share of the calls where there are any. */
function showEscalated({ escalated, calls }: ReportRow): string {
  return escalated === 0 ? '0' : `${showCount(escalated)} (${showShare(escalated / calls)})`;
}

function nameOf(row: ReportRow, by: ReportBy): string {
  return row.key === null ? `(no ${by})` : showText(row.key);
}

const calls = (count: number): string => `${count} call${count === 1 ? '' : 's'}`;

/** What the figures leave out, in words. */
function toNotes(total: ReportRow, skipped: number): string {
  const uncompared = total.calls - total.compared;
  const notes: string[] = [...sayForeseen(total), ...sayCanaries(total)];
  if (uncompared > 0) {
    notes.push(
      `Unknown: ${calls(total.costUnknown)} without a known cost, ${total.baselineUnknown} without a known baseline; ` +
        `"saved" leaves out ${calls(uncompared)}.`,
    );
  }
  if (total.usageUnknown > 0)
    notes.push(`Tokens: ${calls(total.usageUnknown)} without a count (refused, failed, or not told by the provider).`);
  if (total.cacheUnpricedTokens > 0) {
    const tokens = showCount(total.cacheUnpricedTokens);
    notes.push(`Caches: ${tokens} tokens read or written have no known price and are not part of "by caches".`);
  }
  if (total.costEstimated > 0)
    notes.push(`Estimated: the cost of ${total.costEstimated} calls comes from our own count.`);
  if (skipped > 0) notes.push(`Damage: ${skipped} journal lines could not be read (table skipped_lines).`);
  return notes.map((note) => `${note}\n`).join('');
}

/** How often predicted routes went by a forecast, and why they did not. */
function sayForeseen({ predicted, explored, pinned, static: fixed, unforeseen }: ReportRow): string[] {
  const all = predicted + explored + pinned + fixed;
  if (all === 0) return [];
  const { no_evidence: unknown, broken, late, resting } = unforeseen;
  const without = unknown + broken + late + resting;
  const whys = [
    [unknown, 'without evidence'],
    [broken, 'broken'],
    [late, 'late'],
    [resting, 'resting'],
  ].flatMap(([count, why]) => (count === 0 ? [] : [`${count} ${why}`]));
  const share = `${showShare(without / all)} without a forecast${whys.length === 0 ? '' : ` (${whys.join(', ')})`}`;
  return [
    `Predicted routes: ${calls(all)}, ${predicted} by forecast, ${explored} explored, ${pinned} kept by a session, ${fixed} static; ${share}.`,
  ];
}

function sayCanaries({ canaries, canaryNanoUsd, canaryUnknown }: ReportRow): string[] {
  if (canaries === 0) return [];
  const unknown = canaryUnknown === 0 ? '' : `, ${canaryUnknown} of unknown cost`;
  return [`Canaries: ${showCount(canaries)} for ${showUsd(canaryNanoUsd)}${unknown}; "cost" and "saved" include it.`];
}

const CSV_FIELDS: [string, (row: ReportRow) => string | number | null][] = [
  ['calls', (row) => row.calls],
  ['errors', (row) => row.errors],
  ['partials', (row) => row.partials],
  ['clients_gone', (row) => row.clientsGone],
  ['escalated', (row) => row.escalated],
  ['input_tokens', (row) => row.inputTokens],
  ['output_tokens', (row) => row.outputTokens],
  ['usage_unknown', (row) => row.usageUnknown],
  ['cost_usd', (row) => usd(row.costNanoUsd)],
  ['cost_per_call_usd', (row) => usd(row.costPerCallNanoUsd)],
  ['cost_unknown', (row) => row.costUnknown],
  ['baseline_usd', (row) => usd(row.baselineNanoUsd)],
  ['baseline_unknown', (row) => row.baselineUnknown],
  ['compared', (row) => row.compared],
  ['savings_usd', (row) => usd(row.savingsNanoUsd)],
  ['savings_share', (row) => row.savingsShare],
  ['cache_read_tokens', (row) => row.cacheReadTokens],
  ['cache_write_tokens', (row) => row.cacheWriteTokens],
  ['cache_hit_rate', (row) => row.cacheHitRate],
  ['cache_savings_usd', (row) => usd(row.cacheSavingsNanoUsd)],
  ['cache_unpriced_tokens', (row) => row.cacheUnpricedTokens],
  ['predicted', (row) => row.predicted],
  ['explored', (row) => row.explored],
  ['pinned', (row) => row.pinned],
  ['static', (row) => row.static],
  ['canaries', (row) => row.canaries],
  ['canary_usd', (row) => usd(row.canaryNanoUsd)],
  ['canary_unknown', (row) => row.canaryUnknown],
];

/** One line per group, without the total; an unknown value is an empty field (RFC 4180). */
function toCsv(report: Report): string {
  const head = [report.by, ...CSV_FIELDS.map(([name]) => name)];
  const lines = report.rows.map((row) => [row.key, ...CSV_FIELDS.map(([, read]) => read(row))]);
  return [head, ...lines].map((fields) => `${fields.map(quote).join(',')}\r\n`).join('');
}

function usd(amount: NanoUsd | null): string | null {
  return amount === null ? null : formatUsd(amount);
}

function quote(field: string | number | null): string {
  const text = field === null ? '' : String(field);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
