// What an evaluation comes to: its figures, the earlier run it is held against, and whether it keeps its bounds.
import type { Engine } from '../../router.ts';
import { recallOnly } from '../profile/judging.ts';
import type { Sample } from '../samples/sample.ts';
import { toTaskRequest } from './ask-router.ts';
import { type Bounds, type Ruling, ruleOn } from './bounds.ts';
import { type Comparison, compareRuns, pairUp } from './compare-runs.ts';
import { judgeCall } from './judge-call.ts';
import type { EvaluatedTask } from './prepare-evaluation.ts';
import { type EvaluationRun, isComplete, listRuns, type RunHead, readRun, runPath } from './run-file.ts';
import { type EvaluatedSample, type RunSummary, summariseRun } from './summarise-run.ts';

export interface TaskEvaluation {
  run: Omit<RunHead, 'kind' | 'version'>;
  summary: RunSummary;
  comparison: Comparison | null;
  ruling: Ruling;
  samples: EvaluatedSample[];
}

export interface Against {
  /** Id of a run; null: the newest of another configuration. */
  id: string | null;
  /** Of the configuration whose run is preferred; null: no preference. */
  preferred: string | null;
}

export async function concludeEvaluation(
  task: EvaluatedTask & { run: EvaluationRun },
  { engine, bounds, against }: { engine: Pick<Engine, 'delivery'>; bounds: Bounds; against: Against },
): Promise<TaskEvaluation> {
  const { confidence } = task.config.thresholds;
  const { kind: _kind, version: _version, ...run } = task.run.head;
  const samples = samplesOf(task, task.run);
  const summary = summariseRun(samples, confidence);
  const other = findOther(task, against);
  const comparison = other === null ? null : await compareWith(other, { task, samples, engine });
  return { run, summary, comparison, ruling: ruleOn(summary, comparison, bounds), samples };
}

function samplesOf({ samples, heldOut }: EvaluatedTask, { calls, verdicts }: EvaluationRun): EvaluatedSample[] {
  return samples.map(({ id, digest, weight }) => {
    const { pass = null, verdicts: said = [] } = verdicts.get(digest) ?? {};
    return {
      id,
      digest,
      weight,
      isSeen: heldOut.seen.has(digest),
      call: calls.get(digest) ?? null,
      pass,
      verdicts: said,
    };
  });
}

/**
 * The named run; else the newest whole one of the preferred configuration, of any other configuration, of this one. Throws Error for a name
 * that no run has.
 */
export function findOther({ places, head }: EvaluatedTask, { id, preferred }: Against): EvaluationRun | null {
  const ids = listRuns(places.evaluations).filter((one) => one !== head.id);
  if (id !== null) {
    if (ids.includes(id)) return readRun(runPath(places.evaluations, id));
    throw new Error(`There is no other run ${JSON.stringify(id)} of ${head.task}. Runs: ${ids.join(', ') || 'none'}.`);
  }
  const runs = ids.map((one) => readRun(runPath(places.evaluations, one))).filter(isComplete);
  const byDigest = (isWanted: (digest: string) => boolean): EvaluationRun | undefined =>
    runs.findLast((run) => isWanted(run.head.config.digest));
  const own = head.config.digest;
  return (
    (preferred === null || preferred === own ? undefined : byDigest((digest) => digest === preferred)) ??
    byDigest((digest) => digest !== own) ??
    byDigest((digest) => digest === own) ??
    null
  );
}

interface Present {
  task: EvaluatedTask;
  samples: readonly EvaluatedSample[];
  engine: Pick<Engine, 'delivery'>;
}

async function compareWith(other: EvaluationRun, { task, samples, engine }: Present): Promise<Comparison> {
  const { earlier, judgedAgain } = await judgeEarlier(other, task, engine);
  const { id, startedAt, config } = other.head;
  const against = {
    id,
    startedAt,
    file: config.file,
    route: config.route,
    isSameConfig: config.digest === task.head.config.digest,
    judgedAgain,
  };
  return compareRuns(pairUp(earlier, samples), against, task.config.thresholds.confidence);
}

/** Verdicts of another oracle are not comparable: such answers are judged again, with nobody asked. */
async function judgeEarlier(
  other: EvaluationRun,
  task: EvaluatedTask,
  engine: Pick<Engine, 'delivery'>,
): Promise<{ earlier: EvaluatedSample[]; judgedAgain: number }> {
  let judgedAgain = 0;
  const ask = recallOnly(engine, other);
  const earlier: EvaluatedSample[] = [];
  for (const [index, known] of samplesOf(task, other).entries()) {
    const sample = task.samples[index] as Sample;
    const isSame = other.verdicts.get(known.digest)?.oracle === task.oracleOf(sample);
    if (known.call === null || isSame) earlier.push(known);
    else {
      judgedAgain++;
      const inbound = toTaskRequest(sample, task.config.name);
      earlier.push({
        ...known,
        ...(await judgeCall(task.oracle, { sample, inbound, call: known.call, ask, task: task.config.name })),
      });
    }
  }
  return { earlier, judgedAgain };
}
