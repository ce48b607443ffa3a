// The dialect of OpenAI's responses API: `/v1/responses`.
import { TierlineError } from '../call/errors.ts';
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError, encodeOpenaiStreamError } from './openai-chat-error.ts';
import { decodeResponsesReply, encodeResponsesReply } from './openai-responses-reply.ts';
import { readResponsesRequest } from './openai-responses-request-reader.ts';
import { writeResponsesRequest } from './openai-responses-request-writer.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  decodeRequest: readResponsesRequest,
  encodeRequest: writeResponsesRequest,
  decodeReply: decodeResponsesReply,
  encodeReply: encodeResponsesReply,
  createDecoder: notYet,
  createEncoder: notYet,
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeOpenaiStreamError,
};

function notYet(): never {
  throw new TierlineError('unsupported', 'Streams of responses are not translated.');
}
