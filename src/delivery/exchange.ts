// One attempt against one deployment: sends, watches, forwards. Failures are values here; nothing is retried.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import { isObject } from '../call/json.ts';
import type { CallStatus } from '../call/row.ts';
import type { Carriage, StreamFacts, StreamPipe } from '../provider/carriage.ts';
import type { Exchange, UpstreamSink } from '../provider/http-upstream.ts';

/** The client's side of a call, as far as an exchange has to know it. */
export interface ClientSide {
  /** True once the client has closed its connection. */
  readonly isGone: boolean;
  /** Set by the exchange that is under way; called once when the client goes. */
  onGone: (() => void) | null;
  /** Set by the exchange while the client reads slower than the provider writes. */
  onDrain: (() => void) | null;
  /** Whether an event of an answer has gone to the client: from then on no other model may answer. */
  readonly isCommitted: boolean;
  /** Tells a client that waits for its stream that it is still being worked on. */
  keepAlive: () => void;
  /** The first event is about to be written. */
  begin: (headers: IncomingHttpHeaders) => void;
  /** False when the client's buffer is full. */
  write: (bytes: Buffer | string) => boolean;
}

export interface ExchangeResult {
  status: CallStatus;
  httpStatus: number | null;
  headers: IncomingHttpHeaders;
  /** Why it failed; null when the answer is complete. */
  error: TierlineError | null;
  /** How long the provider asked to wait, null when it did not say. */
  retryAfterMs: number | null;
  facts: StreamFacts;
  /** A complete reply or error body in the client's dialect, null when there is none. */
  body: Buffer | string | null;
  /** The last bytes of a streamed reply, to be sent once the ledger has its row. */
  closing: Buffer | string | null;
  /** Whether anything has been written to the client. */
  isCommitted: boolean;
  /** Whether the request was handed to the connection; if not, nobody can bill it. */
  isSent: boolean;
  startedAt: number;
  firstTokenAt: number | null;
  endedAt: number;
}

export interface ExchangeLimits {
  firstByteMs: number;
  idleMs: number;
  /** What is left of the call's deadline. */
  totalMs: number;
  /** Largest reply that is held in memory. */
  maxReplyBytes: number;
}

const MAX_ERROR_BYTES = 1024 * 1024;
const NO_FACTS: Readonly<StreamFacts> = Object.freeze({
  usage: null,
  finishReason: null,
  responseModel: null,
  serviceTier: null,
  sawToken: false,
  error: null,
});

/** Runs one exchange to its end; never rejects. */
export function runExchange(carriage: Carriage, client: ClientSide, limits: ExchangeLimits): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    new RunningExchange(carriage, client, limits, resolve).start();
  });
}

class RunningExchange implements UpstreamSink {
  private readonly carriage: Carriage;
  private readonly client: ClientSide;
  private readonly limits: ExchangeLimits;
  private readonly resolve: (result: ExchangeResult) => void;
  private readonly startedAt = performance.now();
  private exchange: Exchange | null = null;
  private timer: NodeJS.Timeout | null = null;
  private status: number | null = null;
  private headers: IncomingHttpHeaders = {};
  private pipe: StreamPipe | null = null;
  private chunks: Buffer[] = [];
  private size = 0;
  private firstTokenAt: number | null = null;
  private hasBegun = false;
  private isSent = false;
  private isSettled = false;

  constructor(
    carriage: Carriage,
    client: ClientSide,
    limits: ExchangeLimits,
    resolve: (result: ExchangeResult) => void,
  ) {
    this.carriage = carriage;
    this.client = client;
    this.limits = limits;
    this.resolve = resolve;
  }

  start(): void {
    if (this.client.isGone) {
      this.settle('client_gone', new TierlineError('client_gone'));
      return;
    }
    // An arrow function here would keep every exchange until the next full collection (Node 24.21, measured: 4.5 KB a call).
    this.client.onGone = onClientGone.bind(null, this);
    this.timer = setTimeout(onDeadline, this.limits.totalMs, this);
    try {
      this.exchange = this.carriage.send(this.limits, this);
    } catch (cause) {
      this.settle(
        'error',
        cause instanceof TierlineError ? cause : new TierlineError('internal', undefined, { cause }),
      );
      return;
    }
    this.isSent = true;
    // A failure can come back before the handle does.
    if (this.isSettled) this.exchange.abort();
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = headers;
    const isEventStream = headers['content-type']?.startsWith('text/event-stream') === true;
    if (status >= 200 && status < 300 && this.carriage.isStream && isEventStream) this.pipe = this.carriage.openPipe();
  }

  onData(chunk: Buffer): void {
    if (this.isSettled) return;
    if (this.pipe !== null) {
      this.forward(this.pipe, chunk);
      return;
    }
    this.size += chunk.length;
    if (this.size > (this.isSuccess() ? this.limits.maxReplyBytes : MAX_ERROR_BYTES)) {
      this.stop(
        'error',
        new TierlineError('upstream_malformed', 'The answer of the provider is larger than the gateway accepts.'),
      );
      return;
    }
    this.chunks.push(chunk);
  }

