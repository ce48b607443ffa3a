// Rows from evaluations: the answers that the router gave to held-out samples, each by the model that gave it. A kept verdict counts as long
// as it is by today's oracle; else it is made again from what is kept, and nobody is asked.
import { existsSync } from 'node:fs';
import type { Config, TaskConfig } from '../../config/config.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import type { Engine } from '../../router.ts';
import { toTaskRequest } from '../evaluate/ask-router.ts';
import { oracleDigest, taskOracle } from '../evaluate/config-digest.ts';
import { judgeCall } from '../evaluate/judge-call.ts';
import {
  type EvaluationRun,
  type KeptVerdict,
  listRuns,
  type RoutedCall,
  readRun,
  runPath,
} from '../evaluate/run-file.ts';
import { placesOf, type TaskPlaces } from '../places.ts';
import { createOracle } from '../profile/create-oracle.ts';
import { recallOnly } from '../profile/judging.ts';
import { readSamples } from '../samples/read-samples.ts';
import type { Sample } from '../samples/sample.ts';
import { LeftOut } from './left-out.ts';
import { toOutcomeLine } from './outcome-line.ts';
import { toSampleRow } from './sample-row.ts';
import { type SourcedRows, sayUnjudged } from './sourced-rows.ts';

export interface EvaluationSource {
  config: Config;
  engine: Engine;
  folder: string;
  /** Names of models; null: all that are configured. */
  models: readonly string[] | null;
}

/** Of every run of the task; of a model that answered a sample twice the newest answer counts. Rejects with Error for damaged files. */
export async function evaluationRows(task: TaskConfig, source: EvaluationSource): Promise<SourcedRows> {
  const places = placesOf(source.folder, task.name);
  const runs = listRuns(places.evaluations).toReversed();
  const left = new LeftOut();
  const rows = new Map<string, RowLine>();
  const samples = runs.length === 0 ? new Map<string, Sample>() : samplesIn(places);
  const verdictOf = await verdicts(task, { ...source, places, samples: [...samples.values()] });
  for (const run of runs.map((id) => readRun(runPath(places.evaluations, id)))) {
    for (const call of run.calls.values()) {
      if (call.model !== null && source.models?.includes(call.model) === false) continue;
      const sample = samples.get(call.key);
      const reason = sample === undefined ? 'its sample is no longer there' : refusalOf(call, source);
      if (sample === undefined || reason !== null) {
        left.add(call.model, reason ?? '');
        continue;
      }
      const model = call.model as string;
      const row = rows.get(call.key) ?? rowOf(sample, task.name);
      rows.set(call.key, row);
      if (row.outcomes[model] !== undefined) continue;
      const { pass, verdicts: said } = await verdictOf(run, sample, call);
      if (pass === null) left.add(model, sayUnjudged(said));
      else row.outcomes[model] = toOutcomeLine({ ...call, pass, costNanoUsd: ownCost(call) });
    }
  }
  return { rows, left: left.list(), unasked: new Map() };
}

function rowOf(sample: Sample, task: string): RowLine {
  return toSampleRow(sample, toTaskRequest(sample, task), { task, source: 'evaluate' });
}

function samplesIn({ heldOut, samples }: TaskPlaces): Map<string, Sample> {
  const all = [heldOut, samples].filter((file) => existsSync(file)).flatMap((file) => readSamples(file).samples);
  return new Map(all.map((sample) => [sample.digest, sample]));
}

/** Why an answer is none of a model's that counts; null when it is one. */
function refusalOf({ model, answer }: RoutedCall, { config }: EvaluationSource): string | null {
  if (model === null || answer === null) return 'the call was refused';
  return config.models.has(model) ? null : 'no longer configured';
}

/** The cost of the call holds everything that was tried before. */
function ownCost({ model, attempts }: RoutedCall): RoutedCall['costNanoUsd'] {
  return attempts.findLast((attempt) => attempt.model === model && attempt.status === 'ok')?.costNanoUsd ?? null;
}

type VerdictOf = (
  run: EvaluationRun,
  sample: Sample,
  call: RoutedCall,
) => Promise<Pick<KeptVerdict, 'pass' | 'verdicts'>>;

async function verdicts(
  task: TaskConfig,
  { config, engine, places, samples }: EvaluationSource & { places: TaskPlaces; samples: readonly Sample[] },
): Promise<VerdictOf> {
  const file = existsSync(places.heldOut) ? places.heldOut : places.samples;
  const oracle = samples.length === 0 ? null : await createOracle(task, { samples, config, engine, file });
  const ofTask = taskOracle(task);
  return async (run, sample, call) => {
    const kept = run.verdicts.get(call.key);
    if (kept !== undefined && kept.pass !== null && kept.oracle === oracleDigest(ofTask, sample)) return kept;
    if (oracle === null) return { pass: null, verdicts: [] };
    const inbound = toTaskRequest(sample, task.name);
    return judgeCall(oracle, { sample, inbound, call, ask: recallOnly(engine, run), task: task.name });
  };
}
