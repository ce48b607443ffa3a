// The HTTP face: admits requests, hands them to the router, and answers everything else itself. Routing, money and
// provider formats are none of its business.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ERRORS, TierlineError } from '../call/errors.ts';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { Inbound } from '../dialect/inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { type Engine, type Recorder, route } from '../router.ts';
import type { Authenticate } from './auth.ts';
import { readBody } from './body.ts';
import { countTokens } from './count-tokens.ts';
import type { AnswerHeaderOptions } from './headers.ts';
import { HttpClient } from './http-client.ts';
import { listModels, showModel } from './models.ts';
import { createRequestIds } from './request-id.ts';

/** What a configuration decides about the gateway; a reload replaces it for the requests that come after. */
export interface GatewaySettings {
  engine: Engine;
  authenticate: Authenticate;
  maxBodyBytes: number;
  maxDepth: number;
  answer: AnswerHeaderOptions;
}

export interface GatewayOptions {
  host: string;
  port: number;
  settings: GatewaySettings;
  recorder: Recorder;
  /** Why the gateway cannot serve at the moment, null when it can. */
  readiness: () => string | null;
  onInternalError: (error: unknown, requestId: string) => void;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Calls that have been admitted, which is how many rows the ledger has to have. */
  readonly admitted: number;
  configure: (settings: GatewaySettings) => void;
  /** Stops accepting, waits for running calls up to `graceMs`, then cuts them off. */
  close: (graceMs: number) => Promise<void>;
}

const MAX_HEADER_BYTES = 32 * 1024;
/** How long the rest of a request that was refused before its end is read and dropped. */
const LINGER_MS = 2000;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const app = new App(options);
  await app.listen();
  return app;
}

class App implements Gateway {
  admitted = 0;
  private readonly options: GatewayOptions;
  private readonly server: http.Server;
  private readonly nextId = createRequestIds();
  private settings: GatewaySettings;
  private isClosing = false;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.settings = options.settings;
    this.server = http.createServer(
      {
        noDelay: true,
        maxHeaderSize: MAX_HEADER_BYTES,
        keepAliveTimeout: 75_000,
        headersTimeout: 60_000,
        requestTimeout: 300_000,
      },
      (request, response) => this.handle(request, response),
    );
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseConnection(error, socket));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    const { host } = this.options;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, 4096, () => resolve());
    });
  }

  configure(settings: GatewaySettings): void {
    this.settings = settings;
  }

  close(graceMs: number): Promise<void> {
    this.isClosing = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.server.closeAllConnections(), graceMs);
      this.server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const id = this.nextId();
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const dialect = dialectOf(path, request);
    const refused = (error: unknown): void => {
      const isOurs = error instanceof TierlineError;
      if (!isOurs) this.options.onInternalError(error, id);
      refuse(response, dialect, {
        id,
        error: isOurs ? error : new TierlineError('internal', undefined, { cause: error }),
      });
    };
    if (this.isClosing) response.setHeader('connection', 'close');
    const query = mark < 0 ? '' : url.slice(mark + 1);
    try {
      this.dispatch({ request, response, id, path, query, dialect })?.catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  private dispatch(exchange: Admission): Promise<void> | undefined {
    const { request, response, path } = exchange;
    const name = path.startsWith('/v1/') ? path.slice(3) : path;
    switch (name) {
      case '/chat/completions':
      case '/messages':
        return this.call(exchange);
      case '/messages/count_tokens':
        return this.count(exchange);
      case '/healthz':
        sendJson(response, 200, { status: 'ok' });
        return undefined;
      case '/readyz':
        this.ready(response);
        return undefined;
    }
    if (name === '/models' || name.startsWith('/models/')) {
      requireMethod(request, ['GET', 'HEAD']);
      this.settings.authenticate(request.headers);
      const isAnthropic = request.headers['anthropic-version'] !== undefined;
      const { policy } = this.settings.engine;
      const model = decodeURIComponentSafely(name.slice('/models/'.length));
      sendJson(
        response,
        200,
        name === '/models' ? listModels(policy, isAnthropic) : showModel(policy, model, isAnthropic),
      );
      return undefined;
    }
    throw new TierlineError('not_found', `There is no route ${request.method} ${path.slice(0, 200)}.`);
  }

  /** The one way in for everything that costs money. */
  private async call(exchange: Admission): Promise<void> {
    const { request, response, id, dialect } = exchange;
    const { settings } = this;
    requireMethod(request, ['POST']);
    const tenant = settings.authenticate(request.headers);
    const client = new HttpClient(response, dialect, id, settings.answer);
    const body = await readBody(request, settings.maxBodyBytes);
    const startedAt = performance.now();
    const inbound = Inbound.read(dialect, body, settings.maxDepth);
    this.admitted++;
    await route(settings.engine, this.options.recorder, {
      id,
      atMs: Date.now(),
      startedAt,
      tenant,
      path: exchange.path,
      query: exchange.query,
      headers: request.headers,
      inbound,
      client,
    });
  }

  private async count(exchange: Admission): Promise<void> {
    const { request, response, id, dialect } = exchange;
    const { settings } = this;
    requireMethod(request, ['POST']);
    const tenant = settings.authenticate(request.headers);
    const client = new HttpClient(response, dialect, id, settings.answer);
    const inbound = Inbound.read(dialect, await readBody(request, settings.maxBodyBytes), settings.maxDepth);
    const { headers } = request;
    const counted = await countTokens(settings.engine, {
      inbound,
      tenant,
      path: exchange.path,
      query: exchange.query,
      headers,
      client,
    });
    sendJson(response, counted.status, counted.body);
  }

  private ready(response: ServerResponse): void {
    const reason = this.isClosing ? 'shutting down' : this.options.readiness();
    if (reason === null) sendJson(response, 200, { status: 'ready' });
    else sendJson(response, 503, { status: 'not ready', reason });
  }
}

interface Admission {
  request: IncomingMessage;
  response: ServerResponse;
  id: string;
  path: string;
  query: string;
  dialect: Dialect;
}

/** The dialect errors are told in: that of the route, else that of the client's headers. */
function dialectOf(path: string, request: IncomingMessage): Dialect {
  const isAnthropic = path.includes('/messages') || request.headers['anthropic-version'] !== undefined;
  return isAnthropic && !path.endsWith('/chat/completions') ? anthropicMessages : openaiChat;
}

function requireMethod(request: IncomingMessage, methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  throw new TierlineError('method_not_allowed', `This route answers ${methods.join(' and ')}, not ${request.method}.`);
}

function refuse(response: ServerResponse, dialect: Dialect, { id, error }: { id: string; error: TierlineError }): void {
  if (error.code === 'client_gone' || response.destroyed) return;
  if (response.headersSent) {
    response.end(dialect.encodeStreamError(error, id));
    return;
  }
  if (error.code === 'body_too_large') response.setHeader('connection', 'close');
  response.setHeader('x-tierline-request-id', id);
  const body = dialect.encodeError(error, id);
  response.writeHead(error.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  if (response.req.complete) response.end(body);
  else linger(response, body);
}

/**
 * Answers at once and reads on for a moment: closing a connection with bytes unread resets it, and the reset can take
 * the answer away from a client that is still sending.
 */
function linger(response: ServerResponse, body: string): void {
  response.write(body);
  const { req: request } = response;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('end', end).once('close', end).resume();
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Bytes that never became a request: there is no route and no dialect yet, so the answer is OpenAI-shaped. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request_timeout'
        : 'bad_http';
  const { status, sentence } = ERRORS[code];
  const body = openaiChat.encodeError(new TierlineError(code, sentence), '');
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
