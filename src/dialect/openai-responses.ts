// The dialect of OpenAI's responses API: `/v1/responses`.
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError } from './openai-chat-error.ts';
import { decodeResponsesReply, encodeResponsesReply } from './openai-responses-reply.ts';
import { readResponsesRequest } from './openai-responses-request-reader.ts';
import { writeResponsesRequest } from './openai-responses-request-writer.ts';
import { createResponsesDecoder } from './openai-responses-stream-decoder.ts';
import { createResponsesEncoder } from './openai-responses-stream-encoder.ts';
import { encodeResponsesStreamError } from './openai-responses-stream-end.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  decodeRequest: readResponsesRequest,
  encodeRequest: writeResponsesRequest,
  decodeReply: decodeResponsesReply,
  encodeReply: encodeResponsesReply,
  createDecoder: createResponsesDecoder,
  createEncoder: createResponsesEncoder,
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeResponsesStreamError,
};
