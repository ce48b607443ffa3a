// The dialect of Google's native Gemini API: `/v1beta/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`.
import type { Dialect } from './dialect.ts';
import { decodeGeminiError, encodeGeminiError, encodeGeminiStreamError } from './gemini-error.ts';
import { decodeGeminiReply, encodeGeminiReply } from './gemini-reply.ts';
import { readGeminiRequest } from './gemini-request-reader.ts';
import { writeGeminiRequest } from './gemini-request-writer.ts';
import { createGeminiDecoder } from './gemini-stream-decoder.ts';
import { createGeminiEncoder } from './gemini-stream-encoder.ts';

export const gemini: Dialect = {
  name: 'gemini',
  decodeRequest: readGeminiRequest,
  encodeRequest: writeGeminiRequest,
  decodeReply: decodeGeminiReply,
  encodeReply: encodeGeminiReply,
  createDecoder: createGeminiDecoder,
  createEncoder: createGeminiEncoder,
  decodeError: decodeGeminiError,
  encodeError: encodeGeminiError,
  encodeStreamError: encodeGeminiStreamError,
};
