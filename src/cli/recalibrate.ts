// `tierline recalibrate`: what the configuration says of tasks, refitted by what the ledger has seen since, as a diff that is written only when told.
import type { Config } from '../config/config.ts';
import { readConfigFile } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import type { Environment } from '../config/source.ts';
import { parseTime } from '../ledger/period.ts';
import { recalibrate } from '../lifecycle/recalibrate/recalibrate.ts';
import type { CommandIo } from './command-io.ts';
import { writeRecalibration } from './recalibrate/text.ts';
import { writeConfig } from './write-config.ts';

export interface RecalibrateCommandOptions {
  config: Config;
  tasks: readonly string[];
  ledger?: string | undefined;
  /** `90d`, or an ISO date. */
  since: string;
  halfLifeMs: number;
  /** Shares of 1. */
  maxLoss: number;
  targetQuality?: number | undefined;
  write?: boolean | undefined;
  json?: boolean | undefined;
  nowMs: number;
  /** The process's own when left out. */
  env?: Environment;
  cwd?: string;
}

/** The exit code: 0. Rejects for what is not there, cannot be read or would be no valid configuration. */
export async function recalibrateCommand(options: RecalibrateCommandOptions, io: CommandIo): Promise<number> {
  const { config, tasks, ledger = config.ledger.path, since, halfLifeMs, maxLoss, targetQuality, nowMs } = options;
  const { env = process.env, cwd = process.cwd() } = options;
  const { file } = config;
  if (file === null) throw new Error('There is no tierline.yaml here to recalibrate; name one with --config.');
  const before = readConfigFile(file);
  const sinceMs = parseTime(since, nowMs);
  const target = targetQuality ?? null;
  const { recalibration, text } = await recalibrate({
    config,
    file,
    text: before,
    ledger,
    tasks,
    sinceMs,
    halfLifeMs,
    maxLoss,
    target,
    nowMs,
    env,
    cwd,
  }).catch(sayInvalid);
  const isWritten = options.write === true && text !== before;
  if (isWritten) writeConfig(file, { before, after: text });
  io.print(
    options.json === true
      ? `${JSON.stringify({ ...recalibration, isWritten }, null, 2)}\n`
      : writeRecalibration(recalibration),
  );
  if (isWritten) io.warn(`${file} was changed`);
  else if (text !== before) io.warn('nothing was changed; --write changes the file');
  return 0;
}

function sayInvalid(cause: unknown): never {
  if (!(cause instanceof ConfigError)) throw cause;
  throw new Error(`With these changes the configuration would not be valid; nothing was changed. ${cause.message}`, {
    cause,
  });
}
