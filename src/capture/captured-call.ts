// A call that was kept with its content: one line of JSON in a file of its day. It never holds a credential, nor an answer.
import type { Json, JsonObject } from '../call/json.ts';

export interface CapturedCall {
  /** The id of its row in the ledger. */
  id: string;
  /** When it came in, ISO 8601. */
  at: string;
  tenant: string;
  /** Null for a call that belongs to no task. */
  task: string | null;
  /** URL path without query. */
  path: string;
  /** What its body is written in; `neutral` for a call of the AI SDK in the same process. */
  dialect: string;
  /** As the client wrote it, wherever the dialect says it. */
  model: string;
  stream: boolean;
  /** Those that routing looks at, by their names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Whether secrets and personal data have been taken out of headers and body. */
  masked: boolean;
  body: JsonObject;
}

/** A line as a captured call; null for one that is torn or something else. */
export function toCapturedCall(value: Json | undefined): CapturedCall | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { id, at, tenant, task, path, dialect, model, stream, headers, masked, body } = value;
  const isWhole =
    [id, at, tenant, path, dialect, model].every((member) => typeof member === 'string') &&
    (task === null || typeof task === 'string') &&
    typeof stream === 'boolean' &&
    typeof masked === 'boolean' &&
    [headers, body].every((member) => typeof member === 'object' && member !== null && !Array.isArray(member));
  return isWhole ? (value as unknown as CapturedCall) : null;
}
