// Google's routes: which requests come from its clients, and what their address says instead of the body. The query of such a
// request ends here: it may hold the client's key, so nothing behind this file ever sees it.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../call/errors.ts';
import type { NamedOutside } from '../dialect/inbound.ts';
import { decodeURIComponentSafely, requireMethod } from './target.ts';

/** What the query says, in other words. */
export interface GeminiAddress {
  /** With the key of the query where SDKs put it. */
  headers: IncomingHttpHeaders;
  /** Without `alt=sse` Google answers a stream as one JSON array. */
  isArray: boolean;
}

export type GeminiRoute =
  | { kind: 'call' | 'count'; named: NamedOutside }
  /** One model, or all when it has no name. */
  | { kind: 'models'; name: string | null };

const OWN_VERSION = /^\/(?:upload\/)?v1(?:alpha|beta)(?:\/|$)/;
const METHOD = /^\/(?:v1(?:alpha|beta)?\/)?models\/(.+)(?::|%3a)(\w+)$/i;
const MODELS = /^\/(?:v1(?:alpha|beta)?\/)?models(?:\/(.+))?$/;
const CALLS: ReadonlySet<string> = new Set(['generateContent', 'streamGenerateContent', 'countTokens']);

/**
 * For a request of a Google client; null for one of anybody else. `/v1/models` is also OpenAI's: there the key tells, which no
 * other client puts into the query or into this header.
 */
export function readGeminiAddress(path: string, query: string, headers: IncomingHttpHeaders): GeminiAddress | null {
  // Most requests are somebody else's, and are told by one look.
  if (!path.includes('/models') && !path.includes('v1beta') && !path.includes('v1alpha')) return null;
  const isOwn = OWN_VERSION.test(path) || CALLS.has(METHOD.exec(path)?.[2] ?? '');
  if (!isOwn && !MODELS.test(path)) return null;
  const fields = new URLSearchParams(query);
  const key = fields.get('key') ?? '';
  const own = headers['x-goog-api-key'] ?? '';
  if (!isOwn && key === '' && own === '') return null;
  return {
    headers: key === '' || own !== '' ? headers : { ...headers, 'x-goog-api-key': key },
    isArray: METHOD.exec(path)?.[2] === 'streamGenerateContent' && (fields.get('alt') ?? fields.get('$alt')) !== 'sse',
  };
}

/** Throws TierlineError `not_found` or `method_not_allowed`. */
export function findGeminiRoute(path: string, method: string | undefined): GeminiRoute {
  const [, model = '', called = ''] = METHOD.exec(path) ?? [];
  const isCall = CALLS.has(called);
  const models = method === 'POST' && called !== '' ? null : MODELS.exec(path);
  if (!isCall && models === null) {
    throw new TierlineError(
      'not_found',
      `There is no route ${method} ${path.slice(0, 200)}. Calls go to POST /v1beta/models/{model}:generateContent, :streamGenerateContent or :countTokens; embeddings go to POST /v1/embeddings, in OpenAI's words.`,
    );
  }
  requireMethod({ method }, isCall ? ['POST'] : ['GET', 'HEAD']);
  if (!isCall) return { kind: 'models', name: models?.[1] === undefined ? null : modelName(models[1]) };
  const named = { model: modelName(model), stream: called === 'streamGenerateContent' };
  return { kind: called === 'countTokens' ? 'count' : 'call', named };
}

/** The name without `models/`, which Google puts before every model. */
function modelName(written: string): string {
  return decodeURIComponentSafely(written).replace(/^models\//, '');
}
