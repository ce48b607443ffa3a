// `tierline calibrate`: thresholds chosen on one half and reported on the other, as a diff of the configuration, which is written only when told.
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import type { Environment } from '../config/source.ts';
import { openUnrecorded } from '../instance.ts';
import { calibrate } from '../lifecycle/calibrate/calibrate.ts';
import type { Calibration } from '../lifecycle/calibrate/calibration.ts';
import { type Edit, editConfig } from '../lifecycle/calibrate/edit-config.ts';
import { lineDiff } from '../lifecycle/calibrate/line-diff.ts';
import { readAnswers } from '../lifecycle/profile/answer-store.ts';
import { prepareTasks } from '../lifecycle/profile/prepare.ts';
import { writeCalibrations } from './calibrate/table.ts';
import type { CommandIo } from './command-io.ts';
import { writeConfig } from './write-config.ts';

export interface CalibrateOptions {
  config: Config;
  tasks: readonly string[];
  targetQuality?: number | undefined;
  cascade: readonly string[] | null;
  oracle?: string | undefined;
  minLabels?: number | undefined;
  folder?: string | undefined;
  write?: boolean | undefined;
  json?: boolean | undefined;
  /** The process's own when left out. */
  env?: Environment;
}

/** The exit code: 0, or 2 when too little is known of a task. Rejects for what cannot be calibrated or written. */
export async function calibrateCommand(options: CalibrateOptions, io: CommandIo): Promise<number> {
  const { config } = options;
  refuseUnknownModels(options);
  const before = config.file === null ? null : readFileSync(config.file, 'utf8');
  const calibrations = await calibrateTasks(options);
  const change = before === null ? NO_CHANGE : changeOf(before, calibrations, options);
  if (options.json === true) io.print(`${JSON.stringify({ calibrations, diff: change.diff }, null, 2)}\n`);
  else io.print(writeCalibrations(calibrations, change.diff));
  // The figures are worth knowing even where the change cannot be made.
  if (change.problem !== null) throw change.problem;
  if (change.diff !== '' && before !== null) {
    if (options.write === true) writeConfig(config.file ?? '', { before, after: change.text });
    io.warn(options.write === true ? `${config.file} was changed` : 'nothing was changed; --write changes the file');
  }
  return calibrations.some(({ verdict }) => verdict === 'few') ? 2 : 0;
}

async function calibrateTasks(options: CalibrateOptions): Promise<Calibration[]> {
  const { config, tasks: names, folder, targetQuality, cascade, oracle, minLabels } = options;
  const instance = await openUnrecorded(config);
  try {
    const { engine } = instance;
    const all = await prepareTasks({ config, engine, tasks: names, models: null, limit: null, folder });
    const tasks = names.length > 0 ? all : all.filter(({ config: task }) => cascade !== null || task.route.isCascade);
    if (tasks.length === 0) throw new Error('No task that has samples has a cascade as its route.');
    const calibrations: Calibration[] = [];
    for (const task of tasks) {
      const how = { config, engine, cascade, target: targetQuality ?? null, oracle: oracle ?? null };
      const store = readAnswers(task.places.answers);
      calibrations.push(await calibrate(task, store, { ...how, minCases: minLabels ?? config.judges.minLabels }));
    }
    return calibrations;
  } finally {
    await instance.close();
  }
}

function refuseUnknownModels({ config, cascade }: CalibrateOptions): void {
  for (const name of cascade ?? []) {
    if (config.models.has(name)) continue;
    throw new Error(`There is no model ${JSON.stringify(name)}. Models: ${[...config.models.keys()].join(', ')}.`);
  }
}

/** Only what was confirmed. */
function editsOf(calibrations: readonly Calibration[]): Edit[] {
  return calibrations
    .filter(({ verdict }) => verdict === 'change')
    .flatMap(({ dials }) =>
      dials.flatMap(({ path, inForce, chosen }) =>
        chosen === null || chosen === inForce ? [] : [{ path, value: chosen }],
      ),
    );
}

interface ConfigChange {
  text: string;
  diff: string;
  /** Why it cannot be made. */
  problem: Error | null;
}

const NO_CHANGE: ConfigChange = { text: '', diff: '', problem: null };

function changeOf(
  before: string,
  calibrations: readonly Calibration[],
  { config, env = process.env }: CalibrateOptions,
): ConfigChange {
  const file = config.file ?? '';
  let text: string;
  try {
    text = editConfig(before, editsOf(calibrations));
  } catch (error) {
    return { ...NO_CHANGE, problem: error as Error };
  }
  const diff = lineDiff(before, text, file);
  try {
    if (diff !== '') parseConfig(text, { file, env });
    return { text, diff, problem: null };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const problem = new Error(
      `With these numbers the configuration would not be valid; nothing was changed. ${reason}`,
      { cause },
    );
    return { text, diff, problem };
  }
}
