// What a detector has found, in words for people who are woken by them and in figures for machines.
import type { JsonObject } from '../../call/json.ts';
import type { Alarm, Recovery } from '../alarm.ts';
import type { Finding } from './detector.ts';
import type { Grown } from './input-mix.ts';
import type { FalseAlarms } from './plans.ts';
import type { Signal, SignalName, Way } from './signals.ts';
import { percent, place, round, toAmount, toMoment } from './words.ts';

export interface Place {
  task: string;
  segment: string | null;
  falseAlarms: FalseAlarms;
  /** What grew in an input mix. */
  grown: readonly Grown[];
}

/** Two findings with one key are of the same signal of the same task and segment: `pass_rate/ticket-triage/tenant:acme`. */
export function toKey(signal: Signal, task: string, segment: string | null): string {
  return segment === null ? `${signal.name}/${task}` : `${signal.name}/${task}/${segment}`;
}

export function toMessage(finding: Finding, where: Place): Alarm | Recovery {
  const { signal, atMs } = finding;
  const { task, segment } = where;
  const key = toKey(signal, task, segment);
  if (!finding.isAlarm) return { key, atMs, sentence: recoverySentence(finding, where) };
  return {
    key,
    rule: signal.name,
    task,
    segment,
    severity: segment === null ? signal.severity : 'warning',
    atMs,
    sentence: alarmSentence(finding, where),
    evidence: toEvidence(finding, where),
    isEvent: false,
  };
}

const SUBJECTS: Record<SignalName, string> = {
  pass_rate: 'answers that pass their gates',
  escalation: 'calls that were escalated',
  errors: 'calls without a complete answer',
  output_length: 'the usual length of answers',
  input_length: 'the usual length of requests',
  decision_time: 'the usual time of a decision',
  canary_gap: "the cheap answers' worth beside the stronger model's",
  cache_hit: 'input that came from the prompt cache',
  input_mix: 'requests of a kind that was rare or unknown',
};

const MOVED: Record<Way, string> = { falls: 'fell', rises: 'rose' };

/** `ticket-triage: answers that pass their gates fell from 93.1 % to 86 % within the last 412 calls, since about ... (tenant acme).` */
function alarmSentence(finding: Finding, { task, segment, grown }: Place): string {
  const { signal, way, baseline, now, count, sinceMs } = finding;
  const change = `${SUBJECTS[signal.name]} ${MOVED[way]} from ${toAmount(signal, baseline)} to ${toAmount(signal, now)}`;
  const values = grown.map(({ value, from, to }) => `${value} from ${percent(from)} to ${percent(to)}`);
  const growth = values.length === 0 ? '' : `; ${values.join(', ')}`;
  return `${task}: ${change} within ${lastOf(count, signal)}, since about ${toMoment(sinceMs)}${place(segment)}${growth}.`;
}

function recoverySentence({ signal, baseline, now, count }: Finding, { task, segment }: Place): string {
  const mean = toAmount(signal, now);
  return `${task}: ${SUBJECTS[signal.name]} came back to ${mean} in ${lastOf(count, signal)}; usual is ${toAmount(signal, baseline)}${place(segment)}.`;
}

const COUNTED: Partial<Record<SignalName, [string, string]>> = {
  canary_gap: ['canary', 'canaries'],
  pass_rate: ['gated call', 'gated calls'],
};

function lastOf(count: number, signal: Signal): string {
  const [one, many] = COUNTED[signal.name] ?? ['call', 'calls'];
  return count === 1 ? `the last ${one}` : `the last ${count.toLocaleString('en-US')} ${many}`;
}

function toEvidence(finding: Finding, { falseAlarms, grown }: Place): JsonObject {
  const { way, baseline, now, count, sinceMs, evidence, learned } = finding;
  return {
    way,
    baseline: round(baseline),
    now: round(now),
    count,
    sinceMs,
    evidence: round(evidence),
    baselineFrom: learned === null ? 'profile' : 'calls',
    ...(learned === null ? {} : { baselineCalls: learned }),
    ...(grown.length === 0
      ? {}
      : { grown: grown.map(({ value, from, to }) => ({ value, from: round(from), to: round(to) })) }),
    falseAlarm: `at most ${percent(falseAlarms.error)} for any alarm of the task in ${falseAlarms.calls.toLocaleString('en-US')} unchanged calls`,
  };
}
