// One HTTP origin of a provider: sends a request and hands the reply on as it comes. Knows nothing of dialects or retries.
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { TierlineError } from '../call/errors.ts';
import { Http1Pool, type PoolExchange, type PoolOptions, type PoolSink } from './http1-pool.ts';

export interface UpstreamRequest {
  /** Path with query. */
  path: string;
  /** Name, value, name, value ... */
  headers: readonly string[];
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
  /** Resolves when the running exchanges are over and every connection is closed. */
  close: () => Promise<void>;
}

export type HttpUpstreamOptions = PoolOptions;

export function createHttpUpstream(origin: string, options: HttpUpstreamOptions): HttpUpstream {
  const pool = new Http1Pool(origin, options);
  /** Heads by the list of headers they were made of, which is the same one for most requests. */
  const heads = new WeakMap<readonly string[], { path: string; head: string }>();
  const hostLine = `host: ${pool.host}\r\nconnection: keep-alive\r\n`;
  return {
    send(request, sink) {
      const exchange = new DecodedExchange(sink);
      const { body, firstByteMs, idleMs } = request;
      let made = heads.get(request.headers);
      if (made?.path !== request.path) {
        made = { path: request.path, head: toHead(request, hostLine) };
        heads.set(request.headers, made);
      }
      exchange.running = pool.send({ head: made.head, body, firstByteMs, idleMs }, exchange);
      return exchange;
    },
    close: () => pool.close(),
  };
}

/** What may stand in a header value or a path; anything else could end the line. */
const UNSAFE_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const UNSAFE_PATH = /[^\x21-\x7e]/;

function toHead({ path, headers }: UpstreamRequest, hostLine: string): string {
  if (UNSAFE_PATH.test(path))
    throw new TierlineError('invalid_request', 'The path has characters that HTTP does not allow.');
  let head = `POST ${path} HTTP/1.1\r\n${hostLine}`;
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] as string;
    if (UNSAFE_VALUE.test(value))
      throw new TierlineError(
        'invalid_request',
        `The header ${headers[index]} has characters that HTTP does not allow.`,
      );
    head += `${headers[index]}: ${value}\r\n`;
  }
  return head;
}

/** An exchange whose body is unpacked when the provider packed it; we never ask for that, but some do all the same. */
class DecodedExchange implements Exchange, PoolSink {
  running: PoolExchange | null = null;
  private readonly sink: UpstreamSink;
  private decoder: Duplex | null = null;
  private isOver = false;

  constructor(sink: UpstreamSink) {
    this.sink = sink;
  }

  abort(): void {
    this.isOver = true;
    this.running?.abort();
    this.decoder?.destroy();
  }

  pause(): void {
    this.running?.pause();
  }

  resume(): void {
    this.running?.resume();
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity' && encoding !== '') this.decode(encoding.toLowerCase());
    if (!this.isOver) this.sink.onHead(status, headers);
  }

  onData(bytes: Buffer): void {
    if (this.isOver) return;
    if (this.decoder === null) this.sink.onData(bytes);
    else this.decoder.write(bytes);
  }

  onEnd(): void {
    if (this.isOver) return;
    if (this.decoder === null) this.end();
    else this.decoder.end();
  }

  onError(error: TierlineError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.decoder?.destroy();
    this.sink.onError(error);
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sink.onEnd();
  }

  private decode(encoding: string): void {
    const decoder = createDecoder(encoding);
    if (decoder === null) {
      this.onError(
        new TierlineError('upstream_malformed', `The provider answered in the unknown encoding "${encoding}".`),
      );
      this.running?.abort();
      return;
    }
    this.decoder = decoder;
    decoder.on('data', (chunk: Buffer) => {
      if (!this.isOver) this.sink.onData(chunk);
    });
    decoder.on('end', () => this.end());
    decoder.on('error', (cause) => {
      this.onError(new TierlineError('upstream_malformed', 'The provider sent broken compressed data.', { cause }));
      this.running?.abort();
    });
  }
}

/** Flushes on every write: a compressed stream must not be held back until its window is full. */
function createDecoder(encoding: string): Duplex | null {
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
