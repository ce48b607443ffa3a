// `tierline audit from-log`: reads logs, says what tasks are in them, and writes those down in the register.
import { existsSync, statSync } from 'node:fs';
import { createCatalog } from '../catalog/catalog.ts';
import { formatNamed } from '../lifecycle/audit/formats.ts';
import { createLadder } from '../lifecycle/audit/ladder.ts';
import { mergeRegister } from '../lifecycle/audit/merge-register.ts';
import { auditLogs, type LogAudit, type ReadFile } from '../lifecycle/audit/read-log.ts';
import { isBinary } from '../lifecycle/audit/records.ts';
import { parseRegister, readRegisterText, registerPath } from '../lifecycle/audit/register.ts';
import { foundInLog } from '../lifecycle/audit/register-log.ts';
import { worthTesting } from '../lifecycle/audit/worth-testing.ts';
import { writeKept } from '../lifecycle/audit/write-file.ts';
import { logAuditPage } from './audit-log.ts';
import { leftAlone, mergedLines } from './audit-register.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

export interface FromLogOptions {
  files: readonly string[];
  /** Told by the shape of the records when not given. */
  format?: string;
  config?: string;
  /** The register; beside the configuration when not given. */
  register?: string;
  /** Leaves the register as it is. */
  dryRun?: boolean;
  json?: boolean;
  /** Milliseconds since 1970; prices of this moment count. */
  nowMs: number;
}

/** Prints what was found. Throws a sentence for files that are not there or hold nothing that can be read. */
export async function fromLogCommand(options: FromLogOptions, io: CommandIo): Promise<void> {
  for (const file of options.files) refuseNoFile(file);
  const { config, path } = findConfigFile(options.config);
  const ladder = createLadder(createCatalog(), { config, atMs: options.nowMs });
  const format = options.format === undefined ? null : formatNamed(options.format);
  const register = options.register ?? registerPath(path);
  const source = readRegisterText(register);
  // A register that cannot be read is told before a log of gigabytes is.
  const before = source === null ? null : parseRegister(source, register);
  const audit = await auditLogs(options.files, { ladder, format });
  await refuseNothing(audit);
  const at = new Date(options.nowMs).toISOString();
  const merged = mergeRegister(source, foundInLog(audit, { ladder, before, at }), register);
  if (options.dryRun !== true) writeKept(register, merged.text);
  if (options.json === true) {
    io.print(`${JSON.stringify({ ...audit, worthTesting: worthTesting(audit.groups) }, null, 2)}\n`);
    return;
  }
  io.print(logAuditPage(audit));
  const lines = options.dryRun === true ? [leftAlone(register)] : mergedLines(merged, register);
  io.print(`\n${lines.join('\n')}\n`);
}

function refuseNoFile(file: string): void {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  if (statSync(file).isDirectory()) throw new Error(`${file} is a folder; name the files in it.`);
}

async function refuseNothing({ files }: LogAudit): Promise<void> {
  if (files.some(({ calls }) => calls > 0)) return;
  const told = await Promise.all(files.map(whatIsIn));
  throw new Error(`No call was found: ${told.join('; ')}. docs/audit.md says what logs look like.`);
}

/** What a file without a call holds instead. */
async function whatIsIn({ path, formats, records, firstUnreadable, isFirstBroken }: ReadFile): Promise<string> {
  if (statSync(path).size === 0) return `${path} is empty`;
  const isText = formats.length > 0 || !(await isBinary(path));
  if (!isText) return `${path} is no text in UTF-8`;
  if (records === 0) return `${path} has no records`;
  const what = isFirstBroken ? 'begins one that is damaged or no JSON object' : 'is in no known format';
  const line = firstUnreadable === null ? '' : ` (line ${firstUnreadable} ${what})`;
  return `${path} has ${records} records and no call among them${line}`;
}
