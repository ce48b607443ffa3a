// Opens artifacts for routes and for gates. What is wrong with one is told as a sentence about its file, with what to do about it.
import { basename } from 'node:path';
import { GateProblem } from '../gate/peer.ts';
import type { Scorer } from '../gate/scorer.ts';
import type { Predictor, PromiseName } from '../policy/predictor.ts';
import { type Artifact, readArtifact } from './artifact/artifact.ts';
import { createPredictor } from './artifact/create-predictor.ts';
import { createScorer } from './artifact/create-scorer.ts';

/** What a route or a gate asks of an artifact. */
export interface WantedOfArtifact {
  quality: number | null;
  maxCostNanoUsd: number | null;
  promise?: PromiseName | null;
  /** Whether a learned gate goes through the order. */
  isGated?: boolean;
  /** The provider's name of a configured model; null where it is not configured. */
  snapshotOf?: (model: string) => string | null;
}

/** Throws Error with a `hint`. */
export function loadPredictor(
  file: string,
  { quality, maxCostNanoUsd, promise = null, isGated = true, snapshotOf }: WantedOfArtifact,
): Predictor {
  const { artifact, id } = open(file);
  refuseOthers(file, artifact, snapshotOf);
  try {
    const maxCostUsd = maxCostNanoUsd === null ? null : maxCostNanoUsd / 1e9;
    return createPredictor(artifact, { id, isGated, quality, maxCostUsd, promise });
  } catch (error) {
    throw problem(file, (error as Error).message, 'Train it again with `tierline train`.');
  }
}

/** Throws GateProblem. */
export function loadScorer(
  file: string,
  demand: Omit<WantedOfArtifact, 'isGated'> = { quality: null, maxCostNanoUsd: null },
): Scorer {
  try {
    const { artifact, id } = open(file);
    refuseOthers(file, artifact, demand.snapshotOf);
    const maxCostUsd = demand.maxCostNanoUsd === null ? null : demand.maxCostNanoUsd / 1e9;
    return createScorer(artifact, { id, quality: demand.quality, maxCostUsd, promise: demand.promise ?? null });
  } catch (error) {
    const { message, hint = null } = error as Error & { hint?: string | null };
    throw new GateProblem(message, { hint, cause: error });
  }
}

function open(file: string): { artifact: Artifact; id: string } {
  try {
    return readArtifact(file);
  } catch (error) {
    throw problem(file, (error as Error).message, 'Make one with `tierline train`.');
  }
}

/** A model that answers under the same name and is another one has not been learned from. */
function refuseOthers(file: string, { snapshots }: Artifact, snapshotOf: WantedOfArtifact['snapshotOf']): void {
  if (snapshotOf === undefined) return;
  for (const [model, trained] of Object.entries(snapshots)) {
    const configured = snapshotOf(model);
    if (configured === null || configured === trained) continue;
    throw problem(
      file,
      `it was trained on ${trained} as ${model}, and ${model} is ${configured} here`,
      'Train it again on outcomes of the model that is configured.',
    );
  }
}

function problem(file: string, message: string, hint: string): Error & { hint: string } {
  return Object.assign(new Error(`${basename(file)}: ${message}`), { hint });
}
