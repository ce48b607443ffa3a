// What came of a recalibration. Data only; shares from 0 to 1, amounts in nano-dollars, and null is what cannot be told.
import type { Path } from '../../config/problem.ts';
import type { Difference } from '../../stats/bootstrap.ts';
import type { Interval } from '../../stats/proportion.ts';
import type { SimulationReport } from '../simulate/report.ts';
import type { PredictorAdvice } from './predictors.ts';
import type { SegmentsRefit } from './segments.ts';
import type { ThresholdsRefit } from './thresholds.ts';

/** `few`: too little is known, and `say` tells what is missing. */
export type RefitVerdict = 'change' | 'keep' | 'few';

/** One number of the configuration beside what the evidence says of it. */
export interface Refit {
  /** Below the task: `output.typical_tokens`. */
  key: string;
  path: Path;
  unit: 'tokens' | 'share';
  inForce: number | null;
  /** What the evidence says, as it would be written. */
  value: number | null;
  interval: Interval | null;
  /** How many fresh observations the evidence is worth. */
  effective: number;
  verdict: RefitVerdict;
  say: string;
}

/** What would be written into the configuration. */
export type Change =
  | { kind: 'number'; path: Path; value: number; unit: Refit['unit'] }
  | { kind: 'rule'; task: string; when: RuleCondition; route: RuleRoute };

/** The condition of a rule, by the key that the file gives it. */
export interface RuleCondition {
  by: 'tenant' | 'language';
  name: string;
}

export interface RuleRoute {
  model: string;
  fallback: readonly string[];
}

export interface TaskRecalibration {
  task: string;
  /** The model that its route begins with; null where that is another for every request. */
  first: string | null;
  /** Within the period. `calls` are those that the task's own route decided. */
  seen: { calls: number; canaries: number; ungraded: number; feedback: number; weak: number };
  refits: Refit[];
  thresholds: ThresholdsRefit;
  segments: SegmentsRefit;
  predictors: PredictorAdvice[];
  /** What loses touch: sentences, each with the line that helps. */
  idle: string[];
  changes: Change[];
}

/** What the changes would do to the calls of the period. */
export interface Effect {
  /** Both configurations over the same calls; rules by language are not part of it, for no row knows the language. */
  simulation: SimulationReport;
  /** The same, by calls that canaries have answered a second time; null without any. */
  canaries: CanaryEffect | null;
}

export interface CanaryEffect {
  /** Calls of which each can be told, and those where the answer would be another model's that nobody has looked at. */
  calls: number;
  untold: number;
  /** Whether only those were taken that no threshold was chosen by. */
  isHalf: boolean;
  /** Share of the answers that are at least as good as the other of the two. */
  inForce: Interval & { share: number };
  candidate: Interval & { share: number };
  difference: Difference;
  /** Per call, nano-dollars with a fraction; null where the ledger does not know enough of them. */
  perCall: Difference | null;
}

export interface Recalibration {
  version: 1;
  /** ISO 8601. */
  since: string;
  halfLifeMs: number;
  tasks: TaskRecalibration[];
  /** As `diff -u` shows it; empty when nothing changes. */
  diff: string;
  /** Changes that cannot be made in the file, and why. */
  left: string[];
  effect: Effect | null;
  notes: string[];
}