  onEnd(): void {
    if (this.isSettled) return;
    if (this.pipe !== null) {
      this.pipe.end();
      this.settlePipe(this.pipe);
      if (!this.isSettled) this.settle(this.brokenStatus(), new TierlineError('upstream_truncated'));
      return;
    }
    const body = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
    if (!this.isSuccess()) this.settleFailure(body);
    else if (this.carriage.isStream) {
      this.settle(
        'error',
        new TierlineError('upstream_malformed', 'A stream was asked for, and the provider sent something else.'),
      );
    } else this.settleReply(body);
  }

  onError(error: TierlineError): void {
    this.settle(this.brokenStatus(), error);
  }

  private forward(pipe: StreamPipe, chunk: Buffer): void {
    let bytes: Buffer | string | null;
    try {
      bytes = pipe.push(chunk);
    } catch (cause) {
      this.stop(this.brokenStatus(), asMalformed(cause));
      return;
    }
    if (this.firstTokenAt === null && pipe.facts.sawToken) this.firstTokenAt = performance.now();
    if (bytes !== null && (pipe.state !== 'failed' || this.hasBegun)) this.write(bytes);
    if (pipe.state !== 'open') this.settlePipe(pipe);
  }

  private commit(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.client.begin(this.headers);
  }

  private write(bytes: Buffer | string): void {
    this.commit();
    if (this.client.write(bytes)) return;
    this.exchange?.pause();
    this.client.onDrain = () => {
      this.client.onDrain = null;
      this.exchange?.resume();
    };
  }

  private settlePipe(pipe: StreamPipe): void {
    if (pipe.state === 'finished') {
      // A short answer can come as a whole, so that nothing has been written yet.
      this.commit();
      this.settle('ok', null, null, pipe.closing);
      // What comes after the end mark is of no use to anybody; a kept-alive connection is, so leave it to finish.
      return;
    }
    if (pipe.state !== 'failed') return;
    const told = pipe.facts.error;
    this.stop(this.brokenStatus(), told === null ? new TierlineError('upstream_truncated') : this.upstreamError(told));
  }

  private settleReply(body: Buffer): void {
    try {
      const reply = this.carriage.readReply(body);
      this.firstTokenAt = performance.now();
      this.settle('ok', null, reply, null);
    } catch (cause) {
      this.settle('error', asMalformed(cause));
    }
  }

  private settleFailure(body: Buffer): void {
    const text = this.carriage.redact(body.toString('utf8'));
    const error = this.upstreamError(this.carriage.readError(this.status ?? 502, text));
    const isOwnDialect = this.carriage.isSameDialect && isJsonObject(text);
    this.settle('error', error, isOwnDialect ? { body: text, facts: { ...NO_FACTS } } : null);
  }

  private upstreamError(told: UpstreamError): TierlineError {
    const message = this.carriage.redact(told.message);
    return new TierlineError('upstream_error', message, { upstream: { ...told, message } });
  }

  /** The client has closed its connection, or the answer is not wanted any more. */
  leave(): void {
    this.stop('client_gone', new TierlineError('client_gone'));
  }

  /** The time for the whole call is over. */
  expire(): void {
    const sentence = 'The provider did not finish its answer within the time for the whole call.';
    this.stop(this.brokenStatus(), new TierlineError('upstream_timeout', sentence));
  }

  /** Ends the exchange from our side. */
  private stop(status: CallStatus, error: TierlineError): void {
    // Settled first: what a connection hands on while it is closed is nobody's any more.
    this.settle(status, error);
    this.exchange?.abort();
  }

  private settle(
    status: CallStatus,
    error: TierlineError | null,
    reply: { body: Buffer | string; facts: StreamFacts } | null = null,
    closing: Buffer | string | null = null,
  ): void {
    if (this.isSettled) return;
    this.isSettled = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.client.onGone = null;
    this.client.onDrain = null;
    this.resolve({
      status,
      httpStatus: this.status,
      headers: this.headers,
      error,
      retryAfterMs: readRetryAfter(this.headers) ?? toldRetryAfter(error),
      facts: reply?.facts ?? this.pipe?.facts ?? { ...NO_FACTS },
      body: reply?.body ?? null,
      closing,
      isCommitted: this.client.isCommitted,
      isSent: this.isSent,
      startedAt: this.startedAt,
      firstTokenAt: this.firstTokenAt,
      endedAt: performance.now(),
    });
  }

  private isSuccess(): boolean {
    return this.status !== null && this.status >= 200 && this.status < 300;
  }

  private brokenStatus(): CallStatus {
    return this.client.isCommitted ? 'partial' : 'error';
  }
}

/** A shared callback keeps the timers of all exchanges in one list and makes no closure. */
function onDeadline(exchange: RunningExchange): void {
  exchange.expire();
}

function onClientGone(exchange: RunningExchange): void {
  exchange.leave();
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function asMalformed(cause: unknown): TierlineError {
  return cause instanceof TierlineError ? cause : new TierlineError('upstream_malformed', undefined, { cause });
}

/** Some providers say in the error's body how long to wait. */
function toldRetryAfter(error: TierlineError | null): number | null {
  const seconds = error?.upstream?.retryAfterSeconds;
  return seconds === undefined ? null : seconds * 1000;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; null when absent or unreadable. */
export function readRetryAfter(headers: IncomingHttpHeaders, nowMs: number = Date.now()): number | null {
  const ms = Number(headers['retry-after-ms']);
  if (headers['retry-after-ms'] !== undefined && Number.isFinite(ms) && ms >= 0) return ms;
  const text = headers['retry-after'];
  if (text === undefined) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
