// A request whose head has been read: what it wants, in which dialect it is answered, and the way back to its client.
import type { IncomingHttpHeaders } from 'node:http';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { gemini } from '../dialect/gemini.ts';
import type { NamedOutside } from '../dialect/inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { openaiEmbeddings } from '../dialect/openai-embeddings.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import { GeminiResponder } from './gemini-responder.ts';
import { readGeminiAddress } from './gemini-route.ts';
import type { Responder } from './responder.ts';
import { split } from './target.ts';

export interface Admission {
  id: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  responder: Responder;
  dialect: Dialect;
  /** What the address says of a call; null when its body says it. */
  named: NamedOutside | null;
}

export function admit(
  id: string,
  { target, headers }: { target: string; headers: IncomingHttpHeaders },
  responder: Responder,
): Admission {
  const { path, query } = split(target);
  const google = readGeminiAddress(path, query, headers);
  if (google === null) return { id, path, query, headers, responder, dialect: dialectOf(path, headers), named: null };
  // What was in the query is in the headers now, or must not be seen again.
  const way = new GeminiResponder(responder, google.isArray);
  return { id, path, query: '', headers: google.headers, responder: way, dialect: gemini, named: null };
}

const CALL = /^(?:\/v1)?\/(chat\/completions|messages|responses|embeddings)(?:\/|$)/;

/** The dialect of a request: that of its route, else, where routes are shared, that of the client's headers. */
function dialectOf(path: string, headers: IncomingHttpHeaders): Dialect {
  const [, route = ''] = CALL.exec(path) ?? [];
  if (route === 'responses') return openaiResponses;
  if (route === 'embeddings') return openaiEmbeddings;
  if (route === 'chat/completions') return openaiChat;
  return route === 'messages' || headers['anthropic-version'] !== undefined ? anthropicMessages : openaiChat;
}
