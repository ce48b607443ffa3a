// Runs samples through candidate models: every question once, as many at a time as providers allow, never above the ceiling. What is paid
// is kept before anything else happens with it, and a run that goes on asks only what is missing.
import type { NanoUsd } from '../../call/money.ts';
import { Asking } from '../../delivery/asking.ts';
import type { Inbound } from '../../dialect/inbound.ts';
import type { Engine } from '../../router.ts';
import type { Sample } from '../samples/sample.ts';
import { answerKey, type KeptAnswer } from './answer.ts';
import type { AnswerStore } from './answer-store.ts';
import type { Candidate } from './candidate.ts';
import { createJudging, type Judging } from './judging.ts';
import { type LaneOptions, type LaneResult, runLane } from './lane.ts';
import type { Oracle } from './oracle.ts';
import { type Asked, askSample, expectedCost, toRequest } from './question.ts';
import type { Spending } from './spending.ts';

/** One task to be measured. */
export interface ProfiledTask {
  name: string;
  samples: readonly Sample[];
  candidates: readonly Candidate[];
  oracle: Oracle;
  store: AnswerStore;
  /** How long its answers usually are; null when nobody knows. */
  outputTokens: number | null;
}

/** What is to be asked, or what became of it. */
export interface Job {
  task: ProfiledTask;
  sample: Sample;
  candidate: Candidate;
  key: string;
  inbound: Inbound;
  /** Null when the model has no price. */
  expectedNanoUsd: NanoUsd | null;
}

export interface ProfileRun {
  engine: Engine;
  spending: Spending;
  lanes: Omit<LaneOptions, 'now' | 'sleep'>;
  signal: AbortSignal;
  clock: Clock;
  /** After every answer, and whenever there is something to tell. */
  onProgress: (progress: { model: string; kept: KeptAnswer | null; note: string | null }) => void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  nowMs: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long one answer may take at most, whatever the configuration allows a client. */
const MOST_MS = 600_000;

/** Questions that have no answer yet. Wherever a run ends, every task has had its turn, each with a fair part of its samples. */
export function openJobs(tasks: readonly ProfiledTask[], nowMs: number): Job[] {
  const most = Math.max(0, ...tasks.map(({ samples }) => samples.length));
  const jobs: Job[] = [];
  for (let at = 0; at < most; at++) {
    for (const task of tasks) {
      const sample = task.samples[at];
      if (sample !== undefined) jobs.push(...jobsOf(task, sample, nowMs));
    }
  }
  return jobs;
}

function jobsOf(task: ProfiledTask, sample: Sample, nowMs: number): Job[] {
  return task.candidates.flatMap((candidate) => {
    const key = answerKey(sample, candidate.upstreams);
    if (task.store.answer(key) !== null) return [];
    const inbound = toRequest(sample, candidate);
    const expectedNanoUsd = expectedCost(candidate, inbound, { outputTokens: task.outputTokens, nowMs });
    return [{ task, sample, candidate, key, inbound, expectedNanoUsd }];
  });
}

/** Lanes by model; resolves when there is nothing more that can be done. */
export async function runProfile(run: ProfileRun, jobs: readonly Job[]): Promise<Map<string, LaneResult>> {
  const { lanes, clock, signal } = run;
  const options: LaneOptions = { ...lanes, now: clock.nowMs, sleep: clock.sleep };
  const byModel = Map.groupBy(jobs, ({ candidate }) => candidate.model.name);
  const judgings = new Map([...new Set(jobs.map(({ task }) => task))].map((task) => [task, createJudging(run, task)]));
  const engine = withoutRetries(run.engine);
  const results = await Promise.all(
    [...byModel].map(async ([model, own]): Promise<[string, LaneResult]> => {
      const work = (job: Job) => new JobRun({ ...run, engine }, job, judgings.get(job.task) as Judging).run();
      return [model, await runLane(own, work, { options, signal })];
    }),
  );
  return new Map(results);
}

/** A lane knows better when it makes sense to try again: it sees all questions to a model. */
export function withoutRetries(engine: Engine): Engine {
  const { delivery } = engine;
  return { ...engine, delivery: { ...delivery, options: { ...delivery.options, maxAttempts: 1 } } };
}

class JobRun {
  private readonly parts: ProfileRun;
  private readonly job: Job;
  private readonly judging: Judging;

  constructor(parts: ProfileRun, job: Job, judging: Judging) {
    this.parts = parts;
    this.job = job;
    this.judging = judging;
  }

  async run(): ReturnType<Parameters<typeof runLane<Job>>[1]> {
    const { spending, engine, clock, onProgress } = this.parts;
    const { task, sample, candidate, inbound, key, expectedNanoUsd } = this.job;
    const model = candidate.model.name;
    const group = `${task.name}\n${model}`;
    const reserved = spending.reserve(group, expectedNanoUsd ?? 0);
    if (reserved === null) return { is: 'full' };
    task.store.start(key);
    const asking = new Asking(performance.now() + Math.min(MOST_MS, engine.delivery.options.totalMs));
    const asked = await askSample(engine, { sample, candidate, inbound, asking, nowMs: clock.nowMs });
    if (asked.is === 'kept') {
      task.store.keep(asked.kept);
      spending.settle(group, reserved, asked.kept.costNanoUsd);
      onProgress({ model, kept: asked.kept, note: null });
      await this.judging.judge(sample, inbound, asked.kept);
      return { is: 'done' };
    }
    this.fail(asked);
    spending.settle(group, reserved, asked.failure.cost.nanoUsd);
    return asked.is === 'stuck' ? { is: 'stuck' } : asked;
  }

  /** What was spent on no answer is kept as well. */
  private fail(asked: Exclude<Asked, { is: 'kept' }>): void {
    const { clock, onProgress } = this.parts;
    const { task, key, candidate } = this.job;
    const model = candidate.model.name;
    const { code, say, cost } = asked.failure;
    if (cost.nanoUsd !== 0) {
      const at = new Date(clock.nowMs()).toISOString();
      task.store.keep({ kind: 'failure', key, model, at, code, costNanoUsd: cost.nanoUsd });
    }
    if (asked.is === 'stuck') onProgress({ model, kept: null, note: `${model}: ${say}` });
    else {
      const wait = asked.waitMs === null ? '' : `, waiting ${Math.ceil(asked.waitMs / 1000)} s`;
      onProgress({ model, kept: null, note: `${model}: ${asked.isLimit ? 'rate limit' : say}${wait}` });
    }
  }
}
