// What an audit says of one task, found in logs: data for the table, for `--json` and for the register. No text of a prompt is in it.
import type { NanoUsd } from '../../call/money.ts';
import type { InputStructure } from '../../config/config.ts';
import type { Traits } from './first-tier.ts';

/** What an answer has to pass, as a configuration writes it. */
export type SuggestedGate = Record<string, unknown>;

export interface AuditGroup {
  /** Fit to be a task's name in a configuration; no two groups have the same. */
  name: string;
  /** Who named it: the application, a hint in the log, the words of the instructions, or nobody. */
  namedBy: 'task' | 'hint' | 'template' | 'nobody';
  /** The name as the log has it, where the application named the task. */
  task: string | null;
  fingerprint: string;
  /** Beginning of the instructions, slots left out; null when there are none to know it by. */
  title: string | null;
  kind: 'chat' | 'embedding';
  calls: number;
  errors: number;
  /** Answered by the log's own cache. */
  replayed: number;
  spendNanoUsd: NanoUsd;
  /** How many calls' costs were logged, priced by the catalog, priced from our own count, and are not known. */
  spendBasis: { logged: number; priced: number; estimated: number; unknown: number };
  /** Projected from the span of the whole log; null when it is too short to say. */
  monthly: { calls: number; nanoUsd: NanoUsd } | null;
  /** Most calls first. */
  models: ModelShare[];
  input: {
    typicalTokens: number | null;
    largestTokens: number | null;
    languages: string[];
    structure: InputStructure[];
  };
  output: { typicalTokens: number | null; largestTokens: number | null };
  /** Whether the tokens are counted by us for some of the calls. */
  hasEstimatedTokens: boolean;
  latencyMs: { p50: number | null; p95: number | null };
  /** Of all input tokens, those that a provider's cache gave. */
  cacheShare: number | null;
  errorShare: number;
  accept: SuggestedGate[];
  /** Kinds of personal data, and in how many of the sampled calls each was seen. */
  personal: { sampled: number; calls: number; kinds: Record<string, number> };
  /** What the first tier is told by. */
  traits: Traits;
  tier: string | null;
  /** Why this tier, one sentence with its numbers. */
  reason: string;
  /** What the next cheaper tier would save in a month (in the log's span where that cannot be told); null when nothing is below. */
  saving: Saving | null;
  /** Of calls, for looking them up in the log. */
  sampleIds: string[];
}

export interface ModelShare {
  model: string;
  provider: string;
  calls: number;
  share: number;
  nanoUsd: NanoUsd | null;
  tier: string | null;
}

export interface Saving {
  nanoUsd: NanoUsd;
  /** The models that would do the work, cheapest tier below. */
  to: string[];
}
