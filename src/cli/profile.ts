// `tierline profile`: asks before it spends, shows how it goes, and tells what came of it.
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { openUnrecorded } from '../instance.ts';
import { type Measurement, measure, openMeasurement } from '../lifecycle/profile/measure.ts';
import { offlineTasks } from '../lifecycle/profile/offline-tasks.ts';
import { prepareTasks } from '../lifecycle/profile/prepare.ts';
import type { Profile } from '../lifecycle/profile/profile.ts';
import type { ProfileRun } from '../lifecycle/profile/run-profile.ts';
import { Spending } from '../lifecycle/profile/spending.ts';
import type { CommandIo } from './command-io.ts';
import { askForLeave, follow, LANE_LIMITS, type PaidWork, stopOnSignal, tellLeft } from './paid-run.ts';
import { writeProfiles } from './profile/table.ts';

export interface ProfileOptions {
  config: Config;
  /** Which configuration it is, for people. */
  sentence: string;
  tasks: readonly string[];
  models: readonly string[] | null;
  maxUsd?: number | undefined;
  limit?: number | undefined;
  concurrency: number;
  folder?: string | undefined;
  yes?: boolean | undefined;
  offline?: boolean | undefined;
  json?: boolean | undefined;
  /** Where a report is written: a page, charts. */
  html?: string | undefined;
  svg?: string | undefined;
}

/** The exit code: 0 when everything was measured, 2 when something is missing. Rejects for what cannot be measured at all. */
export async function profileCommand(options: ProfileOptions, io: CommandIo): Promise<number> {
  const { judged, kept } =
    options.offline === true ? offlineTasks(options.config, options) : { judged: null, kept: [] };
  for (const { task, madeAt } of kept) io.warn(`${task}: there are no answers to judge; its profile is of ${madeAt}`);
  const measured = judged?.length === 0 ? [] : await measureTasks({ ...options, tasks: judged ?? options.tasks }, io);
  const profiles = [...measured, ...kept];
  await tell(profiles, options, io);
  return isWhole(profiles) ? 0 : 2;
}

async function measureTasks(options: ProfileOptions, io: CommandIo): Promise<Profile[]> {
  const instance = await openUnrecorded(options.config);
  try {
    const { engine } = instance;
    const { config, tasks: names, models, limit = null, folder } = options;
    const tasks = await prepareTasks({ config, engine, tasks: names, models, limit, folder });
    for (const { config: task, left } of tasks)
      for (const { model, say } of left) io.warn(`${task.name}: ${model} is left out, ${say}`);
    const measurement = openMeasurement(tasks, Date.now());
    try {
      const jobs = options.offline === true ? [] : measurement.jobs;
      const ceiling = await askForLeave(toPaidWork({ ...measurement, jobs }), options, io);
      const spending = new Spending(ceiling);
      const stop = stopOnSignal(io);
      const { advance, note, noteOf, finish } = await follow(countByModel(jobs), { spending, io });
      const run: ProfileRun = {
        engine,
        spending,
        lanes: { concurrency: options.concurrency, ...LANE_LIMITS },
        signal: options.offline === true ? AbortSignal.abort() : stop.signal,
        clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
        onProgress: ({ model, kept, note: said }) => {
          if (kept !== null) advance(model);
          if (said !== null) note(said, model);
        },
      };
      const { profiles, kept, lanes } = await measure({ ...measurement, jobs }, run);
      finish(stop.signal.aborted);
      stop.release();
      tellLeft(lanes, { spending, noteOf, io });
      for (const { task, madeAt, judged, of } of kept)
        io.warn(`${task}: kept the profile of ${madeAt}: this run judged ${judged} of ${of}`);
      return profiles;
    } finally {
      measurement.close();
    }
  } finally {
    await instance.close();
  }
}

/** The result to standard output, reports to their files. */
async function tell(profiles: readonly Profile[], options: ProfileOptions, io: CommandIo): Promise<void> {
  const { config, html, svg, json } = options;
  const { writeReport, toReportTasks } = await import('./profile/write-report.ts');
  const tasks = toReportTasks(profiles, config);
  io.print(json === true ? `${JSON.stringify({ profiles }, null, 2)}\n` : writeProfiles(tasks, config.baseline));
  if (html === undefined && svg === undefined) return;
  const { monthlyBill } = await import('./profile/monthly-bill.ts');
  const report = { baseline: config.baseline, bill: monthlyBill(profiles, config) };
  for (const sentence of writeReport(tasks, { html, svg }, report)) io.warn(sentence);
}

function toPaidWork({ jobs, expectedNanoUsd, unpriced, lost }: Measurement): PaidWork {
  return {
    count: jobs.length,
    what: `${jobs.length} questions to ${[...countByModel(jobs).keys()].join(', ')}`,
    expected: expectedNanoUsd === null ? null : { low: expectedNanoUsd, high: expectedNanoUsd },
    unpriced,
    lost,
  };
}

function countByModel(jobs: Measurement['jobs']): Map<string, number> {
  const byModel = Map.groupBy(jobs, ({ candidate }) => candidate.model.name);
  return new Map([...byModel].map(([model, own]) => [model, own.length]));
}

function isWhole(profiles: readonly Profile[]): boolean {
  return profiles.every(({ models }) => models.every(({ missing }) => missing === 0));
}
