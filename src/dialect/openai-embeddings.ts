// OpenAI's embeddings. Vectors of different models have nothing to do with one another, so there is no neutral form of them:
// a request goes to a provider that speaks this dialect, as the bytes it came in, or nowhere.
import { TierlineError } from '../call/errors.ts';
import type { Dialect } from './dialect.ts';
import { encodeOpenaiError, encodeOpenaiStreamError } from './openai-chat-error.ts';
import { readUpstreamError } from './upstream-error.ts';

export const openaiEmbeddings: Dialect = {
  name: 'openai-embeddings',
  decodeRequest: () => refuse("a request for embeddings cannot be sent to a provider that does not take OpenAI's form"),
  encodeRequest: () => refuse('the provider makes embeddings only'),
  decodeReply: () => refuse('embeddings are no answer in words'),
  encodeReply: () => refuse('embeddings are no answer in words'),
  createDecoder: () => refuse('embeddings are not streamed'),
  createEncoder: () => refuse('embeddings are not streamed'),
  decodeError: readUpstreamError,
  encodeError: encodeOpenaiError,
  encodeStreamError: encodeOpenaiStreamError,
};

function refuse(sentence: string): never {
  throw new TierlineError('unsupported', `This is not possible: ${sentence}.`, { param: 'model' });
}
