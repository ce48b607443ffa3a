// A whole measurement: prepared tasks, what it would cost, the run, and a profile per task in its file.
import type { NanoUsd } from '../../call/money.ts';
import type { Engine } from '../../router.ts';
import { type AnswerStore, openAnswerStore } from './answer-store.ts';
import { collectOutcomes } from './collect.ts';
import { createJudging, createRecall } from './judging.ts';
import type { LaneResult } from './lane.ts';
import type { PreparedTask } from './prepare.ts';
import type { Profile } from './profile.ts';
import { type Job, openJobs, type ProfiledTask, type ProfileRun, runProfile } from './run-profile.ts';
import { summarise } from './summarise.ts';
import { type KeptProfile, writeProfile } from './write-profile.ts';

/** A measurement that can begin. Its stores are open: `close` has to follow. */
export interface Measurement {
  tasks: readonly MeasuredTask[];
  jobs: readonly Job[];
  /** What the answers that are missing are expected to cost; null when a price is not known. */
  expectedNanoUsd: NanoUsd | null;
  /** Models without a price, of those that would be asked. */
  unpriced: readonly string[];
  /** Questions of earlier runs that were killed under way. */
  lost: number;
  close: () => void;
}

export interface MeasuredTask extends PreparedTask {
  profiled: ProfiledTask;
}

/** Throws Error when the answers of a task cannot be opened; nothing is left open then. */
export function openMeasurement(tasks: readonly PreparedTask[], nowMs: number): Measurement {
  const stores: AnswerStore[] = [];
  const close = (): void => {
    for (const store of stores) store.close();
  };
  try {
    const measured = tasks.map((task): MeasuredTask => {
      const store = openAnswerStore(task.places.answers, nowMs);
      stores.push(store);
      return { ...task, profiled: toProfiled(task, store) };
    });
    const jobs = openJobs(
      measured.map(({ profiled }) => profiled),
      nowMs,
    );
    const unpriced = new Set(jobs.flatMap((job) => (job.expectedNanoUsd === null ? [job.candidate.model.name] : [])));
    const known = jobs.reduce((sum, { expectedNanoUsd }) => sum + (expectedNanoUsd ?? 0), 0);
    return {
      tasks: measured,
      jobs,
      expectedNanoUsd: unpriced.size > 0 ? null : known,
      unpriced: [...unpriced],
      lost: stores.reduce((sum, { lost }) => sum + lost.length, 0),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function toProfiled(task: PreparedTask, store: AnswerStore): ProfiledTask {
  const { config, samples, candidates, oracle } = task;
  return { name: config.name, samples, candidates, oracle, store, outputTokens: usualTokens(task, store) };
}

/** The mean of the answers there are, else what the task says. */
function usualTokens({ config }: PreparedTask, store: AnswerStore): number | null {
  const lengths = [...store.answers()].flatMap(({ usage }) => (usage === null ? [] : [usage.outputTokens]));
  if (lengths.length === 0) return config.typicalOutputTokens;
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}

/** Runs what is missing, judges everything and writes the profiles; `kept` are those in files that know more, and stay. */
export async function measure(
  measurement: Measurement,
  run: ProfileRun,
): Promise<{ profiles: Profile[]; kept: KeptProfile[]; lanes: Map<string, LaneResult> }> {
  const isOffline = run.signal.aborted;
  const lanes = await runProfile(run, measurement.jobs);
  const profiles: Profile[] = [];
  const kept: KeptProfile[] = [];
  for (const task of measurement.tasks) {
    const profile = await profileOf(task, run);
    profiles.push(profile);
    const stays = writeProfile(profile, { path: task.places.profile, isOffline });
    if (stays !== null) kept.push(stays);
  }
  return { profiles, kept, lanes };
}

function profileOf(task: MeasuredTask, run: ProfileRun): Promise<Profile> {
  const { profiled } = task;
  const judging = run.signal.aborted ? createRecall(run.engine, profiled) : createJudging(run, profiled);
  return toProfile(task, { engine: run.engine, judging, nowMs: run.clock.nowMs() });
}

/** What is known of a task by now. */
export async function toProfile(
  task: MeasuredTask,
  { judging, nowMs }: { engine: Engine; judging: ReturnType<typeof createJudging>; nowMs: number },
): Promise<Profile> {
  const { profiled, config, set, samples, candidates } = task;
  const measured = [];
  for (const candidate of candidates) {
    const outcomes = await collectOutcomes(samples, candidate, { store: profiled.store, judging });
    const { name, tier } = candidate.model;
    measured.push({ model: name, tier: tier === '' ? null : tier, upstreams: candidate.upstreams, outcomes });
  }
  return summarise(measured, {
    task: config.name,
    madeAt: new Date(nowMs).toISOString(),
    samples: { count: samples.length, digest: set.digest, withReference: task.withReference },
    thresholds: config.thresholds,
    gates: task.gates,
    hasGates: config.accept.length > 0,
    doubts: task.doubts,
    spent: profiled.store.spent(),
  });
}
