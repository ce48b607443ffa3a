// The samples of tasks through two policies. Reads samples and kept answers; writes nothing and asks nobody.
import { existsSync } from 'node:fs';
import type { TrackRecord } from '../../call/track-record.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { artifactsFolder, placesOf } from '../places.ts';
import { type KeptAnswers, readAnswers } from '../profile/answer-store.ts';
import { createOracle } from '../profile/create-oracle.ts';
import { readSamples } from '../samples/read-samples.ts';
import type { Pair } from './compare.ts';
import { type ProfileGround, playSample } from './from-profile.ts';
import type { SimulatedPolicy } from './simulated-policy.ts';

export interface Sides {
  current: SimulatedPolicy;
  candidate: SimulatedPolicy;
}

export interface ProfileSource {
  /** Where samples and answers are; the folder beside the current configuration when left out. */
  folder?: string | undefined;
  /** Null: every task that has samples and answers. */
  task: string | null;
  /** When calls are taken to be made, where a sample does not say. */
  nowMs: number;
  recordOf: (task: string | null, model: string) => TrackRecord | null;
}

/** Whether any task has answers to simulate with. */
export function hasAnswers(config: Config, folder = artifactsFolder(config)): boolean {
  return tasksIn(config, folder).length > 0;
}

function tasksIn(config: Config, folder: string): string[] {
  return [...config.tasks.keys()].filter((task) => {
    const { samples, answers } = placesOf(folder, task);
    return existsSync(samples) && existsSync(answers);
  });
}

/** Throws a sentence for a task that the configuration has not. */
export function refuseUnknownTask({ tasks }: Config, task: string | null): void {
  if (task === null || tasks.has(task)) return;
  throw new Error(`There is no task ${JSON.stringify(task)}. Tasks: ${[...tasks.keys()].join(', ') || 'none'}.`);
}

/** Every sample of every task, once per policy. Rejects with a sentence when there is nothing to play, or a file is wrong. */
export async function simulateProfile(sides: Sides, source: ProfileSource): Promise<Pair[]> {
  const { config } = sides.current;
  const { folder = artifactsFolder(config), task } = source;
  refuseUnknownTask(config, task);
  const known = tasksIn(config, folder);
  const tasks = task === null ? known : known.filter((name) => name === task);
  if (tasks.length === 0) {
    const { samples, answers } = placesOf(folder, task ?? '<task>');
    throw new Error(
      `There is nothing to simulate with: ${task === null ? 'no task has' : `the task ${task} has not`} both samples in ${samples} and answers in ${answers}. \`tierline profile\` makes answers; --from ledger takes what was served.`,
    );
  }
  const pairs: Pair[] = [];
  for (const name of tasks) pairs.push(...(await playTask(sides, name, { ...source, folder })));
  return pairs;
}

async function playTask(
  { current, candidate }: Sides,
  task: string,
  { folder, nowMs, recordOf }: ProfileSource & { folder: string },
): Promise<Pair[]> {
  const places = placesOf(folder, task);
  const { config } = current;
  const { samples } = readSamples(places.samples);
  const store: KeptAnswers = readAnswers(places.answers);
  const own = config.tasks.get(task) as TaskConfig;
  const oracle = await createOracle(own, { samples, config, engine: current, file: places.samples });
  const judgesOf = (model: string) => current.upstreamsOf(model);
  const ground: ProfileGround = { task, store, oracle, judgesOf, recordOf, nowMs };
  const whole = samples.reduce((sum, { weight }) => sum + weight, 0);
  const { volume } = own;
  const pairs: Pair[] = [];
  for (const sample of samples) {
    pairs.push({
      id: sample.id,
      task,
      tenant: null,
      session: null,
      weight: sample.weight,
      monthly: volume === null ? null : (volume * sample.weight) / whole,
      current: await playSample(current, sample, ground),
      candidate: await playSample(candidate, sample, ground),
    });
  }
  return pairs;
}
