// The dialect of OpenAI's responses API.
import { TierlineError } from '../call/errors.ts';
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError } from './openai-chat-error.ts';
import { createResponsesDecoder } from './openai-responses-stream-decoder.ts';
import { createResponsesEncoder } from './openai-responses-stream-encoder.ts';
import { encodeResponsesStreamError } from './openai-responses-stream-end.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  decodeRequest: notYet,
  encodeRequest: notYet,
  decodeReply: notYet,
  encodeReply: notYet,
  createDecoder: createResponsesDecoder,
  createEncoder: createResponsesEncoder,
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeResponsesStreamError,
};

function notYet(): never {
  throw new TierlineError('unsupported', 'Responses are not translated.');
}
