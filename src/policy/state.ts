// What the planner is told of the world beside request and configuration: the time, pins and track records. The planner
// reads it and never writes it.
import type { Pin } from '../call/pin.ts';
import type { TrackRecord } from '../call/track-record.ts';

export interface PlanState {
  /** Milliseconds since 1970. */
  nowMs: number;
  /** The pin of a session's key, null when there is none. */
  pinOf: (key: string) => Pin | null;
  /** What is known of a model on a task (null: calls without one); null when nothing is. */
  recordOf: (task: string | null, model: string) => TrackRecord | null;
}

/** A world about which nothing is known. */
export const NO_STATE: PlanState = { nowMs: 0, pinOf: () => null, recordOf: () => null };
