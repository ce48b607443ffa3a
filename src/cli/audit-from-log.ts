// `tierline audit from-log`: reads logs, says what tasks are in them, and writes those down in the register.
import { existsSync } from 'node:fs';
import { createCatalog } from '../catalog/catalog.ts';
import { formatNamed } from '../lifecycle/audit/formats.ts';
import { createLadder } from '../lifecycle/audit/ladder.ts';
import { mergeRegister } from '../lifecycle/audit/merge-register.ts';
import { auditLogs, type LogAudit } from '../lifecycle/audit/read-log.ts';
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
  for (const file of options.files) if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const { config, path } = findConfigFile(options.config);
  const ladder = createLadder(createCatalog(), { config, atMs: options.nowMs });
  const format = options.format === undefined ? null : formatNamed(options.format);
  const register = options.register ?? registerPath(path);
  const source = readRegisterText(register);
  // A register that cannot be read is told before a log of gigabytes is.
  const before = source === null ? null : parseRegister(source, register);
  const audit = await auditLogs(options.files, { ladder, format });
  refuseNothing(audit);
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

function refuseNothing({ files }: LogAudit): void {
  if (files.some(({ calls }) => calls > 0)) return;
  const told = files.map(({ path, records, firstUnreadable }) =>
    records === 0
      ? `${path} is empty`
      : `${path} has ${records} records and no call among them${firstUnreadable === null ? '' : ` (line ${firstUnreadable} is in no known format)`}`,
  );
  throw new Error(`No call was found: ${told.join('; ')}. docs/audit.md says what logs look like.`);
}
