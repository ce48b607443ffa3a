// From a configuration to tasks that can be evaluated: held-out samples, oracle, and the run that is begun or gone on with. It spends nothing.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Config, TaskConfig } from '../../config/config.ts';
import type { Engine } from '../../router.ts';
import { createRandom, shuffled } from '../../stats/random.ts';
import { parseProfile } from '../estimate/read-profile.ts';
import { placesOf, type TaskPlaces } from '../places.ts';
import { upstreamsIn } from '../profile/candidate.ts';
import { createOracle } from '../profile/create-oracle.ts';
import type { Oracle } from '../profile/oracle.ts';
import type { Profile } from '../profile/profile.ts';
import type { Sample } from '../samples/sample.ts';
import { configDigest, oracleDigest, taskOracle } from './config-digest.ts';
import { type HeldOut, readHeldOut } from './held-out.ts';
import { type EvaluationRun, isComplete, listBegun, listRuns, type RunHead, readRun, runPath } from './run-file.ts';

export interface EvaluatedTask {
  config: TaskConfig;
  places: TaskPlaces;
  heldOut: HeldOut;
  /** In an order in which every beginning is a fair part of the whole. */
  samples: readonly Sample[];
  oracle: Oracle;
  /** Of everything that an answer to the sample is held against. */
  oracleOf: (sample: Sample) => string;
  /** How long answers are, where it was measured; null when it was not, or cannot be read. */
  profile: Profile | null;
  head: RunHead;
  /** Where the run is or will be. */
  path: string;
}

export interface EvaluationOptions {
  config: Config;
  engine: Pick<Engine, 'policy' | 'gatesOf'>;
  /** Names of tasks; empty: every task that has samples. */
  tasks: readonly string[];
  /** Share of the samples that is held out; null: the file of the held-out set. */
  split: number | null;
  /** At most so many samples a task; null: all. */
  limit: number | null;
  /** `resume`: a run that was left unfinished, else a new one. `fresh`: a new one. `newest`: the newest one there is. */
  which: 'resume' | 'fresh' | 'newest';
  folder: string;
  /** Milliseconds since 1970. */
  nowMs: number;
}

/** Rejects with Error for a task that nobody configured, samples that are missing or wrong, and a task that has no oracle. */
export async function prepareEvaluation(options: EvaluationOptions): Promise<EvaluatedTask[]> {
  const { config, folder, tasks } = options;
  const named = tasks.map((name) => {
    const task = config.tasks.get(name);
    if (task !== undefined) return task;
    throw new Error(
      `There is no task ${JSON.stringify(name)}. Tasks: ${[...config.tasks.keys()].join(', ') || 'none'}.`,
    );
  });
  const hasSamples = ({ name }: TaskConfig): boolean => {
    const { heldOut, samples } = placesOf(folder, name);
    return existsSync(heldOut) || existsSync(samples);
  };
  const chosen = named.length > 0 ? named : [...config.tasks.values()].filter(hasSamples);
  if (chosen.length === 0)
    throw new Error(
      `No task has samples to be evaluated with. They are lines of JSON in ${placesOf(folder, '<task>').heldOut}, such as {"prompt": "...", "reference": "..."}.`,
    );
  return Promise.all(chosen.map((task) => prepareTask(task, options)));
}

async function prepareTask(task: TaskConfig, options: EvaluationOptions): Promise<EvaluatedTask> {
  const { config, engine, split, limit, folder } = options;
  const places = placesOf(folder, task.name);
  const upstreamsOf = upstreamsIn(config.models);
  const heldOut = readHeldOut(places, { split, upstreams: [...config.models.keys()].map(upstreamsOf) });
  const order = shuffled(heldOut.samples, createRandom(SEED));
  const samples = limit === null ? order : order.slice(0, limit);
  const oracle = await createOracle(task, { samples, config, engine, file: heldOut.file });
  const ofTask = taskOracle(task);
  return {
    config: task,
    places,
    heldOut,
    samples,
    oracle,
    profile: existsSync(places.profile) ? profileIn(places.profile) : null,
    oracleOf: (sample) => oracleDigest(ofTask, sample),
    ...runOf(task, { options, places, heldOut, count: samples.length }),
  };
}

/** It only makes an estimate better: one that is broken is told by others. */
function profileIn(path: string): Profile | null {
  try {
    return parseProfile(readFileSync(path, 'utf8'), path);
  } catch {
    return null;
  }
}

/** One order for all runs, so that a run with more samples asks those of a smaller one first. */
const SEED = 20_261_128;

interface RunParts {
  options: EvaluationOptions;
  places: TaskPlaces;
  heldOut: HeldOut;
  count: number;
}

/** Throws Error when there is no run and none may be begun. */
function runOf(task: TaskConfig, { options, places, heldOut, count }: RunParts): Pick<EvaluatedTask, 'head' | 'path'> {
  const { config, engine, nowMs, which } = options;
  const digest = configDigest(config, task);
  const ids = which === 'newest' ? listRuns(places.evaluations) : listBegun(places.evaluations);
  const runs = which === 'fresh' ? [] : ids.map((id) => runPath(places.evaluations, id));
  const newest = newestRun(runs, { config: digest, samples: heldOut.digest, count });
  if (newest !== null && (which === 'newest' || !isComplete(newest))) return { head: newest.head, path: newest.path };
  if (which === 'newest')
    throw new Error(`There is no evaluation of ${task.name} with this configuration and these ${count} samples.`);
  const at = new Date(nowMs).toISOString();
  const id = `${at.slice(0, 19).replaceAll(/[-:]/g, '')}-${digest.slice(0, 6)}`;
  const head: RunHead = {
    kind: 'run',
    version: 1,
    id,
    task: task.name,
    startedAt: at,
    config: {
      file: config.file === null ? 'the environment' : relative(dirname(options.folder), config.file),
      digest,
      route: engine.policy.tasksByName.get(task.name)?.route.say ?? '',
    },
    samples: { source: heldOut.source, count, digest: heldOut.digest },
  };
  return { head, path: runPath(places.evaluations, id) };
}

/** Of this configuration and these samples; null when there is none. */
function newestRun(
  paths: readonly string[],
  { config, samples, count }: { config: string; samples: string; count: number },
): EvaluationRun | null {
  for (const path of paths.toReversed()) {
    const run = readRun(path);
    const { head } = run;
    if (head.config.digest === config && head.samples.digest === samples && head.samples.count === count) return run;
  }
  return null;
}
