// A configured provider: its dialect, where its endpoints are and which headers they want. The credential is added here
// and nowhere else; nothing the client sent decides about host or key.
import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect, EncodeTarget } from '../dialect/dialect.ts';
import type { Exchange, HttpUpstream, UpstreamRequest, UpstreamSink } from './http-upstream.ts';
import type { RawReply, RawRequest, RawUpstream } from './raw-upstream.ts';

export interface Endpoint {
  /** One of those the connection speaks. */
  dialect: Dialect;
  model: string;
  stream: boolean;
  /** What the client sent, for the few headers and query fields that belong to the dialect. */
  headers: IncomingHttpHeaders;
  query: string;
  /** Whether client and provider speak the same dialect, so that its headers may be handed on. */
  isSameDialect: boolean;
}

export interface Connection {
  readonly name: string;
  /** Whose price list its models are on: `openai`, `anthropic`. */
  readonly vendor: string;
  /** What requests of dialects it does not speak are translated into. */
  readonly dialect: Dialect;
  /** Every dialect whose requests it takes as they are. */
  readonly speaks: readonly Dialect[];
  readonly isPrivate: boolean;
  /** What translations for this provider have to know of it. */
  readonly habits: ProviderHabits;
  /** Credentials that must never appear in anything a client sees. */
  readonly secrets: readonly string[];
  send: (endpoint: Endpoint, body: Buffer | string, timeouts: Timeouts, sink: UpstreamSink) => Exchange;
  /** Sends to another path of the provider, next to its main endpoint; null when none of its dialects has such a path. */
  countTokens: ((endpoint: Endpoint, body: Buffer | string, timeouts: Timeouts, sink: UpstreamSink) => Exchange) | null;
  /** Sends to the endpoints beside those of calls: files and batches; null for a provider without any. */
  pass: ((order: PassOrder, signal: AbortSignal) => Promise<RawReply>) | null;
  close: () => Promise<void>;
}

/** A request that is handed on as it is, to a path below the base URL. */
export interface PassOrder extends Pick<RawRequest, 'method' | 'body' | 'firstByteMs' | 'idleMs'> {
  /** Without a slash at its beginning: `files/file-1/content`. */
  path: string;
  /** Query of the client as far as it is handed on. */
  query: string;
  /** What the client sent, for the few headers that belong to the dialect. */
  headers: IncomingHttpHeaders;
}

/** Where servers of one dialect differ. */
export type ProviderHabits = Pick<EncodeTarget, 'maxTokensField' | 'takesCacheKey' | 'takesReasoningHistory'>;

interface Timeouts {
  firstByteMs: number;
  idleMs: number;
}

export interface HttpConnectionOptions {
  name: string;
  vendor: string;
  habits: ProviderHabits;
  /** At least one; what is in none of them is translated into the first. */
  dialects: readonly [Dialect, ...Dialect[]];
  isPrivate: boolean;
  upstream: HttpUpstream;
  /** Left out where nothing but calls is sent. */
  raw?: RawUpstream;
  /** Path prefix of the base URL without a slash at its end: `/v1`, or empty. */
  basePath: string;
  apiKey: string | null;
  auth: 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key' | 'none';
  /** Extra headers of the operator. */
  headers: Readonly<Record<string, string>>;
  /** Extra query fields of the operator (Azure's `api-version`). */
  query: Readonly<Record<string, string>>;
  /** Azure's older form has the model in the path. */
  hasModelInPath: boolean;
  anthropicVersion: string;
  anthropicBeta: readonly string[];
}

/** Headers of a client that its provider should see. */
const OPENAI_HEADERS = ['openai-beta', 'idempotency-key', 'x-client-request-id', 'traceparent'];
const ANTHROPIC_HEADERS = ['anthropic-version', 'anthropic-beta', 'idempotency-key', 'traceparent'];
/** Those that go together with the operator's own. */
const VERSIONED = new Set(['anthropic-version', 'anthropic-beta']);
const NO_HEADERS: IncomingHttpHeaders = {};

function passedOn(dialect: Dialect): readonly string[] {
  return dialect.name === 'anthropic-messages' ? ANTHROPIC_HEADERS : OPENAI_HEADERS;
}

export function createHttpConnection(options: HttpConnectionOptions): Connection {
  const [dialect] = options.dialects;
  const fixed = fixedHeaders(options);
  const passed = passedOn(dialect);
  // Most requests bring no header that is handed on: theirs are always the same ones.
  const own = [false, true].map((stream) => requestHeaders(options, fixed, { stream, headers: NO_HEADERS }));
  const headersFor = ({ stream, headers, isSameDialect }: Endpoint): readonly string[] => {
    const isPlain = !isSameDialect || passed.every((name) => headers[name] === undefined);
    if (isPlain) return own[stream ? 1 : 0] as readonly string[];
    return requestHeaders(options, fixed, { stream, headers });
  };
  const query = new URLSearchParams(options.query).toString();
  const send = (
    path: string,
    endpoint: Endpoint,
    body: Buffer | string,
    timeouts: Timeouts,
    sink: UpstreamSink,
  ): Exchange => {
    const request: UpstreamRequest = {
      path: withQuery(
        path,
        query,
        dialect.name === 'anthropic-messages' && endpoint.isSameDialect ? endpoint.query : '',
      ),
      headers: headersFor(endpoint),
      body,
      ...timeouts,
    };
    return options.upstream.send(request, sink);
  };
  return {
    name: options.name,
    vendor: options.vendor,
    dialect,
    speaks: options.dialects,
    isPrivate: options.isPrivate,
    habits: options.habits,
    secrets: secretsOf(options),
    send: (endpoint, body, timeouts, sink) => send(mainPath(options, endpoint), endpoint, body, timeouts, sink),
    countTokens: options.dialects.some(({ name }) => name === 'anthropic-messages' || name === 'gemini')
      ? (endpoint, body, timeouts, sink) => send(countPath(options, endpoint), endpoint, body, timeouts, sink)
      : null,
    pass: passOver(options, fixed, query),
    close: () => options.upstream.close(),
  };
}

