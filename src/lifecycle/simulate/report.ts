// What a simulation found. Data only; amounts are nano-dollars, shares from 0 to 1, times milliseconds, and null is what cannot be told.
import type { NanoUsd } from '../../call/money.ts';
import type { Difference } from '../../stats/bootstrap.ts';
import type { Gap } from './walk-plan.ts';

export interface SimulationReport extends Comparison {
  version: 1;
  from: 'profile' | 'ledger';
  /** Which configurations were compared, for people. */
  policies: { current: string; candidate: string };
  /** From the first call to the last, ISO 8601; null for samples. */
  period: { since: string; until: string } | null;
  /** What the calls that can be told really cost, by the ledger; null for samples. */
  recorded: { costNanoUsd: NanoUsd; calls: number } | null;
  tasks: TaskComparison[];
  affected: Affected;
  untold: Untold[];
  /** What the reader has to know beside the figures, as sentences. */
  notes: string[];
}

/** Two policies over the same calls. Each figure is over the calls that can be told with both. */
export interface Comparison {
  calls: number;
  told: Told;
  current: SideResult;
  candidate: SideResult;
  /** Candidate less current. */
  difference: {
    costNanoUsd: NanoUsd | null;
    /** As a share of the current cost. */
    costShare: number | null;
    /** Per call, in nano-dollars with a fraction, with its interval. */
    perCall: Difference | null;
    quality: Difference | null;
  };
}

/** Calls of which each can be told, for both policies. */
export interface Told {
  plan: number;
  cost: number;
  escalation: number;
  quality: number;
  latency: number;
}

export interface SideResult {
  /** Of the calls whose cost is known with both policies, added up. */
  costNanoUsd: NanoUsd | null;
  /** Of all calls whose plan is known: at least and at most. `high` null: nothing bounds it. */
  costBounds: { low: NanoUsd; high: NanoUsd | null };
  /** Weighted mean, with a fraction. */
  perCallNanoUsd: number | null;
  perMonthNanoUsd: NanoUsd | null;
  /** Share of the answers that are acceptable. */
  quality: { share: number; low: number; high: number; trials: number } | null;
  /** Share of the calls that another model than the first would answer. */
  escalation: number | null;
  latencyMs: { p50: number; p95: number } | null;
  /** Calls that the policy would turn away, by error code. */
  refused: { code: string; calls: number }[];
  /** Calls in which an answer would have been stopped under way; it is counted in full. */
  stopped: number;
}

export interface TaskComparison extends Comparison {
  /** Null: calls without a task. */
  task: string | null;
}

/** What would go elsewhere. */
export interface Affected {
  /** Expected calls that another model would answer. */
  calls: number;
  share: number | null;
  tasks: AffectedGroup[];
  tenants: AffectedGroup[];
  sessions: { count: number; of: number };
  /** First models of the plans, the commonest change first. */
  moves: { from: string; to: string; calls: number }[];
  /** Calls that would be refused and are not now, by error code. */
  newlyRefused: { code: string; calls: number }[];
  /** The largest changes of cost, the ids of calls or samples with them. */
  largest: LargestChange[];
}

export interface AffectedGroup {
  name: string;
  calls: number;
  of: number;
  costNanoUsd: NanoUsd;
}

export interface LargestChange {
  id: string;
  task: string | null;
  /** Models in their order, `small > frontier` for an answer that may come from the second; or the code of a refusal. */
  from: string | null;
  to: string | null;
  costNanoUsd: NanoUsd;
}

export interface Untold {
  of: Gap['of'];
  policy: 'current' | 'candidate' | 'both';
  reason: string;
  calls: number;
}
