// The dialect of OpenAI's chat completions and of the many servers that are compatible with it.
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError, encodeOpenaiStreamError } from './openai-chat-error.ts';
import { decodeOpenaiReply, encodeOpenaiReply } from './openai-chat-reply.ts';
import { readOpenaiRequest } from './openai-chat-request-reader.ts';
import { writeOpenaiRequest } from './openai-chat-request-writer.ts';
import { createOpenaiDecoder } from './openai-chat-stream-decoder.ts';
import { createOpenaiEncoder } from './openai-chat-stream-encoder.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiChat: Dialect = {
  name: 'openai-chat',
  decodeRequest: readOpenaiRequest,
  encodeRequest: writeOpenaiRequest,
  decodeReply: decodeOpenaiReply,
  encodeReply: encodeOpenaiReply,
  createDecoder: createOpenaiDecoder,
  createEncoder: createOpenaiEncoder,
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeOpenaiStreamError,
};
