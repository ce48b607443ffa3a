// A connection to an AI SDK provider package: looks like every other connection, and turns its callbacks into calls of the
// package's model. The package sends and authenticates by itself.
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import type { EncodedRequest, EncodeTarget } from '../dialect/dialect.ts';
import type { NeutralEvent, NeutralReply, NeutralRequest } from '../dialect/neutral.ts';
import { fromWire, neutralWire, toWire } from '../dialect/neutral-wire.ts';
import type { Connection } from './connection.ts';
import type { Exchange, UpstreamSink } from './http-upstream.ts';

/** What an AI SDK package offers once it is loaded; see ai-sdk.ts. Failures carry an UpstreamError where there is one. */
export interface AiSdkUpstream {
  generate: (
    request: NeutralRequest,
    model: string,
    signal: AbortSignal,
  ) => Promise<{ reply: NeutralReply; losses: readonly string[]; headers: Record<string, string> }>;
  stream: (request: NeutralRequest, model: string, signal: AbortSignal) => AiSdkStream;
  /** What the request will lose on its way to the model, told before it is sent. */
  lossesOf?: (request: NeutralRequest, model: string) => readonly string[];
}

/** A streamed answer; what is told beside the events is known once the first event is there. */
export interface AiSdkStream extends AsyncIterable<NeutralEvent> {
  readonly losses?: readonly string[];
  /** Headers by which the provider's support finds the request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AiSdkConnectionOptions {
  name: string;
  vendor: string;
  isPrivate: boolean;
  secrets: readonly string[];
  upstream: AiSdkUpstream;
}

export function createAiSdkConnection(options: AiSdkConnectionOptions): Connection {
  const { name, vendor, isPrivate, secrets, upstream } = options;
  return {
    name,
    vendor,
    isPrivate,
    secrets,
    habits: {},
    dialect: { ...neutralWire, encodeRequest: (request, target) => encode(upstream, request, target) },
    speaks: [],
    countTokens: null,
    pass: null,
    send: (endpoint, body, timeouts, sink) => {
      const exchange = new ModelExchange(sink, timeouts);
      const { model, request } = fromWire(String(body));
      void (endpoint.stream ? exchange.stream(upstream, request, model) : exchange.generate(upstream, request, model));
      return exchange;
    },
    close: () => Promise.resolve(),
  };
}

function encode(upstream: AiSdkUpstream, request: NeutralRequest, target: EncodeTarget): EncodedRequest {
  const { body, losses } = neutralWire.encodeRequest(request, target);
  return { body, losses: [...losses, ...(upstream.lossesOf?.(request, target.model) ?? [])] };
}

class ModelExchange implements Exchange {
  private readonly sink: UpstreamSink;
  private readonly timeouts: { firstByteMs: number; idleMs: number };
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  /** Resolved by `resume` while the client reads more slowly than the model writes. */
  private resumed: Promise<void> | null = null;
  private wake: (() => void) | null = null;

  constructor(sink: UpstreamSink, timeouts: { firstByteMs: number; idleMs: number }) {
    this.sink = sink;
    this.timeouts = timeouts;
    this.await(timeouts.firstByteMs, 'The provider did not begin to answer in time.');
  }

  async generate(upstream: AiSdkUpstream, request: NeutralRequest, model: string): Promise<void> {
    try {
      const { reply, losses, headers } = await upstream.generate(request, model, this.controller.signal);
      this.tell(200, { ...headers, ...warnings(losses), 'content-type': 'application/json' }, JSON.stringify(reply));
    } catch (error) {
      this.fail(error);
    }
  }

  async stream(upstream: AiSdkUpstream, request: NeutralRequest, model: string): Promise<void> {
    let hasHead = false;
    try {
      const events = upstream.stream(request, model, this.controller.signal);
      for await (const event of events) {
        if (this.isOver) return;
        // An error in the place of an answer is a status of its own, so that delivery can judge it.
        if (!hasHead && event.type === 'error') throw failure(event.error);
        if (!hasHead) {
          const told = { ...events.headers, ...warnings(events.losses) };
          this.sink.onHead(200, { ...told, 'content-type': 'text/event-stream' });
        }
        hasHead = true;
        this.await(this.timeouts.idleMs, 'The provider stopped in the middle of its answer.');
        this.sink.onData(Buffer.from(toWire(event)));
        if (this.resumed !== null) await this.resumed;
      }
      this.end();
    } catch (error) {
      if (!hasHead) this.fail(error);
      else this.break(new TierlineError('upstream_truncated', undefined, { cause: error }));
    }
  }

  abort(): void {
    this.over();
    this.controller.abort();
    this.wake?.();
  }

  pause(): void {
    this.resumed ??= new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  resume(): void {
    this.wake?.();
    this.wake = null;
    this.resumed = null;
  }

  private await(ms: number, sentence: string): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    this.timer = setTimeout(() => {
      this.break(new TierlineError('upstream_timeout', sentence));
      this.controller.abort();
    }, ms);
  }

  private tell(status: number, headers: Record<string, string>, body: string): void {
    if (this.isOver) return;
    this.sink.onHead(status, headers);
    if (!this.isOver) this.sink.onData(Buffer.from(body));
    this.end();
  }

  private end(): void {
    if (this.isOver) return;
    this.over();
    this.sink.onEnd();
  }

  private break(error: TierlineError): void {
    if (this.isOver) return;
    this.over();
    this.sink.onError(error);
  }

  private over(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /** A status of the provider becomes an ordinary failed reply; anything else means that there was none. */
  private fail(error: unknown): void {
    const told = error instanceof TierlineError ? error.upstream : undefined;
    if (told !== undefined) {
      const retryAfter = (error as TierlineError).retryAfterSeconds;
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      this.tell(told.status, { ...headers, 'content-type': 'application/json' }, JSON.stringify(told));
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.break(
      error instanceof TierlineError ? error : new TierlineError('upstream_unreachable', message, { cause: error }),
    );
  }
}

function failure(error: UpstreamError): TierlineError {
  return new TierlineError('upstream_error', error.message, { upstream: error });
}

function warnings(losses: readonly string[] | undefined): Record<string, string> {
  return losses === undefined || losses.length === 0 ? {} : { 'x-provider-warnings': toHeader(losses.join('; ')) };
}

function toHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 1000);
}
