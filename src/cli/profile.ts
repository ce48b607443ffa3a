// `tierline profile`: asks before it spends, shows how it goes, and tells what came of it.
import { setTimeout as wait } from 'node:timers/promises';
import type { NanoUsd } from '../call/money.ts';
import type { Config } from '../config/config.ts';
import { openUnrecorded } from '../instance.ts';
import { showDuration, showUsd } from '../ledger/display.ts';
import type { LaneResult } from '../lifecycle/profile/lane.ts';
import { type Measurement, measure, openMeasurement } from '../lifecycle/profile/measure.ts';
import { prepareTasks } from '../lifecycle/profile/prepare.ts';
import type { Profile } from '../lifecycle/profile/profile.ts';
import type { ProfileRun } from '../lifecycle/profile/run-profile.ts';
import { Spending } from '../lifecycle/profile/spending.ts';
import type { CommandIo } from './command-io.ts';
import { writeProfiles } from './profile/table.ts';
import { type Progress, startProgress } from './progress.ts';

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
}

/** How often a question is tried, how many failures in a row a model may have, and how long it may be refused for its rate limit alone. */
const MAX_TRIES = 3;
const MAX_FAILURES = 6;
const MAX_IDLE_MS = 300_000;

/** The exit code: 0 when everything was measured, 2 when something is missing. Rejects for what cannot be measured at all. */
export async function profileCommand(options: ProfileOptions, io: CommandIo): Promise<number> {
  const instance = await openUnrecorded(options.config);
  try {
    const { engine } = instance;
    const { config, tasks: names, models, limit = null, folder } = options;
    const tasks = prepareTasks({ config, engine, tasks: names, models, limit, folder });
    for (const { config: task, left } of tasks)
      for (const { model, say } of left) io.warn(`${task.name}: ${model} is left out, ${say}`);
    const measurement = openMeasurement(tasks, Date.now());
    try {
      const jobs = options.offline === true ? [] : measurement.jobs;
      const ceiling = await askForLeave({ ...measurement, jobs }, options, io);
      const spending = new Spending(ceiling);
      const stop = stopOnSignal(io);
      const { onProgress, noteOf, finish } = await follow({ ...measurement, jobs }, { spending, io });
      const run: ProfileRun = {
        engine,
        spending,
        lanes: {
          concurrency: options.concurrency,
          maxTries: MAX_TRIES,
          maxFailures: MAX_FAILURES,
          maxIdleMs: MAX_IDLE_MS,
        },
        signal: options.offline === true ? AbortSignal.abort() : stop.signal,
        clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
        onProgress,
      };
      const { profiles, lanes } = await measure({ ...measurement, jobs }, run);
      finish(stop.signal.aborted);
      stop.release();
      tellLeft(lanes, { spending, noteOf, io });
      io.print(options.json === true ? `${JSON.stringify({ profiles }, null, 2)}\n` : writeProfiles(profiles));
      return isWhole(profiles) ? 0 : 2;
    } finally {
      measurement.close();
    }
  } finally {
    await instance.close();
  }
}

/** The ceiling in nano-dollars; null for none. Rejects when there is no leave to spend. */
async function askForLeave(
  { jobs, expectedNanoUsd, unpriced, lost }: Measurement,
  { maxUsd, yes }: ProfileOptions,
  io: CommandIo,
): Promise<NanoUsd | null> {
  if (lost > 0)
    io.warn(
      `${lost} questions were under way when an earlier run was killed; they may have been billed, and are asked again`,
    );
  const ceiling = maxUsd === undefined ? null : Math.round(maxUsd * 1e9);
  if (jobs.length === 0) return ceiling;
  const models = new Set(jobs.map(({ candidate }) => candidate.model.name));
  const cost =
    expectedNanoUsd === null
      ? `an unknown sum (no price: ${unpriced.join(', ')})`
      : `about ${showUsd(expectedNanoUsd)}`;
  const what = `${jobs.length} questions to ${[...models].join(', ')}, ${cost}, judges not included`;
  if (ceiling !== null && unpriced.length > 0)
    throw new Error(
      `A ceiling needs prices, and ${unpriced.join(', ')} has none: say it under \`price\`, or leave it out with --models.`,
    );
  if (yes === true || ceiling !== null) {
    io.warn(ceiling === null ? what : `${what}; at most ${showUsd(ceiling)}`);
    return ceiling;
  }
  if (!io.isTTY || !process.stdin.isTTY)
    throw new Error(
      `This would ask ${what}. Nobody is here to ask: say how much it may spend with --max-usd, or --yes.`,
    );
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: `Ask ${what}?`, output: process.stderr });
  if (isCancel(answer) || !answer) throw new Error('Nothing was asked and nothing spent.');
  return ceiling;
}

