// The formats of logs, and which of them a record is in. The more a format asks for, the earlier it is asked.
import type { JsonObject } from '../../call/json.ts';
import { heliconeLog } from './helicone-log.ts';
import { langfuseLog } from './langfuse-log.ts';
import { litellmLog } from './litellm-log.ts';
import type { LogFormat } from './logged-call.ts';
import { openaiLog } from './openai-log.ts';
import { tierlineLog } from './tierline-log.ts';

export const FORMATS: readonly LogFormat[] = [tierlineLog, litellmLog, langfuseLog, heliconeLog, openaiLog];

/** Null when the record has the shape of none. */
export function formatOf(record: JsonObject): LogFormat | null {
  return FORMATS.find(({ isMine }) => isMine(record)) ?? null;
}

/** Throws a sentence for a name that is none. */
export function formatNamed(name: string): LogFormat {
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new Error(`"${name}" is no format of a log: choose one of ${FORMATS.map((one) => one.name).join(', ')}.`);
}
