// A notice as others read it: the JSON of webhooks and of the log, and lines for people.
import type { JsonObject } from '../../call/json.ts';
import type { Notice } from './active-alert.ts';

/** `type`, `timestamp` and `data`, as the Standard Webhooks specification wants a payload. Throws RangeError for a time that is none. */
export function toMessage({ kind, atMs, sentence, alert }: Notice): JsonObject {
  const { key, rule, task, segment, severity, evidence, isEvent, firstMs, lastMs } = alert;
  return {
    type: `alert.${kind}`,
    timestamp: isoTime(atMs),
    data: {
      key,
      rule,
      task,
      segment,
      severity,
      sentence,
      evidence,
      isEvent,
      firstAt: isoTime(firstMs),
      lastAt: isoTime(lastMs),
    },
  };
}

/** One line for the log: control characters would begin another one. */
export function toLine({ kind, sentence, alert }: Notice): string {
  const words = {
    raised: `alert (${alert.severity})`,
    repeated: `alert, still active (${alert.severity})`,
    recovered: 'alert over',
  };
  return `${words[kind]}: ${sentence}`.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
