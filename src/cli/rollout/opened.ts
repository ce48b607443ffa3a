// What the files beside the ledger say of rollouts: events, and what a gateway has kept of the arms. The gateway may be gone, or never have been: then
// nothing is known, and nothing is made up.
import { readFileSync, statSync } from 'node:fs';
import { isKept, type KeptEvidence } from '../../after/kept-evidence.ts';
import { isObject, parseObject } from '../../call/json.ts';
import type { Config } from '../../config/config.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import { appendEvent, type RolloutEvent, readEvents } from '../../watch/rollout/events.ts';
import type { Evidence } from '../../watch/rollout/evidence.ts';
import { rolloutEventsPath, watchStatePath } from '../../watch/rollout/places.ts';
import { fold, type RolloutState } from '../../watch/rollout/rollout-state.ts';
import { unknownTask } from '../known-task.ts';

export interface Kept {
  path: string;
  /** When the gateway wrote it, milliseconds since 1970; null when it has not. */
  writtenMs: number | null;
  /** By task; null for a file that is none of a gateway's. */
  rollouts: ReadonlyMap<string, KeptEvidence> | null;
}

export interface OpenedRollouts {
  /** The file of events. */
  path: string;
  states: ReadonlyMap<string, RolloutState>;
  kept: Kept;
}

/** Reads what there is. Throws Error for events that cannot be read. */
export function openRollouts(ledger: string): OpenedRollouts {
  const path = rolloutEventsPath(ledger);
  return { path, states: fold(readEvents(path)), kept: readKept(watchStatePath(ledger)) };
}

function readKept(path: string): Kept {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { path, writtenMs: null, rollouts: new Map() };
  const writtenMs = stat.mtimeMs;
  const value = parseObject(readFileSync(path, 'utf8'));
  if (value === null) return { path, writtenMs, rollouts: null };
  const { rollouts } = value;
  const entries = isObject(rollouts) ? Object.entries(rollouts) : [];
  return {
    path,
    writtenMs,
    rollouts: new Map(entries.flatMap(([task, kept]) => (isKept(kept) ? [[task, kept] as const] : []))),
  };
}

/** What counts of what is known of a rollout; a sentence where nothing does. */
export function evidenceOf(kept: Kept, state: RolloutState, config: RolloutConfig): Evidence | string {
  const { path, writtenMs, rollouts } = kept;
  if (writtenMs === null) return `No gateway has written evidence yet: there is no ${path}.`;
  if (rollouts === null) return `There is no evidence: ${path} is not what a gateway writes.`;
  const own = rollouts.get(state.task);
  if (own?.rollout !== state.rollout) return 'No gateway has written evidence of this rollout yet.';
  if (own.rules !== JSON.stringify(rulesOf(config)))
    return 'What was gathered until now no longer counts, for the rules in the configuration were changed.';
  return own.evidence;
}

/** Writes what a person does; what then holds. Throws Error when something that happened meanwhile has made it void. */
export function happen({ path }: Pick<OpenedRollouts, 'path'>, event: RolloutEvent): RolloutState {
  appendEvent(path, event);
  const state = fold(readEvents(path)).get(event.task);
  const isTaken = state?.history.some(
    ({ at, event: kind, by, rollout }) =>
      at === event.at && kind === event.event && by === event.by && rollout === event.rollout,
  );
  if (state === undefined || isTaken !== true)
    throw new Error(
      `Something else happened to the rollout of ${event.task} meanwhile, and this changed nothing: see \`tierline rollout status ${event.task}\`.`,
    );
  return state;
}

/** Throws a sentence for a task that neither the configuration nor any event knows. */
export function refuseUnknownTask(task: string, { tasks }: Pick<Config, 'tasks'>, opened: OpenedRollouts): void {
  const known = new Set([...tasks.keys(), ...opened.states.keys()]);
  if (known.has(task)) return;
  throw unknownTask(task, known);
}
