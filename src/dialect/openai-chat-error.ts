// Errors in OpenAI's shape: `{"error":{"message","type","param","code"}}`.
import type { TierlineError, UpstreamError } from '../call/errors.ts';
import { isOpenaiType, isTooLongUpstream, openaiErrorType, toldError } from './error-words.ts';

const CODES: Record<number, string> = { 401: 'invalid_api_key', 404: 'not_found', 429: 'rate_limit_exceeded' };

export function encodeOpenaiError(error: TierlineError): string {
  const { status, message, upstream } = toldError(error);
  const isOwnWord = upstream?.type !== undefined && isOpenaiType(upstream.type);
  const type = isOwnWord ? upstream?.type : openaiErrorType(status);
  const code = upstream === undefined ? error.code : (familyCode(upstream) ?? CODES[status] ?? null);
  const param = upstream?.param ?? error.param ?? null;
  return JSON.stringify({ error: { message, type, param, code } });
}

export function encodeOpenaiStreamError(error: TierlineError): string {
  return `data: ${encodeOpenaiError(error)}\n\n`;
}

/** OpenAI's codes are words; what other providers put there is their HTTP status. */
function familyCode(upstream: UpstreamError): string | undefined {
  if (typeof upstream.code === 'string') return upstream.code;
  return isTooLongUpstream(upstream) ? 'context_length_exceeded' : undefined;
}
