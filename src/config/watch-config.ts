// What a configuration says of watching: whether calls are compared with earlier ones, and what is done when something has changed. Data only.
import type { NanoUsd } from '../call/money.ts';

export interface WatchConfig {
  /** Whether drift is looked for. */
  isWatching: boolean;
  /** Chance of any false alarm in 50,000 unchanged calls of a task, 0 to 1. */
  falseAlarms: number;
  /** Calls by which the usual is learned, where no profile tells it. */
  learnCalls: number;
  actions: ActionsConfig;
}

/** Nothing is done that is not named here. */
export interface ActionsConfig {
  /** No rollout of a task goes on while an alarm of the task stands. */
  freezesRollouts: boolean;
  /** How long a task goes without the model whose answers have become worse; null: it never does. */
  bypassMs: number | null;
  /** Whether profiles and artifacts of a task whose answers have changed are marked as stale. */
  marksStale: boolean;
  /** Null: nothing is measured anew. */
  reprofile: ReprofileConfig | null;
}

export interface ReprofileConfig {
  /** What one may cost at most. */
  maxNanoUsd: NanoUsd;
  /** At least so long between two of one task. */
  everyMs: number;
}
