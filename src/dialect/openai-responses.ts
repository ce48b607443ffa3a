// The dialect of OpenAI's responses API.
import { TierlineError } from '../call/errors.ts';
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError, encodeOpenaiStreamError } from './openai-chat-error.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  decodeRequest: notYet,
  encodeRequest: notYet,
  decodeReply: notYet,
  encodeReply: notYet,
  createDecoder: notYet,
  createEncoder: notYet,
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeOpenaiStreamError,
};

function notYet(): never {
  throw new TierlineError('unsupported', 'Responses are not translated.');
}
