// Errors in Anthropic's shape: `{"type":"error","error":{"type","message"},"request_id"}`.
import type { TierlineError } from '../call/errors.ts';
import { anthropicErrorType, isAnthropicType, isTooLong, toldError } from './error-words.ts';

export function encodeAnthropicError(error: TierlineError, requestId: string): string {
  const { status, message, upstream } = toldError(error);
  const isOwnWord = upstream?.type !== undefined && isAnthropicType(upstream.type) && fits(upstream.type, status);
  const type = isOwnWord ? upstream?.type : anthropicErrorType(status);
  const param = upstream?.param ?? error.param;
  // Anthropic has no field for the parameter and names it in the message.
  const isNamed = !param || message.split(/[\s'"`:,;]+/).includes(param);
  // Nor has it a code for a conversation that is too long: agents know by these words that they have to compact it.
  const isUnsaid = isTooLong(error) && !/prompt is too long/i.test(message);
  const told = isUnsaid ? `prompt is too long: ${message}` : isNamed ? message : `${param}: ${message}`;
  // Anthropic's SDK sends the whole conversation again when it reads this code.
  const details = error.code === 'thread_not_found' ? { details: { error_code: 'thread_not_found' } } : {};
  return JSON.stringify({ type: 'error', error: { type, message: told, ...details }, request_id: requestId });
}

export function encodeAnthropicStreamError(error: TierlineError, requestId: string): string {
  return `event: error\ndata: ${encodeAnthropicError(error, requestId)}\n\n`;
}

/** OpenAI calls a wrong key and an unknown model an invalid_request_error, Anthropic does not. */
function fits(type: string, status: number): boolean {
  return type !== 'invalid_request_error' || anthropicErrorType(status) === type;
}
