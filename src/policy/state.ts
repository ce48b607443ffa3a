// What the planner is told of the world beside request and configuration: the time, pins, rollouts and track records. The planner
// reads it and never writes it.
import type { Pin } from '../call/pin.ts';
import type { TrackRecord } from '../call/track-record.ts';
import type { Bypass } from './bypass.ts';

export interface PlanState {
  /** Milliseconds since 1970. */
  nowMs: number;
  /** Whether the call will cost anything. Ceilings bind only calls that do: counting tokens is free. */
  spends: boolean;
  /** The pin of a session's key, null when there is none. */
  pinOf: (key: string) => Pin | null;
  /** The rollout of a task that is running, and the share of its callers that are on the candidate, 0 to 100; null when none is. */
  rolloutOf: (task: string) => { rollout: string; percent: number } | null;
  /** Models that a task goes without for a while, and why; null when there are none. */
  bypassOf: (task: string) => Bypass | null;
  /** What is known of a model on a task (null: calls without one); null when nothing is. */
  recordOf: (task: string | null, model: string) => TrackRecord | null;
  /** A number that was drawn for this call, 0 to below 1: what exploration goes by. 1 where nothing is to be explored. */
  draw: number;
  /** The request's embedding by the encoder that the route's predictor asks for; null when there is none. */
  embedding: Float32Array | null;
}

/** A world about which nothing is known, for a question that spends nothing. */
export const NO_STATE: PlanState = {
  nowMs: 0,
  spends: false,
  pinOf: () => null,
  rolloutOf: () => null,
  bypassOf: () => null,
  recordOf: () => null,
  draw: 1,
  embedding: null,
};
