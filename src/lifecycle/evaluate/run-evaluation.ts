// Sends what has no answer yet through the router, so many at a time, never above the ceiling, and has everything judged. What is paid is kept
// before anything else happens with it.

import { TierlineError } from '../../call/errors.ts';
import type { NanoUsd } from '../../call/money.ts';
import type { PlannedAttempt } from '../../call/plan.ts';
import type { Inbound } from '../../dialect/inbound.ts';
import { decide } from '../../policy/decide.ts';
import type { Engine } from '../../router.ts';
import { askOrRecall, type JudgeAsk, recallOnly } from '../profile/judging.ts';
import { type JobEnd, type LaneOptions, type LaneResult, runLane } from '../profile/lane.ts';
import { expectedCost } from '../profile/question.ts';
import type { Clock } from '../profile/run-profile.ts';
import type { Spending } from '../profile/spending.ts';
import type { Sample } from '../samples/sample.ts';
import { askRouter, callerOf, type Routed, toTaskRequest } from './ask-router.ts';
import { judgeCall } from './judge-call.ts';
import type { EvaluatedTask } from './prepare-evaluation.ts';
import { type OpenRun, openRun, type RoutedCall } from './run-file.ts';

export interface OpenTask extends EvaluatedTask {
  run: OpenRun;
}

/** A sample that is to be sent. */
export interface RoutedJob {
  task: OpenTask;
  sample: Sample;
  inbound: Inbound;
  /** If the first model answers, and if every step of the plan is tried; null when a price is not known. */
  expected: { low: NanoUsd; high: NanoUsd } | null;
  /** Models of the plan without a price. */
  unpriced: readonly string[];
}

export interface Evaluation {
  tasks: readonly OpenTask[];
  jobs: readonly RoutedJob[];
  close: () => void;
}

export interface EvaluationRunOptions {
  /** Without memory: see `withoutMemory`. */
  engine: Engine;
  spending: Spending;
  lanes: Omit<LaneOptions, 'now' | 'sleep'>;
  signal: AbortSignal;
  clock: Clock;
  /** After every call that is over, and whenever there is something to tell. */
  onProgress: (progress: { task: string; call: RoutedCall | null; note: string | null }) => void;
}

/** Opens the runs. Throws Error when one of them cannot be; nothing is left open then. */
export function openEvaluation(tasks: readonly EvaluatedTask[], engine: Engine, nowMs: number): Evaluation {
  const open: OpenTask[] = [];
  const close = (): void => {
    for (const { run } of open) run.close();
  };
  try {
    for (const task of tasks) open.push({ ...task, run: openRun(task.path, task.head) });
    return { tasks: open, jobs: open.flatMap((task) => jobsOf(task, engine, nowMs)), close };
  } catch (error) {
    close();
    throw error;
  }
}

function jobsOf(task: OpenTask, engine: Engine, nowMs: number): RoutedJob[] {
  const measured = new Map(task.profile?.models.map((one) => [one.model, one.outputTokens?.mean ?? null]));
  return task.samples
    .filter(({ digest }) => !task.run.calls.has(digest))
    .map((sample) => {
      const inbound = toTaskRequest(sample, task.config.name);
      const costs = plannedAttempts(engine, inbound, nowMs).map((attempt) => {
        const model = engine.policy.models.get(attempt.model);
        const candidate = model === undefined ? null : { model, deployments: attempt.deployments, upstreams: [] };
        const outputTokens = measured.get(attempt.model) ?? task.config.typicalOutputTokens;
        return { attempt, cost: candidate && expectedCost(candidate, inbound, { outputTokens, nowMs }) };
      });
      const unpriced = costs.filter(({ cost }) => cost === null).map(({ attempt }) => attempt.model);
      const high = costs.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
      const expected = unpriced.length > 0 ? null : { low: costs[0]?.cost ?? 0, high };
      return { task, sample, inbound, expected, unpriced };
    });
}

