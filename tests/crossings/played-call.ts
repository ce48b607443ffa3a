// One call played through the router without a network: a client of one dialect, a provider of another whose bytes are given.
// What comes back is everything there is to see: what the provider was sent, what the client got, and the row.
import { TierlineError } from '../../src/call/errors.ts';
import type { CallRow } from '../../src/call/row.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { parseConfig } from '../../src/config/load.ts';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import type { Dialect } from '../../src/dialect/dialect.ts';
import { gemini } from '../../src/dialect/gemini.ts';
import { Inbound } from '../../src/dialect/inbound.ts';
import type { DialectName } from '../../src/dialect/neutral.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';
import { openaiResponses } from '../../src/dialect/openai-responses.ts';
import { createEngine } from '../../src/engine.ts';
import { HttpClient } from '../../src/gateway/http-client.ts';
import type { Responder } from '../../src/gateway/responder.ts';
import { type Connection, createHttpConnection } from '../../src/provider/connection.ts';
import type { HttpUpstream } from '../../src/provider/http-upstream.ts';
import { type Engine, route } from '../../src/router.ts';

export type ChatDialectName = Exclude<DialectName, 'openai-embeddings' | 'neutral'>;

export const DIALECTS: Readonly<Record<ChatDialectName, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

export const DIALECT_NAMES = Object.keys(DIALECTS) as ChatDialectName[];

const PATHS: Readonly<Record<ChatDialectName, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
  gemini: '/v1beta/models/m:generateContent',
};

/** What the provider does with a request: bytes in pieces, then an orderly end or a broken connection. */
export interface PlayedReply {
  status?: number;
  pieces: readonly Buffer[];
  isReset?: boolean;
}

export interface Asked {
  from: ChatDialectName;
  to: ChatDialectName;
  body: string;
  /** Only for dialects whose bodies do not say it. */
  stream: boolean;
  answer: PlayedReply | ((body: string) => PlayedReply);
}

export interface Played {
  /** Body of the request that the provider got; null when it got none. */
  sent: string | null;
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** All rows of the call; there has to be one. */
  rows: readonly CallRow[];
}

const CONFIG = parseConfig(
  `
providers: { p: { dialect: openai, base_url: "http://h/v1" } }
models: { m: { use: p/up-1, price: { input: 1, output: 5 } } }
retries: { max_attempts: 1 }
breaker: { min_requests: 1000000000 }
`,
  { file: '/tierline.yaml', env: {} },
);

/** Engines differ only in what their provider speaks; what it answers is looked up when it is asked. */
const engines = new Map<ChatDialectName, Engine>();
let playing: { sent: string | null; answer: Asked['answer'] } = { sent: null, answer: { pieces: [] } };

const upstream: HttpUpstream = {
  send: ({ body }, sink) => {
    const now = playing;
    now.sent = String(body);
    const {
      status = 200,
      pieces,
      isReset = false,
    } = typeof now.answer === 'function' ? now.answer(now.sent) : now.answer;
    let isAborted = false;
    queueMicrotask(() => {
      if (!isAborted) sink.onHead(status, { 'content-type': 'text/event-stream' });
      for (const piece of pieces) if (!isAborted) sink.onData(piece);
      if (isAborted) return;
      if (isReset) sink.onError(new TierlineError('upstream_truncated'));
      else sink.onEnd();
    });
    return { abort: () => void (isAborted = true), pause: () => {}, resume: () => {} };
  },
  close: () => Promise.resolve(),
};

function engineFor(to: ChatDialectName): Engine {
  let engine = engines.get(to);
  if (engine === undefined) {
    const connections = new Map([['p', connectionFor(to)]]);
    engine = createEngine(CONFIG, { catalog: createCatalog(), connections });
    engines.set(to, engine);
  }
  return engine;
}

function connectionFor(to: ChatDialectName): Connection {
  return createHttpConnection({
    name: 'p',
    vendor: 'openai',
    habits: { maxTokensField: 'max_completion_tokens' },
    dialects: [DIALECTS[to]],
    isPrivate: false,
    upstream,
    basePath: '/v1',
    apiKey: null,
    auth: 'none',
    headers: {},
    query: {},
    hasModelInPath: false,
    anthropicVersion: '2023-06-01',
    anthropicBeta: [],
  });
}

class Listener implements Responder {
  hasBegun = false;
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  status = 0;
  headers: Record<string, string> = {};
  readonly pieces: Buffer[] = [];
  ends = 0;

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.begin(status, headers);
    this.end(body);
  }

  begin(status: number, headers: readonly string[]): void {
    this.hasBegun = true;
    this.status = status;
    for (let at = 0; at < headers.length; at += 2) this.headers[headers[at] ?? ''] = headers[at + 1] ?? '';
  }

  write(bytes: Buffer | string): boolean {
    this.pieces.push(Buffer.from(bytes));
    return true;
  }

  end(last: Buffer | string | null): void {
    this.ends++;
    if (last !== null) this.write(last);
  }
}

/** Plays one call; calls are played one after the other. Rejects when the router throws, which it must never do. */
export async function play({ from, to, body, stream, answer }: Asked): Promise<Played> {
  const dialect = DIALECTS[from];
  const outside = from === 'gemini' ? { model: 'm', stream } : null;
  const inbound = Inbound.read(dialect, Buffer.from(body), 128, outside);
  const responder = new Listener();
  const client = new HttpClient(responder, dialect, 'req_1', { hasHeaders: true, isLitellmCompatible: false });
  const rows: CallRow[] = [];
  const mine = { sent: null, answer };
  playing = mine;
  await route(
    engineFor(to),
    { record: (row) => void rows.push(row) },
    {
      id: 'req_1',
      atMs: 1_800_000_000_000,
      startedAt: performance.now(),
      tenant: 't',
      path: PATHS[from],
      query: '',
      headers: {},
      inbound,
      client,
    },
  );
  if (responder.ends !== 1) throw new Error(`the answer ended ${responder.ends} times`);
  const { status, headers, pieces } = responder;
  return { sent: mine.sent, status, headers, text: Buffer.concat(pieces).toString(), rows };
}
