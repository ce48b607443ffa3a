// Kept-alive HTTP/1.1 connections to one origin: one exchange at a time on each, new ones up to a bound, the rest waits.
// Knows bytes and sockets only; what a reply means is for its callers.
import type { IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { TierlineError } from '../call/errors.ts';
import { writePiece } from '../wire/scratch.ts';
import { MalformedReply, ReplyReader } from './http1-reply.ts';

export interface PoolOptions {
  connectMs: number;
  /** Upper bound of open connections. */
  connections: number;
}

export interface PoolRequest {
  /** Everything up to the blank line, the request line included and `content-length` not. */
  head: string;
  body: Buffer | string;
  firstByteMs: number;
  idleMs: number;
}

/** `onHead` once, `onData` any number of times, then exactly one of `onEnd` and `onError`. */
export interface PoolSink {
  onHead: (status: number, headers: IncomingHttpHeaders) => void;
  onData: (bytes: Buffer) => void;
  onEnd: () => void;
  onError: (error: TierlineError) => void;
}

/** Idle connections are dropped before providers and balancers tend to, so that few requests meet a closing one. */
const IDLE_MS = 15_000;
/** A kept-alive connection that closes this soon after a request was closing before it. */
const STALE_MS = 1000;
/** Where the bytes of all connections arrive: they are taken out before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const MIN_SWEEP_MS = 10;
const MAX_SWEEP_MS = 500;

export class Http1Pool {
  private readonly url: URL;
  private readonly options: PoolOptions;
  private readonly idle: Connection[] = [];
  private readonly open = new Set<Connection>();
  private readonly waiting: PoolExchange[] = [];
  private sweeper: NodeJS.Timeout | null = null;
  private sweepMs = MAX_SWEEP_MS;
  private onEmpty: (() => void) | null = null;
  private isClosing = false;

  constructor(origin: string, options: PoolOptions) {
    this.url = new URL(origin);
    this.options = options;
  }

  get host(): string {
    return this.url.host;
  }

  send(request: PoolRequest, sink: PoolSink): PoolExchange {
    const exchange = new PoolExchange(request, sink);
    this.assign(exchange);
    return exchange;
  }

  /** Resolves when the running exchanges are over and every connection is closed. */
  close(): Promise<void> {
    this.isClosing = true;
    for (const connection of this.idle.splice(0)) connection.destroy();
    if (this.open.size === 0) {
      this.unwatch();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.onEmpty = resolve;
    });
  }

  /** Gives the exchange a connection now or later. `isFresh` asks for one that nobody has used. */
  assign(exchange: PoolExchange, isFresh = false): void {
    if (exchange.isOver) return;
    this.watch(Math.min(exchange.request.firstByteMs, exchange.request.idleMs));
    const reused = isFresh ? undefined : this.idle.pop();
    if (reused !== undefined) reused.start(exchange, true);
    else if (this.open.size < this.options.connections) {
      const connection = new Connection(this, (onread) => this.connect(onread));
      this.open.add(connection);
      connection.start(exchange, false);
    } else this.waiting.push(exchange);
  }

  /** The connection has done its exchange and can take another. */
  release(connection: Connection): void {
    const next = this.nextWaiting();
    if (next !== undefined) connection.start(next, true);
    else if (this.isClosing) connection.destroy();
    else this.idle.push(connection);
  }

  remove(connection: Connection): void {
    this.open.delete(connection);
    const index = this.idle.indexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
    const next = this.nextWaiting();
    if (next !== undefined) this.assign(next);
    if (this.open.size > 0) return;
    this.unwatch();
    this.onEmpty?.();
  }

  /** The first that still waits; those that were given up meanwhile are dropped. */
  private nextWaiting(): PoolExchange | undefined {
    let next = this.waiting.shift();
    while (next?.isOver === true) next = this.waiting.shift();
    return next;
  }

  private connect(onread: net.OnReadOpts): net.Socket {
    const { hostname, protocol } = this.url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const isTls = protocol === 'https:';
    const port = this.url.port === '' ? (isTls ? 443 : 80) : Number(this.url.port);
    const server = { host, port, onread };
    const named = net.isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? tls.connect({ ...server, ...named, ALPNProtocols: ['http/1.1'] }) : net.connect(server);
    const late = setTimeout(() => {
      socket.destroy(new TierlineError('upstream_unreachable', 'The connection to the provider timed out.'));
    }, this.options.connectMs);
    const arrived = (): void => clearTimeout(late);
    socket.once(isTls ? 'secureConnect' : 'connect', arrived).once('close', arrived);
    return socket.setNoDelay(true);
  }

  /** One timer for all time-outs of the pool: a timer per exchange would cost more than it watches. */
  private watch(shortestMs: number): void {
    const sweepMs = Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, shortestMs / 4));
    if (this.sweeper !== null && sweepMs >= this.sweepMs) return;
    this.unwatch();
    this.sweepMs = sweepMs;
    this.sweeper = setInterval(() => {
      const now = performance.now();
      for (const connection of this.open) connection.sweep(now);
    }, sweepMs);
    this.sweeper.unref();
  }

  private unwatch(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    this.sweeper = null;
  }
}

/** One request and its reply; the handle that its caller holds. */
export class PoolExchange {
  readonly request: PoolRequest;
  readonly sink: PoolSink;
  connection: Connection | null = null;
  isOver = false;
  hasHead = false;

  constructor(request: PoolRequest, sink: PoolSink) {
    this.request = request;
    this.sink = sink;
  }

