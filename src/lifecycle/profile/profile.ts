// A profile: what was measured of every candidate model on the samples of one task. Data only, kept as a file for review.
import type { CostBasis, NanoUsd } from '../../call/money.ts';
import type { ThresholdsConfig } from '../../config/config.ts';
import type { Distribution } from '../../stats/quantile.ts';

/**
 * `default`: its answers may be taken as they come. `gated`: behind gates and with a canary. `next`: the next tier is. `undecided`: the
 * interval does not allow a verdict yet.
 */
export type ProfileVerdict = 'default' | 'gated' | 'next' | 'undecided';

export interface Profile {
  version: 1;
  task: string;
  /** ISO 8601, UTC. */
  madeAt: string;
  samples: {
    /** Samples in the file when the profile was made. */
    count: number;
    /** Of all of them, to tell whether a file is still the one that was measured. */
    digest: string;
    /** How many of them have a reference. */
    withReference: number;
  };
  thresholds: ThresholdsConfig;
  /** Names of what an answer had to pass, in the order in which it was asked; `reference` among them where there is one. */
  gates: string[];
  /** Cheapest per call first; models whose cost is not known last. */
  models: ModelProfile[];
  recommendation: Recommendation;
  /** What has to be known before anything here is believed, one sentence each. */
  warnings: string[];
  /** What was spent on this task in all runs so far, judges included, and on how many questions nobody knows how much. */
  spent: { nanoUsd: NanoUsd; unknown: number };
  /** Why it should not be relied on any more; left out while it should. */
  stale?: { at: string; reason: string } | undefined;
}

export interface ModelProfile {
  model: string;
  /** Null for a model that stands on no rung. */
  tier: string | null;
  /** `provider/model`, as it was asked for. */
  upstream: string[];
  /** What the provider said that answered: `response.model`, each once. */
  snapshots: string[];
  /** When the first and the last answer came, ISO 8601; null when there is none. */
  firstAt: string | null;
  lastAt: string | null;
  /** Answers that were judged. */
  judged: number;
  /** Samples that the provider refused to answer (too long, not supported): they count as not passed. */
  refused: number;
  /** Samples without an answer or a verdict, because the run ended or the provider failed. They count as nothing. */
  missing: number;
  passRate: PassRate;
  /** What the gates of production alone let pass, right or wrong: the share that a cascade would not send on. */
  accepted: PassRate;
  cost: ProfiledCost;
  /** What the verdicts on one answer cost on average, in nano-dollars with a fraction; null when not known. */
  judgingNanoUsd: number | null;
  /** Tokens of the answers and of the prompts, in this model's own. */
  outputTokens: Distribution | null;
  inputTokens: Distribution | null;
  /** Time to the complete answer. */
  latencyMs: Distribution | null;
  byGate: GateResult[];
  verdict: ProfileVerdict;
  /** How many more samples a verdict would take, if the share stays what it is; null: more than can be told, or none. */
  moreSamples: number | null;
  /** Whether no mixture of other models is both cheaper and better. */
  isOnFrontier: boolean;
  /** The verdict with its numbers, as one sentence. */
  say: string;
}

export interface PassRate {
  /** Weighted, 0 to 1; null when nothing was judged. */
  share: number | null;
  low: number;
  high: number;
  /** Answers that the interval rests on: fewer than were judged where weights differ. */
  trials: number;
}

export interface ProfiledCost {
  /** Answers whose cost is known. */
  known: number;
  /** Of those, everything together, judges not included. */
  totalNanoUsd: NanoUsd;
  /** Weighted mean of an answer, in nano-dollars with a fraction; null when no cost is known. */
  perCallNanoUsd: number | null;
  /** What an answer that passes costs; null when none passes. */
  perPassNanoUsd: number | null;
  basis: CostBasis;
}

export interface GateResult {
  gate: string;
  judged: number;
  passed: number;
  /** Verdicts that the gate could not give. */
  broken: number;
}

export interface Recommendation {
  /** The cheapest model that is adequate; null as long as none is known to be. */
  model: string | null;
  tier: string | null;
  /** How it may be used. */
  verdict: ProfileVerdict;
  /** A cheaper model than the recommended one about which nothing can be said yet, each of them. */
  openModels: string[];
  /** What to do, as one sentence with its numbers. */
  say: string;
}
