// `tierline audit from-code`: where a repository asks models, which ones, and what the catalog knows of them.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Table from 'cli-table3';
import { formatUsd } from '../call/money.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { showCount, showText, UNKNOWN } from '../ledger/display.ts';
import { type CallSite, isInTests } from '../lifecycle/audit/code/call-site.ts';
import { auditCode, type CodeAudit, type NamedModel } from '../lifecycle/audit/code/read-code.ts';
import { createLadder } from '../lifecycle/audit/ladder.ts';
import { mergeRegister } from '../lifecycle/audit/merge-register.ts';
import { readRegisterText, registerPath } from '../lifecycle/audit/register.ts';
import { foundInCode, taskNameOf } from '../lifecycle/audit/register-code.ts';
import { writeKept } from '../lifecycle/audit/write-file.ts';
import { leftAlone, mergedLines } from './audit-register.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

const MOST_ROWS = 40;
const LEGEND = 'With: s a system prompt, f a format or schema, t tools, m a most of tokens.';

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
  if (audit.sites.some(({ file }) => !isInTests(file)) && options.dryRun !== true) {
    const source = path.relative('.', folder) || '.';
    const found = foundInCode(audit, { source, at: new Date(nowMs).toISOString() });
    const merged = mergeRegister(readRegisterText(register), found, register);
    writeKept(register, merged.text);
    lines.push('', ...mergedLines(merged, register));
  }
  if (options.dryRun === true) lines.push('', leftAlone(register));
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
  const own = sites.filter(({ file }) => !isInTests(file));
  if (own.length > 0) lines.push('', siteTable(own.slice(0, MOST_ROWS)), LEGEND);
  lines.push(...leftOut('call', sites.length - own.length, own.length - MOST_ROWS));
  const asked = new Set(own.flatMap((site) => site.models));
  const named = models
    .filter(({ at }) => !at.every(isInTests))
    .toSorted((one, other) => Number(asked.has(other.name)) - Number(asked.has(one.name)));
  if (named.length > 0) lines.push('', modelTable(named.slice(0, MOST_ROWS), nowMs));
  lines.push(...leftOut('model', models.length - named.length, named.length - MOST_ROWS));
  if (named.some(({ price }) => price === null))
    lines.push('Models without a price are not in the catalog, or the name alone does not tell whose they are.');
  return lines;
}

/** What the tables do not show. */
function leftOut(what: string, inTests: number, beyond: number): string[] {
  return [
    ...(beyond > 0 ? [`${plural(beyond, `more ${what}`)}; --json has all of them.`] : []),
    ...(inTests > 0 ? [`${plural(inTests, what)} only in tests, not shown; --json has all of them.`] : []),
  ];
}

function siteTable(sites: readonly CallSite[]): string {
  const table = new Table({
    head: ['where', 'client', 'model', 'with', 'task'],
    style: { head: [], border: [], compact: true },
  });
  for (const site of sites) {
    table.push([
      shorten(`${site.file}:${site.line}`, 33),
      site.client,
      shorten(site.models.join(', '), 24) || 'unknown',
      marks(site),
      site.kind === 'embedding' ? '(vectors)' : shorten(taskNameOf(site), 20),
    ]);
  }
  return table.toString();
}

function marks({ hasSystem, hasSchema, hasTools, hasMaxTokens }: CallSite): string {
  return [hasSystem && 's', hasSchema && 'f', hasTools && 't', hasMaxTokens && 'm'].filter(Boolean).join(' ');
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
      shorten(name, 26),
      shorten(tier ?? UNKNOWN, 8),
      usd(price?.input),
      usd(price?.output),
      showCount(at.length),
      shorten(at.find((place) => !isInTests(place)) ?? '', 22),
      retirement(retiredOn, nowMs),
    ]);
  }
  return `${table.toString()}\nUSD per million tokens.`;
}

function retirement(date: string | null, nowMs: number): string {
  if (date === null) return '';
  return Date.parse(date) <= nowMs ? `ended ${date}` : `until ${date}`;
}

function plural(count: number, what: string): string {
  return `${showCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Cut in the middle: a path is known by where it begins and by its file. */
function shorten(text: string, width: number): string {
  const shown = showText(text);
  if (shown.length <= width) return shown;
  const end = Math.ceil((width - 1) * 0.7);
  return `${shown.slice(0, width - 1 - end)}…${shown.slice(-end)}`;
}
