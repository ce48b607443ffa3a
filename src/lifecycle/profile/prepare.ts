// From a configuration to tasks that can be measured: samples read, candidates chosen, answers at hand. It spends nothing.
import { existsSync } from 'node:fs';
import type { Config, TaskConfig } from '../../config/config.ts';
import type { Engine } from '../../router.ts';
import { createRandom, shuffled } from '../../stats/random.ts';
import { doubtsAbout } from '../judges/doubts.ts';
import { artifactsFolder, placesOf, type TaskPlaces } from '../places.ts';
import { readSamples, type SampleSet } from '../samples/read-samples.ts';
import { type Candidate, candidatesOf, upstreamsIn } from './candidate.ts';
import { createOracle } from './create-oracle.ts';
import { namesOf, type Oracle } from './oracle.ts';

export interface PreparedTask {
  config: TaskConfig;
  places: TaskPlaces;
  set: SampleSet;
  /** The samples that are asked, in an order in which every beginning is a fair part of the whole. */
  samples: SampleSet['samples'];
  withReference: number;
  candidates: readonly Candidate[];
  /** Models that may not be asked, and why. */
  left: readonly { model: string; say: string }[];
  oracle: Oracle;
  /** Names of everything that is asked of an answer. */
  gates: string[];
  /** What speaks against the judges among the gates, one sentence each. */
  doubts: string[];
}

export interface PrepareOptions {
  config: Config;
  engine: Pick<Engine, 'policy' | 'gatesOf'>;
  /** Names of tasks; empty: every task that has samples. */
  tasks: readonly string[];
  /** Names of models; null: those that stand to reason. */
  models: readonly string[] | null;
  /** At most so many samples a task; null: all. */
  limit: number | null;
  /** Where samples, answers and profiles are; the folder beside the configuration when left out. */
  folder?: string | undefined;
}

/** Rejects with Error for a task or model that nobody configured, samples that are wrong, and a task that has no oracle. */
export async function prepareTasks(options: PrepareOptions): Promise<PreparedTask[]> {
  const { config, folder = artifactsFolder(config) } = options;
  const named = options.tasks.map((name) => {
    const task = config.tasks.get(name);
    if (task !== undefined) return task;
    const known = [...config.tasks.keys()].join(', ') || 'none';
    throw new Error(`There is no task ${JSON.stringify(name)}. Tasks: ${known}.`);
  });
  const all = [...config.tasks.values()].filter(({ name }) => existsSync(placesOf(folder, name).samples));
  const chosen = named.length > 0 ? named : all;
  if (chosen.length === 0) {
    const where = placesOf(folder, '<task>').samples;
    throw new Error(
      `No task has samples. They are lines of JSON in ${where}, such as {"prompt": "...", "reference": "..."}; \`tierline sample\` draws them from logs and captured calls.`,
    );
  }
  return Promise.all(chosen.map((task) => prepareTask(task, { ...options, folder })));
}

async function prepareTask(task: TaskConfig, options: PrepareOptions & { folder: string }): Promise<PreparedTask> {
  const { config, engine, models, limit, folder } = options;
  const policyTask = engine.policy.tasksByName.get(task.name);
  if (policyTask === undefined) throw new Error(`The task ${task.name} is not part of the configuration in force.`);
  const places = placesOf(folder, task.name);
  const set = readSamples(places.samples);
  const order = shuffled(set.samples, createRandom(SEED));
  const samples = limit === null ? order : order.slice(0, limit);
  const withReference = samples.filter(({ reference }) => reference !== undefined).length;
  const oracle = await createOracle(task, { samples, config, engine, file: places.samples });
  const candidates = candidatesOf(engine.policy, policyTask, {
    names: models,
    upstreamsOf: upstreamsIn(config.models),
  });
  return {
    config: task,
    places,
    set,
    samples,
    withReference,
    candidates: candidates.chosen,
    left: candidates.left,
    oracle,
    gates: namesOf(oracle, withReference > 0),
    doubts: doubtsAbout(task, { config, samples, path: places.judges }),
  };
}

/** One order for all runs, so that a run with more samples asks those of a smaller one first. */
const SEED = 20_261_128;
