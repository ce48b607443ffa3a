// A finished call as watching sees it: what is compared with earlier calls, and nothing of its content.
import type { Arm } from '../call/arm.ts';

export interface Observation {
  id: string;
  /** Milliseconds since 1970. */
  atMs: number;
  task: string;
  tenant: string;
  /** What it is counted to beside its task: `tenant:acme`, `language:de`, `hours:08-12` (UTC), `input:long`. */
  segments: readonly string[];
  /** Model and provider that gave the answer; null when none did. */
  model: string | null;
  provider: string | null;
  /** `response.model` and `system_fingerprint` as the provider said them; null when it did not. */
  responseModel: string | null;
  fingerprint: string | null;
  /** What was asked of that provider: its own name of the model; null when nobody answered. */
  upstreamModel: string | null;
  /** Whether the first gated answer passed its gates; null when no gate spoke. */
  isPassed: boolean | null;
  isEscalated: boolean;
  /** Whether the client got no complete answer, and not because it had left. */
  isFailed: boolean;
  /** Whether an upstream failure made another model or deployment answer. */
  isFallback: boolean;
  /** Whether a learned router had no forecast in time; null where none was asked. */
  isUnforeseen: boolean | null;
  /** Null when not known. */
  inputTokens: number | null;
  /** Share of the input that came from the provider's prompt cache, 0 to 1; null when not known. */
  cachedShare: number | null;
  outputTokens: number | null;
  /** Null is unknown, never nothing. */
  costNanoUsd: number | null;
  latencyMs: number | null;
  decisionUs: number;
  /** Null for a call of a task without a rollout. */
  arm: Arm | null;
}
