// `tierline evaluate`: asks before it spends, shows how it goes, compares with an earlier run, and tells a program how it came out.
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { createMemory } from '../engine.ts';
import { readPriors } from '../evidence/priors.ts';
import { openUnrecorded } from '../instance.ts';
import { withoutMemory } from '../lifecycle/evaluate/ask-router.ts';
import type { Bounds, Ruling } from '../lifecycle/evaluate/bounds.ts';
import { configDigest } from '../lifecycle/evaluate/config-digest.ts';
import { concludeEvaluation, findOther, type TaskEvaluation } from '../lifecycle/evaluate/evaluate.ts';
import { type EvaluatedTask, prepareEvaluation } from '../lifecycle/evaluate/prepare-evaluation.ts';
import {
  type Evaluation,
  openEvaluation,
  type RoutedJob,
  runEvaluation,
} from '../lifecycle/evaluate/run-evaluation.ts';
import { artifactsFolder } from '../lifecycle/places.ts';
import { Spending } from '../lifecycle/profile/spending.ts';
import type { Engine } from '../router.ts';
import { seedHistory } from '../seed-history.ts';
import type { CommandIo } from './command-io.ts';
import { writeJunit } from './evaluate/junit.ts';
import { writeSummary } from './evaluate/markdown.ts';
import { writeEvaluations } from './evaluate/text.ts';
import { askForLeave, follow, LANE_LIMITS, type PaidWork, stopOnSignal, tellLeft } from './paid-run.ts';

export interface EvaluateOptions {
  /** What is evaluated. */
  config: Config;
  /** What is in force: whose folder, ledger and last run it is. */
  inForce: Config;
  tasks: readonly string[];
  split?: number | undefined;
  limit?: number | undefined;
  maxUsd?: number | undefined;
  concurrency: number;
  against?: string | undefined;
  maxQualityDrop?: number | undefined;
  maxCostRise?: number | undefined;
  minSamples: number;
  strict?: boolean | undefined;
  summary?: string | undefined;
  junit?: string | undefined;
  folder?: string | undefined;
  fresh?: boolean | undefined;
  offline?: boolean | undefined;
  yes?: boolean | undefined;
  json?: boolean | undefined;
}

/** The exit code: 0 fine, 1 a bound is passed over, 2 too little is known. Rejects for what cannot be evaluated at all. */
export async function evaluateCommand(options: EvaluateOptions, io: CommandIo): Promise<Ruling['exitCode']> {
  const { config, inForce } = options;
  const instance = await openUnrecorded(config, {
    memory: createMemory(seedHistory(inForce.ledger.path, readPriors(inForce).priors)),
  });
  try {
    const engine = withoutMemory(instance.engine);
    const { tasks: names, split = null, limit = null, fresh, offline } = options;
    const { folder = artifactsFolder(inForce) } = options;
    const which = offline === true ? 'newest' : fresh === true ? 'fresh' : 'resume';
    const nowMs = Date.now();
    const tasks = await prepareEvaluation({ config, engine, tasks: names, split, limit, which, folder, nowMs });
    refuseUnknownRun(tasks, options);
    for (const task of tasks) warnOfSeen(task, io);
    const evaluation = openEvaluation(tasks, engine, nowMs);
    try {
      await askRest(evaluation, { engine, options, io });
      return await tell(evaluation, { engine, options, io });
    } finally {
      evaluation.close();
    }
  } finally {
    await instance.close();
  }
}

interface Parts {
  engine: Engine;
  options: EvaluateOptions;
  io: CommandIo;
}

/** Before anything is spent. */
function refuseUnknownRun(tasks: readonly EvaluatedTask[], { against }: EvaluateOptions): void {
  if (against === undefined) return;
  for (const task of tasks) findOther(task, { id: against, preferred: null });
}

function warnOfSeen({ config, heldOut, samples }: EvaluatedTask, io: CommandIo): void {
  const seen = samples.filter(({ digest }) => heldOut.seen.has(digest)).length;
  if (seen === 0) return;
  io.warn(
    `${config.name}: ${seen} of ${samples.length} samples were used to measure models and choose thresholds; the policy may be worse than it looks on them`,
  );
}

