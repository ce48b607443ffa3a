// `tierline audit from-code`: where a repository asks models, which ones, and what the catalog knows of them.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Table from 'cli-table3';
import { formatUsd } from '../call/money.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { showCount, showText, UNKNOWN } from '../ledger/display.ts';
import type { CallSite } from '../lifecycle/audit/code/call-site.ts';
import { auditCode, type CodeAudit, type NamedModel } from '../lifecycle/audit/code/read-code.ts';
import { createLadder } from '../lifecycle/audit/ladder.ts';
import { mergeRegister } from '../lifecycle/audit/merge-register.ts';
import { readRegisterText, registerPath } from '../lifecycle/audit/register.ts';
import { foundInCode, taskNameOf } from '../lifecycle/audit/register-code.ts';
import { writeKept } from '../lifecycle/audit/write-file.ts';
import { mergedLines } from './audit-register.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

export interface FromCodeOptions {
  folder: string;
  config?: string;
  register?: string;
  dryRun?: boolean;
  json?: boolean;
  /** Milliseconds since 1970. */
  nowMs: number;
}

/** Prints what was found. Throws a sentence for a folder that is none. */
export function fromCodeCommand(options: FromCodeOptions, io: Pick<CommandIo, 'print'>): void {
  const { folder, nowMs } = options;
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Error(`${folder} is no folder.`);
  const { config, path: configPath } = findConfigFile(options.config);
  const audit = auditCode(folder, { ladder: createLadder(createCatalog(), { config, atMs: nowMs }), atMs: nowMs });
  const register = options.register ?? registerPath(configPath);
  const lines: string[] = [];
  if (audit.sites.length > 0 && options.dryRun !== true) {
    const source = path.relative('.', folder) || '.';
    const found = foundInCode(audit, { source, at: new Date(nowMs).toISOString() });
    const merged = mergeRegister(readRegisterText(register), found, register);
    writeKept(register, merged.text);
    lines.push('', ...mergedLines(merged, register));
  }
  if (options.json === true) io.print(`${JSON.stringify(audit, null, 2)}\n`);
  else io.print(`${[...toPage(audit, nowMs), ...lines].join('\n')}\n`);
}

function toPage(audit: CodeAudit, nowMs: number): string[] {
  const { folder, files, skipped, sites, models, parsed } = audit;
  const left = skipped === 0 ? '' : `, ${showCount(skipped)} left out as too large, minified or no text`;
  const lines = [
    `${showText(folder)}: ${plural(files, 'file')}${left}; ${plural(sites.length, 'call')}, ${plural(models.length, 'model')} named.`,
  ];
  const scanned = (['javascript', 'python'] as const).filter(
    (language) => !parsed[language] && sites.some(({ file }) => file.endsWith('.py') === (language === 'python')),
  );
  for (const language of scanned)
    lines.push(
      `${language === 'python' ? 'Python' : 'JavaScript'} was scanned without a parser; with ${language === 'python' ? '@lezer/python' : '@babel/parser'} installed, more is found.`,
    );
  if (sites.length > 0) lines.push('', siteTable(sites));
  if (models.length > 0) lines.push('', modelTable(models, nowMs));
  if (models.some(({ price }) => price === null))
    lines.push('Models without a price are not in the catalog, or the name alone does not tell whose they are.');
  return lines;
}

function siteTable(sites: readonly CallSite[]): string {
  const table = new Table({
    head: ['where', 'client', 'model', 'system', 'schema', 'tools', 'max', 'task'],
    style: { head: [], border: [], compact: true },
  });
  const mark = (has: boolean): string => (has ? 'yes' : '');
  for (const site of sites) {
    table.push([
      tail(`${site.file}:${site.line}`, 34),
      site.client,
      tail(site.models.join(', '), 24) || 'unknown',
      mark(site.hasSystem),
      mark(site.hasSchema),
      mark(site.hasTools),
      mark(site.hasMaxTokens),
      site.kind === 'embedding' ? '(vectors)' : tail(taskNameOf(site), 24),
    ]);
  }
  return table.toString();
}

function modelTable(models: readonly NamedModel[], nowMs: number): string {
  const table = new Table({
    head: ['model', 'tier', 'in', 'out', 'named', 'first at', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const usd = (rate: number | null | undefined): string =>
    rate === null || rate === undefined ? UNKNOWN : formatUsd(rate);
  for (const { name, tier, price, at, retiredOn } of models) {
    table.push([
      showText(name),
      tier ?? UNKNOWN,
      usd(price?.input),
      usd(price?.output),
      showCount(at.length),
      tail(at[0] ?? '', 34),
      retirement(retiredOn, nowMs),
    ]);
  }
  return `${table.toString()}\nUSD per million tokens.`;
}

function retirement(date: string | null, nowMs: number): string {
  if (date === null) return '';
  return Date.parse(date) <= nowMs ? `shut down ${date}` : `until ${date}`;
}

function plural(count: number, what: string): string {
  return `${showCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** The end of a path says more than its beginning. */
function tail(text: string, width: number): string {
  const shown = showText(text);
  return shown.length <= width ? shown : `…${shown.slice(1 - width)}`;
}
