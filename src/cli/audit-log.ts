// What `tierline audit from-log` prints: the tasks of a log by spend, which of them are worth a profile first, and what could not be read.
// Makes text; printing it is the caller's.
import Table from 'cli-table3';
import { showCount, showDuration, showShare, showText, showUsd, UNKNOWN } from '../ledger/display.ts';
import type { AuditGroup } from '../lifecycle/audit/audit-group.ts';
import type { LogAudit, ReadFile } from '../lifecycle/audit/read-log.ts';
import { worthTesting } from '../lifecycle/audit/worth-testing.ts';

const MOST_ROWS = 30;
const NAME_WIDTH = 23;

export function logAuditPage(audit: LogAudit): string {
  const sections = [...audit.files.map(fileLine), '', spanLine(audit), '', toTable(audit), ...moreLine(audit)];
  const worth = worthTesting(audit.groups);
  if (worth.length > 0) {
    sections.push(
      '',
      `Worth testing first, the largest saving on top (up to so much less${audit.perMonth === null ? '' : ' a month'} at catalog prices, before gates and escalations):`,
    );
    for (const { name, savingNanoUsd, why } of worth)
      sections.push(`  ${showUsd(savingNanoUsd).padStart(9)}  ${showText(name)}: ${showText(why)}`);
  }
  const personal = audit.groups.filter((group) => group.personal.calls > 0);
  if (personal.length > 0) sections.push('', ...personal.map(personalLine));
  return `${sections.join('\n')}\n`;
}

function fileLine(file: ReadFile): string {
  const skipped = Object.entries(file.skipped).map(([what, count]) => `${showCount(count)} ${what} left out`);
  const unreadable =
    file.unreadable === 0
      ? []
      : [
          `${showCount(file.unreadable)} of ${showCount(file.records)} records cannot be read, the first in line ${file.firstUnreadable}`,
        ];
  const format = file.formats.length === 0 ? 'no known format' : file.formats.join(', ');
  return `${showText(file.path)} (${format}): ${[`${showCount(file.calls)} calls`, ...skipped, ...unreadable].join('; ')}.`;
}

function spanLine({ span, perMonth, groups, isFull }: LogAudit): string {
  const basis = groups.reduce(
    (sum, { spendBasis }) => ({
      priced: sum.priced + spendBasis.priced,
      estimated: sum.estimated + spendBasis.estimated,
      unknown: sum.unknown + spendBasis.unknown,
    }),
    { priced: 0, estimated: 0, unknown: 0 },
  );
  const calls = groups.reduce((sum, group) => sum + group.calls, 0);
  const spend = groups.reduce((sum, group) => sum + group.spendNanoUsd, 0);
  const from =
    span.fromMs === null || span.toMs === null
      ? 'no times'
      : `${day(span.fromMs)} to ${day(span.toMs)} (${showDays(span.toMs - span.fromMs)})`;
  const notes = [
    basis.priced > 0 && `${showCount(basis.priced)} priced by the catalog`,
    basis.estimated > 0 && `${showCount(basis.estimated)} priced from our own count of tokens`,
    basis.unknown > 0 && `${showCount(basis.unknown)} of unknown cost and not in any sum`,
  ].filter((note) => note !== false);
  const lines = [
    `${showCount(calls)} calls in ${showCount(groups.length)} ${groups.length === 1 ? 'task' : 'tasks'}, ${showUsd(spend)}; ${from}.${notes.length === 0 ? '' : ` Costs: ${notes.join(', ')}.`}`,
  ];
  if (perMonth === null) lines.push('The log is too short, or has no times, to say what a month costs.');
  if (isFull) lines.push('There are very many different prompts: not all that belong together may have been found.');
  return lines.join('\n');
}

interface Column {
  head: string;
  isRight: boolean;
  cell: (group: AuditGroup) => string;
}

const right = (head: string, cell: Column['cell']): Column => ({ head, isRight: true, cell });
const left = (head: string, cell: Column['cell']): Column => ({ head, isRight: false, cell });

function columnsOf({ groups, perMonth }: LogAudit): Column[] {
  return [
    left('task', ({ name }) => shorten(showText(name), NAME_WIDTH)),
    right('calls', ({ calls }) => showCount(calls)),
    right('spend', showSpend),
    ...(perMonth === null ? [] : [right('a month', (group) => showUsd(monthlyOf(group)))]),
    left('models', modelsOf),
    right('in', ({ input }) => sizes(input)),
    right('out', ({ output }) => sizes(output)),
    ...(groups.every(({ latencyMs }) => latencyMs.p50 === null)
      ? []
      : [right('p50', ({ latencyMs }) => showDuration(latencyMs.p50))]),
    ...(groups.every(({ errors }) => errors === 0)
      ? []
      : [right('errors', ({ errors, errorShare }) => (errors === 0 ? '' : showShare(errorShare)))]),
    left('tier', ({ tier }) => tier ?? UNKNOWN),
  ];
}

function toTable(audit: LogAudit): string {
  const columns = columnsOf(audit);
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ isRight }) => (isRight ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const group of audit.groups.slice(0, MOST_ROWS)) table.push(columns.map(({ cell }) => cell(group)));
  return table.toString();
}

function monthlyOf(group: AuditGroup): number | null {
  return isUnknown(group) ? null : (group.monthly?.nanoUsd ?? null);
}

function moreLine({ groups }: LogAudit): string[] {
  const legend =
    'in, out: typical/largest tokens. Tier: where to begin; `tierline profile` measures whether it is right.';
  if (groups.length <= MOST_ROWS) return [legend];
  const rest = groups.slice(MOST_ROWS);
  const spend = rest.reduce((sum, group) => sum + group.spendNanoUsd, 0);
  return [legend, `${showCount(rest.length)} more tasks, ${showUsd(spend)} together; --json has all of them.`];
}

function isUnknown({ spendBasis, calls }: AuditGroup): boolean {
  return spendBasis.unknown === calls;
}

/** What is known is a lower bound where some costs are not. */
function showSpend(group: AuditGroup): string {
  if (isUnknown(group)) return UNKNOWN;
  return `${group.spendBasis.unknown > 0 ? '≥ ' : ''}${showUsd(group.spendNanoUsd)}`;
}

function modelsOf({ models }: AuditGroup): string {
  const [first] = models;
  if (first === undefined) return UNKNOWN;
  const share = models.length === 1 ? '' : ` ${Math.round(first.share * 100)}%`;
  return `${shorten(showText(first.model), 18)}${share}${models.length > 1 ? ` +${models.length - 1}` : ''}`;
}

function sizes({ typicalTokens, largestTokens }: AuditGroup['output']): string {
  return typicalTokens === null
    ? UNKNOWN
    : `${showTokens(typicalTokens)}/${showTokens(largestTokens ?? typicalTokens)}`;
}

/** Tokens as a column has room for them: `870`, `4.5k`, `120k`. */
export function showTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  return tokens < 9950 ? `${(tokens / 1000).toFixed(1)}k` : `${Math.round(tokens / 1000)}k`;
}

function personalLine({ name, personal }: AuditGroup): string {
  const kinds = Object.entries(personal.kinds).map(([kind, calls]) => `${kind} in ${showCount(calls)}`);
  return `${showText(name)}: of ${showCount(personal.sampled)} sampled calls ${showCount(personal.calls)} seem to hold personal data or secrets (${kinds.join(', ')}); think of \`private: true\`.`;
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function showDays(ms: number): string {
  const days = ms / 86_400_000;
  return days >= 2 ? `${days.toFixed(1)} days` : `${(ms / 3_600_000).toFixed(1)} hours`;
}