/** Those that follow a refused answer; what only stands in for an outage is not reckoned with. */
function plannedAttempts(engine: Engine, inbound: Inbound, nowMs: number): PlannedAttempt[] {
  try {
    const { attempts } = decide(engine.policy, inbound, callerOf(inbound), engine.planState(nowMs));
    return attempts.filter(({ after }, index) => index === 0 || after === 'any');
  } catch (error) {
    // Refused by the policy: that is a result, and costs nothing.
    if (error instanceof TierlineError) return [];
    throw error;
  }
}

/** A lane for each task; resolves when there is nothing more that can be done. */
export async function runEvaluation(
  { tasks, jobs }: Pick<Evaluation, 'tasks' | 'jobs'>,
  options: EvaluationRunOptions,
): Promise<Map<string, LaneResult>> {
  const { lanes, clock, signal, engine } = options;
  const laneOptions: LaneOptions = { ...lanes, now: clock.nowMs, sleep: clock.sleep };
  const byTask = Map.groupBy(jobs, ({ task }) => task);
  const results = await Promise.all(
    [...byTask].map(async ([task, own]): Promise<[string, LaneResult]> => {
      const ask = askOrRecall(options, { name: task.config.name, store: task.run });
      const work = (job: RoutedJob): Promise<JobEnd> => runJob(job, options, ask);
      return [task.config.name, await runLane(own, work, { options: laneOptions, signal })];
    }),
  );
  for (const task of tasks) {
    const store = { name: task.config.name, store: task.run };
    await judgeRest(task, signal.aborted ? recallOnly(engine, task.run) : askOrRecall(options, store));
  }
  return new Map(results);
}

async function runJob(job: RoutedJob, options: EvaluationRunOptions, ask: JudgeAsk): Promise<JobEnd> {
  const { engine, spending, clock, onProgress } = options;
  const { task, sample, inbound, expected } = job;
  const group = task.config.name;
  const reserved = spending.reserve(group, expected?.high ?? 0);
  if (reserved === null) return { is: 'full' };
  task.run.start(sample.digest);
  const routed = await askRouter(engine, { sample, inbound, nowMs: clock.nowMs });
  if (routed.is === 'over') {
    task.run.keep(routed.call);
    spending.settle(group, reserved, routed.call.costNanoUsd);
    onProgress({ task: group, call: routed.call, note: null });
    await keepVerdict(task, { sample, inbound, call: routed.call }, ask);
    return { is: 'done' };
  }
  const { failure } = routed;
  if (failure.costNanoUsd !== 0) task.run.keep(failure);
  spending.settle(group, reserved, failure.costNanoUsd);
  onProgress({ task: group, call: null, note: sayFailure(routed) });
  return routed.is === 'stuck' ? { is: 'stuck' } : routed;
}

function sayFailure(routed: Exclude<Routed, { is: 'over' }>): string {
  if (routed.is === 'stuck') return routed.failure.message;
  const wait = routed.waitMs === null ? '' : `, waiting ${Math.ceil(routed.waitMs / 1000)} s`;
  return `${routed.isLimit ? 'rate limit' : routed.failure.message}${wait}`;
}

/** What was answered in an earlier process, or could not be judged then. */
async function judgeRest(task: OpenTask, ask: JudgeAsk): Promise<void> {
  for (const sample of task.samples) {
    const call = task.run.calls.get(sample.digest);
    if (call === undefined || (task.run.verdicts.get(sample.digest)?.pass ?? null) !== null) continue;
    await keepVerdict(task, { sample, inbound: toTaskRequest(sample, task.config.name), call }, ask);
  }
}

async function keepVerdict(
  task: OpenTask,
  { sample, inbound, call }: { sample: Sample; inbound: Inbound; call: RoutedCall },
  ask: JudgeAsk,
): Promise<void> {
  const { verdicts, pass } = await judgeCall(task.oracle, { sample, inbound, call, ask, task: task.config.name });
  task.run.keep({ kind: 'verdict', key: sample.digest, oracle: task.oracleOf(sample), pass, verdicts });
}
