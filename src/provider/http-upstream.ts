// One HTTP origin of a provider: sends a request and hands the reply on as it comes. Knows nothing of dialects or retries.
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { type Dispatcher, errors, Pool } from 'undici';
import { type ErrorCode, TierlineError } from '../call/errors.ts';

export interface UpstreamRequest {
  /** Path with query. */
  path: string;
  /** Name, value, name, value ... */
  headers: string[];
  body: Buffer | string;
  /** How long the reply's headers may take. */
  firstByteMs: number;
  /** How long the reply may pause between two chunks. */
  idleMs: number;
}

/** Gets one reply: `onHead` once, `onData` any number of times, then exactly one of `onEnd` and `onError`. */
export interface UpstreamSink {
  onHead: (status: number, headers: IncomingHttpHeaders) => void;
  onData: (chunk: Buffer) => void;
  onEnd: () => void;
  /** Codes: `upstream_unreachable`, `upstream_timeout`, `upstream_truncated`, `upstream_malformed`. */
  onError: (error: TierlineError) => void;
}

export interface Exchange {
  /** Ends the exchange at once and closes its connection; no callback comes afterwards. */
  abort: () => void;
  pause: () => void;
  resume: () => void;
}

export interface HttpUpstream {
  send: (request: UpstreamRequest, sink: UpstreamSink) => Exchange;
  close: () => Promise<void>;
}

export interface HttpUpstreamOptions {
  connectMs: number;
  /** Upper bound of open connections. */
  connections: number;
}

export function createHttpUpstream(origin: string, options: HttpUpstreamOptions): HttpUpstream {
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    connect: { timeout: options.connectMs },
  });
  return {
    send(request, sink) {
      const exchange = new PoolExchange(sink);
      pool.dispatch(
        {
          path: request.path,
          method: 'POST',
          headers: request.headers,
          body: request.body,
          headersTimeout: request.firstByteMs,
          bodyTimeout: request.idleMs,
        },
        exchange,
      );
      return exchange;
    },
    close: () => pool.close(),
  };
}

class PoolExchange implements Exchange, Dispatcher.DispatchHandler {
  private readonly sink: UpstreamSink;
  private controller: Dispatcher.DispatchController | null = null;
  private decoder: Duplex | null = null;
  private done = false;
  private hasHead = false;

  constructor(sink: UpstreamSink) {
    this.sink = sink;
  }

  abort(): void {
    if (this.done) return;
    this.done = true;
    this.controller?.abort(ABORTED);
    this.decoder?.destroy();
  }

  pause(): void {
    this.controller?.pause();
  }

  resume(): void {
    this.controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.done) controller.abort(ABORTED);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.done || status < 200) return;
    this.hasHead = true;
    const encoding = headers['content-encoding'];
    if (typeof encoding === 'string' && encoding !== 'identity' && encoding !== '') this.decode(encoding.toLowerCase());
    if (!this.done) this.sink.onHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.done) return;
    if (this.decoder !== null) this.decoder.write(chunk);
    else this.sink.onData(chunk);
  }

  onResponseEnd(): void {
    if (this.done) return;
    if (this.decoder !== null) {
      this.decoder.end();
      return;
    }
    this.done = true;
    this.sink.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.fail(toTierlineError(error, this.hasHead));
  }

  private fail(error: TierlineError): void {
    if (this.done) return;
    this.done = true;
    this.decoder?.destroy();
    this.sink.onError(error);
  }

  /** We never ask for compression, but some providers send it all the same. */
  private decode(encoding: string): void {
    const decoder = createDecoder(encoding);
    if (decoder === null) {
      this.fail(new TierlineError('upstream_malformed', `The provider answered in the unknown encoding "${encoding}".`));
      this.controller?.abort(ABORTED);
      return;
    }
    this.decoder = decoder;
    decoder.on('data', (chunk: Buffer) => {
      if (!this.done) this.sink.onData(chunk);
    });
    decoder.on('end', () => {
      if (this.done) return;
      this.done = true;
      this.sink.onEnd();
    });
    decoder.on('error', (cause) => this.fail(new TierlineError('upstream_malformed', 'The provider sent broken compressed data.', { cause })));
  }
}

const ABORTED = new TierlineError('client_gone');

function createDecoder(encoding: string): Duplex | null {
  // Flush on every write: a compressed stream must not be held back until its window is full.
  const flush = zlib.constants.Z_SYNC_FLUSH;
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip({ flush });
    case 'deflate':
      return zlib.createInflate({ flush });
    case 'br':
      return zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return zlib.createZstdDecompress();
    default:
      return null;
  }
}

function toTierlineError(cause: Error, hasHead: boolean): TierlineError {
  if (cause instanceof TierlineError) return cause;
  const make = (code: ErrorCode, message: string): TierlineError => new TierlineError(code, message, { cause });
  if (cause instanceof errors.ConnectTimeoutError) return make('upstream_timeout', 'The connection to the provider timed out.');
  if (cause instanceof errors.HeadersTimeoutError) return make('upstream_timeout', 'The provider did not begin to answer in time.');
  if (cause instanceof errors.BodyTimeoutError) return make('upstream_timeout', 'The provider stopped in the middle of its answer.');
  if (cause instanceof errors.HTTPParserError) return make('upstream_malformed', 'The provider did not answer in HTTP.');
  if (hasHead) return make('upstream_truncated', 'The provider closed the connection in the middle of its answer.');
  const code = (cause as NodeJS.ErrnoException).code;
  return make('upstream_unreachable', `The provider could not be reached${code === undefined ? '' : ` (${code})`}.`);
}