/** The first signal lets what is under way come to its end, because it is paid for; the second ends the process. */
function stopOnSignal(io: CommandIo): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController();
  const onSignal = (): void => {
    io.warn('stopping: answers under way are paid for and waited for; once more to end at once');
    stop.abort();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    release: () => {
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
    },
  };
}

interface Followed {
  onProgress: ProfileRun['onProgress'];
  /** The last that was heard of a model's provider, for the end. */
  noteOf: (model: string) => string | null;
  finish: (isStopped: boolean) => void;
}

/** Spend and time left, as answers come. The time is that of the slowest model. */
async function follow(
  { jobs }: Measurement,
  { spending, io }: { spending: Spending; io: CommandIo },
): Promise<Followed> {
  if (jobs.length === 0) return { onProgress: () => undefined, noteOf: () => null, finish: () => undefined };
  const open = new Map<string, { left: number; done: number }>();
  for (const { candidate } of jobs) {
    const lane = open.get(candidate.model.name) ?? { left: 0, done: 0 };
    open.set(candidate.model.name, { ...lane, left: lane.left + 1 });
  }
  const startedAt = performance.now();
  const notes = new Map<string, string>();
  const progress: Progress = await startProgress({
    total: jobs.length,
    title: `${jobs.length} questions`,
    isTTY: io.isTTY,
    print: io.warn,
    output: process.stderr,
  });
  const say = (): string => {
    const elapsed = performance.now() - startedAt;
    const rests = [...open.values()].map(({ left, done }) => (done === 0 ? 0 : (elapsed / done) * left));
    const ceiling = spending.ceiling === null ? '' : ` of ${showUsd(spending.ceiling)}`;
    return `${showUsd(Math.round(spending.spent))}${ceiling} spent, ${showDuration(Math.max(...rests))} left`;
  };
  return {
    onProgress: ({ model, kept, note }) => {
      const lane = open.get(model);
      if (kept !== null && lane !== undefined) {
        lane.left--;
        lane.done++;
        progress.advance(say());
      }
      if (note !== null) {
        notes.set(model, note);
        progress.note(note);
      }
    },
    noteOf: (model) => notes.get(model) ?? null,
    finish: (isStopped) =>
      progress.finish(
        `${isStopped ? 'stopped after' : 'done in'} ${showDuration(performance.now() - startedAt)}, ${showUsd(Math.round(spending.spent))} spent`,
      ),
  };
}

const REASONS: Readonly<Record<NonNullable<LaneResult['reason']>, string>> = {
  failing: 'its provider keeps failing',
  stuck: 'its provider will not answer any',
  limited: 'its provider keeps refusing it for its rate limit',
  ceiling: 'the ceiling is reached',
};

function tellLeft(
  lanes: ReadonlyMap<string, LaneResult>,
  { spending, noteOf, io }: { spending: Spending; noteOf: Followed['noteOf']; io: CommandIo },
): void {
  for (const [model, { left, reason, waitedMs }] of lanes) {
    if (waitedMs >= 1000) io.warn(`${model}: waited ${showDuration(waitedMs)} because its provider asked for that`);
    if (left === 0 || reason === null) continue;
    const note = reason === 'ceiling' ? null : noteOf(model);
    const why = note === null ? REASONS[reason] : `${REASONS[reason]} (${note})`;
    io.warn(`${model}: ${left} questions are left, ${why}; run it again to go on`);
  }
  if (spending.unknown > 0) io.warn(`what ${spending.unknown} answers cost is not known`);
}

function isWhole(profiles: readonly Profile[]): boolean {
  return profiles.every(({ models }) => models.every(({ missing }) => missing === 0));
}
