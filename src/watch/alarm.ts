// Something that somebody should know: what watching finds, and alerts tell. Data only.
import type { JsonObject } from '../call/json.ts';

/** What may be told, by the names of the configuration. */
export const ALARM_RULES = [
  'pass_rate',
  'escalation',
  'output_length',
  'input_length',
  'input_mix',
  'cache_hit',
  'decision_time',
  'canary_gap',
  'errors',
  'fallback',
  'unknown_cost',
  'model_changed',
  'price_changed',
  'budget',
  'rollout',
  'action',
] as const;
export type AlarmRule = (typeof ALARM_RULES)[number];

export interface Alarm {
  /** Two alarms with one key are about the same thing: `pass_rate/ticket-triage/tenant:acme`. */
  key: string;
  rule: AlarmRule;
  /** Null for what belongs to no task. */
  task: string | null;
  /** Null for the whole task. */
  segment: string | null;
  severity: 'warning' | 'critical';
  atMs: number;
  /** One sentence for people, with the figures. */
  sentence: string;
  /** The figures for machines. */
  evidence: JsonObject;
  /** It tells of something that has happened and is over: it needs no recovery, and none comes. */
  isEvent: boolean;
}

/** What was told by an alarm with this key is over. */
export interface Recovery {
  key: string;
  atMs: number;
  sentence: string;
}