  /** Ends the exchange at once; no callback comes afterwards. */
  abort(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.connection?.destroy();
  }

  /** Without effect once the exchange is over: its connection may be another one's by then. */
  pause(): void {
    if (!this.isOver) this.connection?.pause();
  }

  resume(): void {
    if (!this.isOver) this.connection?.resume();
  }

  fail(error: TierlineError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sink.onError(error);
  }
}

class Connection {
  private readonly pool: Http1Pool;
  private readonly socket: net.Socket;
  private exchange: PoolExchange | null = null;
  private reader: ReplyReader | null = null;
  private isReused = false;
  private sentAt = 0;
  private isPaused = false;
  private isGone = false;
  /** When the current wait is too long, in performance.now() time. */
  private expiresAt = Number.POSITIVE_INFINITY;
  private error: Error | null = null;

  constructor(pool: Http1Pool, connect: (onread: net.OnReadOpts) => net.Socket) {
    this.pool = pool;
    // What is read is copied out of one buffer for all: a buffer and the turns of a stream for each read cost far more.
    const socket = connect({
      buffer: readBuffer,
      callback: (length, buffer) => {
        this.read(Buffer.from(buffer.subarray(0, length)));
        return true;
      },
    });
    this.socket = socket;
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('end', () => this.ended());
    socket.on('close', () => this.closed());
  }

  start(exchange: PoolExchange, isReused: boolean): void {
    this.exchange = exchange;
    this.isReused = isReused;
    this.reader = new ReplyReader({
      onHead: (status, headers) => {
        exchange.hasHead = true;
        exchange.sink.onHead(status, headers);
      },
      onData: (bytes) => {
        if (!exchange.isOver) exchange.sink.onData(bytes);
      },
    });
    exchange.connection = this;
    const { head, body, firstByteMs } = exchange.request;
    this.sentAt = performance.now();
    this.expiresAt = this.sentAt + firstByteMs;
    const bodyBytes = Buffer.byteLength(body);
    writePiece(this.socket, { before: `${head}content-length: ${bodyBytes}\r\n\r\n`, body, bodyBytes, after: '' });
  }

  pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    const { exchange } = this;
    if (exchange !== null) this.expiresAt = performance.now() + exchange.request.idleMs;
    this.socket.resume();
  }

  destroy(): void {
    this.leave();
    this.socket.destroy();
  }

  /** Ends a wait that is too long: for the first byte, for the next one, or for another request. */
  sweep(now: number): void {
    if (now < this.expiresAt || this.isPaused) return;
    const { exchange } = this;
    this.destroy();
    const said = exchange?.hasHead
      ? 'The provider stopped in the middle of its answer.'
      : 'The provider did not begin to answer in time.';
    exchange?.fail(new TierlineError('upstream_timeout', said));
  }

  private read(chunk: Buffer): void {
    const { exchange, reader } = this;
    // A server that talks without being asked is not to be trusted with the next request.
    if (exchange === null || reader === null) return this.destroy();
    this.expiresAt = performance.now() + exchange.request.idleMs;
    try {
      if (reader.push(chunk) === 'done') this.finish(exchange, reader);
    } catch (cause) {
      this.destroy();
      const isTheirs = cause instanceof MalformedReply;
      const said = isTheirs ? `The provider did not answer in proper HTTP: ${cause.message}.` : undefined;
      exchange.fail(new TierlineError(isTheirs ? 'upstream_malformed' : 'internal', said, { cause }));
    }
  }

  private finish(exchange: PoolExchange, reader: ReplyReader): void {
    this.exchange = null;
    this.reader = null;
    // An answer that came before the whole request had gone out leaves the connection in the middle of it.
    if (!reader.isReusable || this.isGone || this.socket.writableLength > 0) this.destroy();
    else {
      if (this.isPaused) this.resume();
      this.expiresAt = performance.now() + Math.min(IDLE_MS, Math.max(0, (reader.keepAliveMs ?? IDLE_MS) - 1000));
      this.pool.release(this);
    }
    if (exchange.isOver) return;
    exchange.isOver = true;
    exchange.sink.onEnd();
  }

  private ended(): void {
    const { exchange, reader } = this;
    if (exchange !== null && reader?.end() === 'done') this.finish(exchange, reader);
    else this.socket.destroy();
  }

  private closed(): void {
    const { exchange, reader } = this;
    this.leave();
    if (exchange === null || exchange.isOver) return;
    // The server closed a kept-alive connection while the request was on its way, so it has not been looked at. After a
    // while that is no longer likely, and sending it again could be billed twice.
    const isStale = this.isReused && reader?.hasBytes === false && performance.now() - this.sentAt < STALE_MS;
    if (isStale && isClosing(this.error)) this.pool.assign(exchange, true);
    else exchange.fail(toTierlineError(this.error, exchange.hasHead));
  }

  private leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.exchange = null;
    this.expiresAt = Number.POSITIVE_INFINITY;
    this.pool.remove(this);
  }
}

function isClosing(error: Error | null): boolean {
  if (error === null) return true;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function toTierlineError(cause: Error | null, hasHead: boolean): TierlineError {
  if (cause instanceof TierlineError) return cause;
  if (hasHead)
    return new TierlineError('upstream_truncated', 'The provider closed the connection in the middle of its answer.', {
      cause,
    });
  const code = cause === null ? undefined : (cause as NodeJS.ErrnoException).code;
  return new TierlineError(
    'upstream_unreachable',
    `The provider could not be reached${code === undefined ? ': it closed the connection' : ` (${code})`}.`,
    { cause },
  );
}
