// What a configuration says of rollouts: which route is tried in the place of a task's, by which steps, and what stops it. Data only.
import type { RouteConfig } from './config.ts';

export interface RolloutConfig {
  task: string;
  candidate: RouteConfig;
  /** 16 hexadecimal digits of what the file says of the candidate: another candidate is another rollout. */
  digest: string;
  /** Percent of the task's callers that are on the candidate, step by step: above 0, rising, the last 100. */
  stepsPercent: readonly number[];
  /** Who has one route throughout: a conversation, or everybody of a tenant. */
  by: 'session' | 'tenant';
  /** Whether every step waits for somebody to allow it. */
  approval: 'auto' | 'ask';
  /** Of the candidate's answers that are graded while it runs, above 0 and up to 1. */
  canaryShare: number;
  /** Calls that a step has to have had, of either side. */
  minCalls: number;
  /** Graded answers of either side that a step has to have had. */
  minCanaries: number;
  /** How far the candidate's quality may be below the base's, a share of answers: 0.001 to 0.5. */
  maxLoss: number;
  /** What a call of the candidate may cost, and how long it may take, in proportion to one of the base. */
  maxCostRatio: number;
  maxLatencyRatio: number;
  /** How far the candidate's share of failed calls may be above the base's, 0 to 1. */
  maxErrorRise: number;
  /** Graded answers after which a rollout that nothing has decided ends. */
  maxCanaries: number;
}
