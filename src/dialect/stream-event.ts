// What the dialects share in reading a stream: the JSON of an event, and an error in the place of one.
import type { UpstreamError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralEvent } from './neutral.ts';
import { readUpstreamError } from './upstream-error.ts';

const STATUS_OF: Record<string, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  context_length_exceeded: 400,
  invalid_prompt: 400,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * The event's object; null for data that is no JSON object and no attempt at one (keep-alive words). A broken object
 * is an error: leaving it out would silently shorten the answer.
 */
export function parseEvent(data: string): { json: JsonObject } | NeutralEvent | null {
  try {
    const json: unknown = JSON.parse(data);
    return isObject(json) ? { json } : null;
  } catch {
    if (!data.trimStart().startsWith('{')) return null;
    return { type: 'error', error: { status: 502, message: 'The provider sent an event that is not valid JSON.' } };
  }
}

/** Whether the member `error` of a chunk or reply is one; some servers always write it, as null or empty. */
export function isErrorReport(error: Json | undefined): boolean {
  return isObject(error) ? Object.keys(error).length > 0 : typeof error === 'string' && error !== '';
}

/** The error an event carries, with the status that its code or type stands for; 500 when neither says. */
export function readStreamError(event: JsonObject): UpstreamError {
  const error = readUpstreamError(500, JSON.stringify(event));
  const code = Number(error.code);
  if (code >= 400 && code < 600) return { ...error, status: code };
  const word = [error.code, error.type].find((word) => typeof word === 'string' && Object.hasOwn(STATUS_OF, word));
  const message = /no explanation/.test(error.message)
    ? 'The provider broke the stream off with an error.'
    : error.message;
  return { ...error, message, status: typeof word === 'string' ? (STATUS_OF[word] as number) : 500 };
}

/** Neutral calls follow one another; arguments for an earlier one would end up in the wrong place. */
export function interleaved(): NeutralEvent {
  const message = 'The provider mixed the arguments of two tool calls, which cannot be told apart any more.';
  return { type: 'error', error: { status: 502, message } };
}
