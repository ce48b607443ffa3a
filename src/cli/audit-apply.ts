// `tierline audit apply`: what would change in the configuration so that it has the tasks of the register. It writes only when it is told
// to, and only what is a valid configuration.
import { parseConfig, readConfigFile } from '../config/load.ts';
import { showText } from '../ledger/display.ts';
import { applyTasks } from '../lifecycle/audit/apply-tasks.ts';
import { lineDiff } from '../lifecycle/audit/line-diff.ts';
import { registerPath, unansweredOf } from '../lifecycle/audit/register.ts';
import { writeKept } from '../lifecycle/audit/write-file.ts';
import { chosen, entryOf, openRegister } from './audit-register.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

export interface ApplyOptions {
  /** Only these; all when there are none. */
  tasks: readonly string[];
  config?: string;
  register?: string;
  write?: boolean;
  json?: boolean;
}

/** Prints the difference. Throws ConfigError when the result would be no valid configuration, and a sentence when there is none to change. */
export function applyCommand(options: ApplyOptions, io: Pick<CommandIo, 'print' | 'warn'>): void {
  const { path } = findConfigFile(options.config);
  if (path === null) throw new Error('There is no tierline.yaml here to apply tasks to; name one with --config.');
  const file = options.register ?? registerPath(path);
  const register = openRegister(file);
  const names = chosen(register, options.tasks, file);
  const before = readConfigFile(path);
  const applied = applyTasks(before, new Map(names.map((name) => [name, entryOf(register, name)])));
  const config = parseConfig(applied.text, { file: path, env: process.env });
  const diff = lineDiff(before, applied.text);
  const isWritten = options.write === true && diff.length > 0;
  if (isWritten) writeKept(path, applied.text);
  if (options.json === true) {
    const { added, updated, left } = applied;
    io.print(`${JSON.stringify({ config: path, register: file, added, updated, left, diff, isWritten }, null, 2)}\n`);
    return;
  }
  const lines = diff.length === 0 ? [`${path} has all of it already.`] : [`${path}:`, ...diff, ''];
  for (const why of applied.left) lines.push(`Left: ${showText(why)}.`);
  const open = applied.added.filter((name) => unansweredOf(entryOf(register, name)).includes('consequence'));
  if (open.length > 0) lines.push(`Nobody has said what a wrong answer costs: ${open.join(', ')}.`);
  if (isWritten) lines.push(`Written: ${path} now has ${config.tasks.size} tasks.`);
  else if (diff.length > 0) lines.push('Nothing was changed; --write does it.');
  io.print(`${lines.join('\n')}\n`);
}