/** Names of headers and query fields whose value is a credential. */
const SECRET_NAME = /auth|key|token|secret|password|credential|cookie|signature/i;

/** The key, and what the operator's own headers and query hold of that kind, each also without its scheme. */
function secretsOf({ apiKey, headers, query }: HttpConnectionOptions): string[] {
  const named = [...Object.entries(headers), ...Object.entries(query)].filter(([name]) => SECRET_NAME.test(name));
  const values = named.flatMap(([, value]) => [value, value.replace(/^\w+ +/, '')]);
  const all = [apiKey ?? '', ...values].filter((value) => value !== '');
  // The longest first, so that none leaves a part of another behind.
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

function mainPath(options: HttpConnectionOptions, endpoint: Endpoint): string {
  switch (endpoint.dialect.name) {
    case 'openai-chat':
      return openaiPath(options, endpoint, 'chat/completions');
    case 'openai-embeddings':
      return openaiPath(options, endpoint, 'embeddings');
    case 'openai-responses':
      return `${options.basePath}/responses`;
    case 'anthropic-messages':
      return `${options.basePath}/messages`;
    case 'gemini':
      return geminiPath(options, endpoint, endpoint.stream ? 'streamGenerateContent?alt=sse' : 'generateContent');
    case 'neutral':
      throw new TypeError('neutral upstreams are not reached over HTTP');
  }
}

function countPath(options: HttpConnectionOptions, endpoint: Endpoint): string {
  return endpoint.dialect.name === 'gemini'
    ? geminiPath(options, endpoint, 'countTokens')
    : `${options.basePath}/messages/count_tokens`;
}

function geminiPath({ basePath }: HttpConnectionOptions, { model }: Endpoint, method: string): string {
  return `${basePath}/models/${model.split('/').map(encodeURIComponent).join('/')}:${method}`;
}

function openaiPath({ hasModelInPath, basePath }: HttpConnectionOptions, { model }: Endpoint, name: string): string {
  return hasModelInPath ? `${basePath}/deployments/${encodeURIComponent(model)}/${name}` : `${basePath}/${name}`;
}

function withQuery(path: string, configured: string, client: string): string {
  const parts = [configured, client].filter((part) => part !== '');
  if (parts.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${parts.join('&')}`;
}

interface FixedHeaders {
  /** Name, value, name, value ... */
  list: readonly string[];
  names: ReadonlySet<string>;
}

/** The headers that are the same for every request; one the operator wrote stands in place of ours. */
function fixedHeaders(options: HttpConnectionOptions): FixedHeaders {
  const headers = new Map([
    ['content-type', 'application/json'],
    ['user-agent', 'tierline'],
  ]);
  const key = options.apiKey;
  if (key !== null && options.auth !== 'none') {
    if (options.auth === 'bearer') headers.set('authorization', `Bearer ${key}`);
    else headers.set(options.auth, key);
  }
  for (const [name, value] of Object.entries(options.headers)) headers.set(name.toLowerCase(), value);
  return { list: [...headers].flat(), names: new Set(headers.keys()) };
}

function requestHeaders(
  options: HttpConnectionOptions,
  fixed: FixedHeaders,
  { stream, headers: client }: Pick<Endpoint, 'stream' | 'headers'>,
): readonly string[] {
  const headers = fixed.list.slice();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '' && !fixed.names.has(name)) headers.push(name, value);
  };
  add('accept', stream ? 'text/event-stream' : 'application/json');
  const [dialect] = options.dialects;
  if (dialect.name === 'anthropic-messages') {
    add('anthropic-version', one(client['anthropic-version']) ?? options.anthropicVersion);
    const beta = [one(client['anthropic-beta']), ...options.anthropicBeta];
    add('anthropic-beta', beta.filter((flag) => flag !== undefined && flag !== '').join(','));
  }
  for (const name of passedOn(dialect)) if (!VERSIONED.has(name)) add(name, one(client[name]));
  return headers;
}

function passOver({ raw, ...options }: HttpConnectionOptions, fixed: FixedHeaders, query: string): Connection['pass'] {
  if (raw === undefined) return null;
  return (order, signal) => {
    const { method, body, firstByteMs, idleMs } = order;
    const path = withQuery(`${options.basePath}/${order.path}`, query, order.query);
    return raw({ method, path, headers: passHeaders(options, fixed, order), body, firstByteMs, idleMs }, signal);
  };
}

/** As for a call, with type and length of what the client sent, which is handed on as it is. */
function passHeaders(
  options: HttpConnectionOptions,
  fixed: FixedHeaders,
  { headers, body, method }: PassOrder,
): string[] {
  const all = requestHeaders(options, fixed, { stream: false, headers });
  const kept: string[] = [];
  for (let at = 0; at < all.length; at += 2) {
    if (all[at] !== 'content-type' && all[at] !== 'accept') kept.push(all[at] as string, all[at + 1] as string);
  }
  kept.push('accept', one(headers.accept) ?? '*/*', 'accept-encoding', 'identity');
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) kept.push(name, value);
  };
  if (body !== null) add('content-type', one(headers['content-type']));
  if (body === null) add('content-length', method === 'POST' ? '0' : undefined);
  else if (Buffer.isBuffer(body)) add('content-length', String(body.length));
  else {
    add('content-length', headers['content-length']);
    add('content-encoding', headers['content-encoding']);
  }
  return kept;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
