// What profiles tell a planner of models it has not seen at work yet. A profile that is about something else than what is configured now
// tells nothing: it is left out, and that is said. Nothing here is ever fatal.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, TaskConfig } from '../config/config.ts';
import { artifactsFolder, profilesIn } from './folder.ts';
import { type ProfileFile, parseProfile } from './profile-schema.ts';

/** What was measured of a model on a task, before it served any call. */
export interface Prior {
  task: string;
  model: string;
  /** Share of its answers that were good, and the answers behind it; null when none was judged. */
  passRate: { share: number; trials: number } | null;
  /** Share that the gates of production let through, who know no reference; null when nothing was judged. */
  acceptRate: number | null;
  /** What the verdicts on one answer cost on average; null when not known. */
  judgingNanoUsd: number | null;
  /** Mean tokens of an answer. */
  outputTokens: number | null;
  latencyMs: { mean: number; p95: number } | null;
}

export interface Priors {
  priors: Prior[];
  /** Profiles that were left out, each with its reason. */
  warnings: string[];
}

type ProfiledModel = ProfileFile['models'][number];

/** Of all profiles beside the configuration, or in another folder of artifacts. */
export function readPriors(config: Config, folder = artifactsFolder(config)): Priors {
  const found: Priors = { priors: [], warnings: [] };
  const profiles = profilesIn(folder);
  for (const file of namesIn(profiles)) {
    const path = join(profiles, file);
    try {
      const { priors, warnings } = priorsOf(parseProfile(readFileSync(path, 'utf8')), config);
      found.priors.push(...priors);
      found.warnings.push(...warnings.map((warning) => `the profile ${path} ${warning}`));
    } catch (error) {
      found.warnings.push(`the profile ${path} ${(error as Error).message}; the planner begins without it`);
    }
  }
  return found;
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted();
}

/** Warnings are the rest of a sentence about the profile. */
export function priorsOf(profile: ProfileFile, config: Config): Priors {
  const task = config.tasks.get(profile.task);
  if (task === undefined) return { priors: [], warnings: [`is of a task that is not configured, ${profile.task}`] };
  if (profile.stale !== undefined) return { priors: [], warnings: [`is marked as stale: ${profile.stale.reason}`] };
  const { missing } = gatesChanged(profile, task);
  if (missing.length > 0)
    return { priors: [], warnings: [`was made before ${task.name} had the gate ${missing.join(', ')}; make it anew`] };
  const moved = profile.models.filter((model) => !isOfUpstream(model, config));
  const warnings = moved.map(
    ({ model, upstream }) => `tells of ${model} at ${upstream.join(', ')}, which it is not now`,
  );
  const known = profile.models.filter((model) => !moved.includes(model));
  return { priors: known.map((model) => toPrior(profile.task, model)), warnings };
}

/** Gates of the task that a profile was made without, and gates it was made with that are not the task's: a sample may have its own. */
export function gatesChanged(
  { gates }: Pick<ProfileFile, 'gates'>,
  task: TaskConfig,
): Record<'missing' | 'more', string[]> {
  const own = gatesOf(task);
  return {
    missing: own.filter((gate) => !gates.includes(gate)),
    more: gates.filter((gate) => gate !== 'reference' && !own.includes(gate)),
  };
}

/** `finish: any` asks nothing and is no gate. */
function gatesOf({ accept }: TaskConfig): string[] {
  return accept.filter((gate) => gate.kind !== 'finish' || gate.expect !== 'any').map(({ kind }) => kind);
}

/** The limits of a task may have left out some of the places of a model, but none may have been added. */
function isOfUpstream({ model, upstream }: ProfiledModel, { models }: Config): boolean {
  const places = models.get(model)?.deployments.map(({ provider, upstreamModel }) => `${provider}/${upstreamModel}`);
  return places !== undefined && upstream.length > 0 && upstream.every((one) => places.includes(one));
}

function toPrior(task: string, profiled: ProfiledModel): Prior {
  const { model, passRate, accepted, judgingNanoUsd, outputTokens, latencyMs } = profiled;
  const { share, trials } = passRate;
  return {
    task,
    model,
    passRate: share === null || trials === 0 ? null : { share, trials },
    acceptRate: accepted.share,
    judgingNanoUsd,
    outputTokens: outputTokens?.mean ?? null,
    latencyMs: latencyMs === null ? null : { mean: latencyMs.mean, p95: latencyMs.p95 },
  };
}
