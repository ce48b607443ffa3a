// The dialect of Anthropic's messages API.
import { encodeAnthropicError, encodeAnthropicStreamError } from './anthropic-messages-error.ts';
import { decodeAnthropicReply, encodeAnthropicReply } from './anthropic-messages-reply.ts';
import { readAnthropicRequest } from './anthropic-messages-request-reader.ts';
import { writeAnthropicRequest } from './anthropic-messages-request-writer.ts';
import { createAnthropicDecoder } from './anthropic-messages-stream-decoder.ts';
import { createAnthropicEncoder } from './anthropic-messages-stream-encoder.ts';
import type { Dialect } from './dialect.ts';
import { readUpstreamError } from './upstream-error.ts';

export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  decodeRequest: readAnthropicRequest,
  encodeRequest: writeAnthropicRequest,
  decodeReply: decodeAnthropicReply,
  encodeReply: encodeAnthropicReply,
  createDecoder: createAnthropicDecoder,
  createEncoder: createAnthropicEncoder,
  decodeError: readUpstreamError,
  encodeError: encodeAnthropicError,
  encodeStreamError: encodeAnthropicStreamError,
};
