// `tierline audit show`: the register as a table, and what nobody has answered yet. Also what the other commands say of the register.
import Table from 'cli-table3';
import { isObject } from '../call/json.ts';
import { showCount, showText, showUsd, UNKNOWN } from '../ledger/display.ts';
import type { Merged } from '../lifecycle/audit/merge-register.ts';
import {
  type Entry,
  parseRegister,
  type Register,
  readRegisterText,
  registerPath,
  unansweredOf,
} from '../lifecycle/audit/register.ts';
import { showTokens } from './audit-log.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

export interface ShowOptions {
  /** Only these; all when there are none. */
  tasks: readonly string[];
  config?: string;
  register?: string;
  json?: boolean;
}

/** Prints the register. Throws a sentence when there is none, or no such task in it. */
export function showCommand(options: ShowOptions, { print }: Pick<CommandIo, 'print'>): void {
  const file = options.register ?? registerPath(findConfigFile(options.config).path);
  const register = openRegister(file);
  const names = chosen(register, options.tasks, file);
  if (options.json === true) {
    const tasks = names.map((name) => ({
      name,
      ...register.tasks[name],
      unanswered: unansweredOf(entryOf(register, name)),
    }));
    print(`${JSON.stringify({ file, made: register.made, tasks }, null, 2)}\n`);
    return;
  }
  print(toPage(register, names, file));
}

/** Throws a sentence that says how a register comes about, when there is none. */
export function openRegister(file: string): Register {
  const text = readRegisterText(file);
  if (text !== null) return parseRegister(text, file);
  throw new Error(
    `There is no register at ${file}. \`tierline audit from-log\` makes one from a log, from-code from a repository, init by asking.`,
  );
}

/** The names in the order of the register. Throws a sentence for one that is not there. */
export function chosen(register: Register, tasks: readonly string[], file: string): string[] {
  const names = Object.keys(register.tasks);
  const missing = tasks.find((task) => !names.includes(task));
  if (missing !== undefined)
    throw new Error(`${file} has no task "${missing}"; there are ${names.slice(0, 12).join(', ') || 'none'}.`);
  return tasks.length === 0 ? names : names.filter((name) => tasks.includes(name));
}

export function entryOf(register: Register, name: string): Entry {
  return register.tasks[name] ?? {};
}

/** What became of a register in one run. */
export function mergedLines({ added, updated, kept }: Merged, file: string): string[] {
  const lines = [`Register: ${file}, ${tasks(added.length)} added, ${updated.length} updated.`];
  for (const { task, keys } of kept)
    lines.push(`  ${task}: ${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} left as you wrote.`);
  lines.push('Questions that only people can answer are open: `tierline audit init` asks them, or edit the file.');
  return lines;
}

/** What `--dry-run` says. */
export function leftAlone(file: string): string {
  return `Register: ${file} was left alone (--dry-run).`;
}

function tasks(count: number): string {
  return `${count} task${count === 1 ? '' : 's'}`;
}

function toPage(register: Register, names: readonly string[], file: string): string {
  const { made } = register;
  if (names.length === 0) return `${file} has no tasks yet.\n`;
  const table = new Table({
    head: ['task', 'owner', 'calls a month', 'spend', 'in', 'out', 'accept', 'if wrong', 'tier'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const name of names) table.push(toRow(name, entryOf(register, name)));
  const sections = [
    `${file}, made ${made.at.slice(0, 10)} from ${made.from.map(({ source }) => showText(source)).join(', ') || 'answers'}.`,
    '',
    table.toString(),
  ];
  const open = names.flatMap((name) => {
    const keys = unansweredOf(entryOf(register, name));
    return keys.length === 0
      ? []
      : [`  ${showText(name)}: ${keys.map((key) => (key === 'accept' ? 'accept (suggested)' : key)).join(', ')}`];
  });
  sections.push(
    '',
    open.length === 0 ? 'Everything is answered.' : `To be answered, by \`tierline audit init\` or in the file:`,
    ...open,
  );
  const reasons = names.flatMap((name) => {
    const { tier, reason } = entryOf(register, name);
    return tier === undefined ? [] : [`  ${showText(name)}: ${tier}. ${showText(reason ?? '')}`];
  });
  if (reasons.length > 0)
    sections.push('', 'First tiers, places to start from that `tierline profile` measures:', ...reasons);
  return `${sections.join('\n')}\n`;
}

function toRow(name: string, entry: Entry): string[] {
  const log = entry.evidence?.log;
  return [
    showText(name),
    typeof entry.owner === 'string' ? showText(entry.owner) : UNKNOWN,
    typeof entry.volume === 'number' ? showCount(entry.volume) : UNKNOWN,
    typeof log?.monthly_usd === 'number' ? showUsd(Math.round(log.monthly_usd * 1e9)) : UNKNOWN,
    sizes(entry.input),
    sizes(entry.output),
    gatesOf(entry.accept),
    typeof entry.consequence === 'string' ? entry.consequence : 'to be answered',
    entry.tier ?? UNKNOWN,
  ];
}

function sizes(value: unknown): string {
  if (!isObject(value)) return UNKNOWN;
  const { typical_tokens: typical, largest_tokens: largest } = value;
  const shown = [typical, largest].filter((size) => typeof size === 'number').map(showTokens);
  return shown.length === 0 ? UNKNOWN : shown.join(' / ');
}

function gatesOf(accept: unknown): string {
  if (!Array.isArray(accept)) return UNKNOWN;
  return accept.map((gate) => (isObject(gate) ? Object.keys(gate)[0] : '?')).join(' ') || UNKNOWN;
}
