// What has been measured of a task so far, as it lies beside the configuration. It reads files and judges nothing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Config, TaskConfig } from '../../config/config.ts';
import { parseProfile } from '../estimate/read-profile.ts';
import { configDigest } from '../evaluate/config-digest.ts';
import { type HeldOut, readHeldOut } from '../evaluate/held-out.ts';
import { type EvaluationRun, isComplete, listRuns, readRun, runPath } from '../evaluate/run-file.ts';
import { type KeptGradings, readJudges } from '../judges/read-judges.ts';
import { placesOf, type TaskPlaces } from '../places.ts';
import { upstreamsIn } from '../profile/candidate.ts';
import type { Profile } from '../profile/profile.ts';
import { readSamples } from '../samples/read-samples.ts';

export interface Evidence {
  profile: Read<Profile>;
  /** Digest of the samples that profiles are made of. */
  samplesDigest: Read<string>;
  /** Whether a sample that profiles are made of has gates of its own. */
  hasSampleGates: boolean;
  heldOut: Read<HeldOut>;
  /** When the file of the held-out set was changed last, milliseconds since 1970; null when there is none. */
  heldOutAtMs: number | null;
  /** The newest whole evaluation of this very configuration. */
  evaluation: Read<EvaluationRun>;
  judges: Read<KeptGradings>;
}

/** What a file says; `problem` when it cannot be read, both null when there is none. */
export interface Read<Value> {
  value: Value | null;
  problem: string | null;
}

export function readEvidence(config: Config, task: TaskConfig, folder: string): Evidence {
  const places = placesOf(folder, task.name);
  const upstreams = [...config.models.keys()].map(upstreamsIn(config.models));
  const heldOutFile = existsSync(places.heldOut) ? places.heldOut : places.samples;
  const samples = read(places.samples, readSamples);
  return {
    profile: read(places.profile, (file) => parseProfile(readFileSync(file, 'utf8'), file)),
    samplesDigest: { value: samples.value?.digest ?? null, problem: samples.problem },
    hasSampleGates: samples.value?.samples.some(({ accept }) => accept.length > 0) ?? false,
    heldOut: read(heldOutFile, () => readHeldOut(places, { split: null, upstreams })),
    heldOutAtMs: existsSync(heldOutFile) ? statSync(heldOutFile).mtimeMs : null,
    evaluation: read(places.evaluations, () => newestOf(places, configDigest(config, task))),
    judges: read(places.judges, readJudges),
  };
}

/** A file that is not there is no problem: whoever needs it says so. */
function read<Value>(file: string, from: (file: string) => Value | null): Read<Value> {
  if (!existsSync(file)) return { value: null, problem: null };
  try {
    return { value: from(file), problem: null };
  } catch (error) {
    return { value: null, problem: (error as Error).message.replaceAll(/\s*\n\s*/g, ' ').replace(/\.$/, '') };
  }
}

function newestOf({ evaluations }: TaskPlaces, digest: string): EvaluationRun | null {
  for (const id of listRuns(evaluations).toReversed()) {
    const run = readRun(runPath(evaluations, id));
    if (run.head.config.digest === digest && isComplete(run)) return run;
  }
  return null;
}