async function askRest(evaluation: Evaluation, { engine, options, io }: Parts): Promise<void> {
  const isOffline = options.offline === true;
  const jobs = isOffline ? [] : evaluation.jobs;
  const spending = new Spending(await askForLeave(toPaidWork({ ...evaluation, jobs }), options, io));
  const stop = stopOnSignal(io);
  const counts = Map.groupBy(jobs, ({ task }) => task.config.name);
  const lanesOf = new Map([...counts].map(([task, own]) => [task, own.length]));
  const { advance, note, noteOf, finish } = await follow(lanesOf, { spending, io });
  const lanes = await runEvaluation(
    { ...evaluation, jobs },
    {
      engine,
      spending,
      lanes: { concurrency: options.concurrency, ...LANE_LIMITS },
      signal: isOffline ? AbortSignal.abort() : stop.signal,
      clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
      onProgress: ({ task, call, note: said }) => {
        if (call !== null) advance(task);
        if (said !== null) note(said, task);
      },
    },
  );
  finish(stop.signal.aborted);
  stop.release();
  tellLeft(lanes, { spending, noteOf, io });
}

function toPaidWork({ tasks, jobs }: Evaluation): PaidWork {
  const names = [...new Set(jobs.map(({ task }) => task.config.name))];
  const unpriced = [...new Set(jobs.flatMap((job) => job.unpriced))];
  const sum = (side: 'low' | 'high'): number =>
    jobs.reduce((total, { expected }: RoutedJob) => total + (expected?.[side] ?? 0), 0);
  return {
    count: jobs.length,
    what: `${jobs.length} calls of ${names.join(', ')}`,
    expected: unpriced.length > 0 ? null : { low: sum('low'), high: sum('high') },
    unpriced,
    lost: tasks.reduce((total, { run }) => total + run.lost.length, 0),
  };
}

async function tell({ tasks }: Evaluation, { engine, options, io }: Parts): Promise<Ruling['exitCode']> {
  const { config, inForce, against = null, maxQualityDrop = null, maxCostRise = null, minSamples } = options;
  const bounds: Bounds = { maxQualityDrop, maxCostRise, minSamples, isStrict: options.strict === true };
  const results: TaskEvaluation[] = [];
  for (const task of tasks) {
    const preferred = preferredOf(task, config === inForce ? null : inForce);
    results.push(await concludeEvaluation(task, { engine, bounds, against: { id: against, preferred } }));
  }
  if (options.summary !== undefined) writeFileSync(options.summary, writeSummary(results));
  if (options.junit !== undefined) writeFileSync(options.junit, writeJunit(results));
  const exitCode = worstOf(results);
  io.print(
    options.json === true
      ? `${JSON.stringify({ exitCode, tasks: results.map(toData) }, null, 2)}\n`
      : writeEvaluations(results),
  );
  return exitCode;
}

function preferredOf({ config: { name } }: EvaluatedTask, inForce: Config | null): string | null {
  const task = inForce?.tasks.get(name);
  return inForce === null || task === undefined ? null : configDigest(inForce, task);
}

/** A bound that is passed over says more than too little evidence about another task. */
function worstOf(results: readonly TaskEvaluation[]): Ruling['exitCode'] {
  const codes = results.map(({ ruling }) => ruling.exitCode);
  return codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0;
}

/** Without what the samples were answered: that is in the file of the run. */
function toData({ samples, ...rest }: TaskEvaluation): unknown {
  return {
    ...rest,
    results: samples.map(({ id, weight, isSeen, call, pass }) => ({
      sample: id,
      weight,
      isSeen,
      pass,
      model: call?.model ?? null,
      attempts: call?.attempts.length ?? 0,
      costNanoUsd: call?.costNanoUsd ?? null,
      latencyMs: call?.latencyMs ?? null,
      escalated: call?.escalated ?? null,
      refused: call === null ? null : (call.error?.code ?? null),
    })),
  };
}
