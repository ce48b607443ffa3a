// Errors in Anthropic's shape: `{"type":"error","error":{"type","message"},"request_id"}`.
import type { TierlineError } from '../call/errors.ts';
import { anthropicErrorType, isAnthropicType, toldError } from './error-words.ts';

export function encodeAnthropicError(error: TierlineError, requestId: string): string {
  const { status, message, upstream } = toldError(error);
  const isOwnWord = upstream?.type !== undefined && isAnthropicType(upstream.type) && fits(upstream.type, status);
  const type = isOwnWord ? upstream?.type : anthropicErrorType(status);
  const param = upstream?.param ?? error.param;
  // Anthropic has no field for the parameter and names it in the message.
  const isNamed = !param || message.split(/[\s'"`:,;]+/).includes(param);
  const told = isTooLong(error) ? `prompt is too long: ${message}` : isNamed ? message : `${param}: ${message}`;
  // Anthropic's SDK sends the whole conversation again when it reads this code.
  const details = error.code === 'thread_not_found' ? { details: { error_code: 'thread_not_found' } } : {};
  return JSON.stringify({ type: 'error', error: { type, message: told, ...details }, request_id: requestId });
}

export function encodeAnthropicStreamError(error: TierlineError, requestId: string): string {
  return `event: error\ndata: ${encodeAnthropicError(error, requestId)}\n\n`;
}

/** Anthropic has no code for it: agents know by these words that they have to compact their conversation. */
function isTooLong({ code, message, upstream }: TierlineError): boolean {
  const isKnown = code === 'context_length_exceeded' || upstream?.code === 'context_length_exceeded';
  return isKnown && !/prompt is too long/i.test(upstream?.message ?? message);
}

/** OpenAI calls a wrong key and an unknown model an invalid_request_error, Anthropic does not. */
function fits(type: string, status: number): boolean {
  return type !== 'invalid_request_error' || anthropicErrorType(status) === type;
}
