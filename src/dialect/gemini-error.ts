// Errors in Gemini's shape, google.rpc.Status: `{"error":{"code","message","status","details":[{"@type",...}]}}`.
import type { TierlineError, UpstreamError } from '../call/errors.ts';
import { isObject, type JsonObject } from '../call/json.ts';
import { toldError } from './error-words.ts';
import { readUpstreamError } from './upstream-error.ts';

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const REQUEST_INFO = 'type.googleapis.com/google.rpc.RequestInfo';
const WORDS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};
const OWN_WORDS = new Set([...Object.values(WORDS), 'INTERNAL', 'FAILED_PRECONDITION', 'OUT_OF_RANGE', 'DATA_LOSS']);

/** Reads an error body of any kind; never throws. A key that Gemini does not know counts as 401, though it says 400. */
export function decodeGeminiError(status: number, body: string): UpstreamError {
  const error = readUpstreamError(status, body);
  const details = readDetails(body);
  if (details.some((detail) => detail.reason === 'API_KEY_INVALID')) error.status = 401;
  const delay = details.map((detail) => readDuration(detail.retryDelay)).find((seconds) => seconds !== null);
  if (delay !== undefined && delay !== null) error.retryAfterSeconds = delay;
  return error;
}

/** The error in an event of a stream; its own code is the status. */
export function decodeGeminiStreamError(event: JsonObject): UpstreamError {
  const code = isObject(event.error) ? Number(event.error.code) : Number.NaN;
  return decodeGeminiError(code >= 400 && code < 600 ? code : 500, JSON.stringify(event));
}

function readDetails(body: string): JsonObject[] {
  try {
    const value: unknown = JSON.parse(body);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const error = isObject(first) ? first.error : undefined;
    return isObject(error) && Array.isArray(error.details) ? error.details.filter(isObject) : [];
  } catch {
    return [];
  }
}

/** A google.protobuf.Duration in seconds: `"34.5s"`. */
function readDuration(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match === null ? null : Number(match[1]);
}

export function encodeGeminiError(error: TierlineError, requestId: string): string {
  const { status, message, upstream } = toldError(error);
  const word = upstream?.type !== undefined && OWN_WORDS.has(upstream.type) ? upstream.type : wordOf(status);
  const delay = error.retryAfterSeconds ?? upstream?.retryAfterSeconds;
  const details: JsonObject[] = [{ '@type': REQUEST_INFO, requestId }];
  if (delay !== undefined) details.push({ '@type': RETRY_INFO, retryDelay: `${delay}s` });
  return JSON.stringify({ error: { code: status, message, status: word, details } });
}

function wordOf(status: number): string {
  return WORDS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

/**
 * An event, and the same once more without one, as the last words. Google's older SDKs (@google/genai 1, @google/generative-ai 0.24)
 * take an error in an event for a chunk like others and end as if all was well; what stands there bare they fail on.
 */
export function encodeGeminiStreamError(error: TierlineError, requestId: string): string {
  const body = encodeGeminiError(error, requestId);
  return `data: ${body}\r\n\r\n${body}`;
}
