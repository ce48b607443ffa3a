// The client's side of a call over HTTP: which status, headers and bytes it gets.
import type { IncomingHttpHeaders } from 'node:http';
import type { TierlineError } from '../call/errors.ts';
import type { AnswerFacts, CallClient, FailureContext } from '../call-client.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { isTooLong } from '../dialect/error-words.ts';
import { type AnswerHeaderOptions, answerHeaders, providerHeaders } from './headers.ts';
import { KEEP_ALIVE, type Responder } from './responder.ts';

export class HttpClient implements CallClient {
  answer: AnswerFacts | null = null;
  isCommitted = false;
  /** Whether the client waits for a stream. */
  wantsStream = false;
  private readonly responder: Responder;
  private readonly dialect: Dialect;
  private readonly requestId: string;
  private readonly options: AnswerHeaderOptions;

  constructor(responder: Responder, dialect: Dialect, requestId: string, options: AnswerHeaderOptions) {
    this.responder = responder;
    this.dialect = dialect;
    this.requestId = requestId;
    this.options = options;
  }

  get isGone(): boolean {
    return this.responder.isGone;
  }

  set onGone(listener: (() => void) | null) {
    this.responder.onGone = listener;
  }

  set onDrain(listener: (() => void) | null) {
    this.responder.onDrain = listener;
  }

  begin(upstream: IncomingHttpHeaders): void {
    this.isCommitted = true;
    if (!this.responder.hasBegun) this.open(upstream, this.answer);
  }

  /** The head goes out for it, before it is known who answers. */
  keepAlive(): void {
    const { answer } = this;
    const known = answer === null ? null : { ...answer, model: null, attempts: 0, losses: [] };
    if (!this.responder.hasBegun) this.open({}, known);
    this.responder.write(KEEP_ALIVE);
  }

  private open(upstream: IncomingHttpHeaders, answer: AnswerFacts | null): void {
    const headers = providerHeaders(upstream);
    headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
    // Reverse proxies hold streams back unless they are told not to.
    headers.push('x-accel-buffering', 'no');
    this.responder.begin(200, this.describe(headers, answer));
  }

  write(bytes: Buffer | string): boolean {
    return this.responder.write(bytes);
  }

  reply(body: Buffer | string, upstream: IncomingHttpHeaders, answer: AnswerFacts): void {
    this.end(200, providerHeaders(upstream), { body, answer });
  }

  finish(closing: Buffer | string | null): void {
    this.responder.end(closing);
  }

  fail(error: TierlineError, context: FailureContext): void {
    if (this.isGone) return;
    if (this.responder.hasBegun) {
      this.responder.end(this.dialect.encodeStreamError(error, this.requestId));
      return;
    }
    if (this.tellsInStream(error, context)) {
      this.open(context.headers, context.answer);
      this.responder.end(this.dialect.encodeStreamError(error, this.requestId));
      return;
    }
    const headers = providerHeaders(context.headers);
    // The clients of OpenAI and Anthropic heed it: trying again at once would be paid like the first time.
    if (error.code === 'answer_refused') headers.push('x-should-retry', 'false');
    if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds));
    const body = context.body ?? this.dialect.encodeError(error, this.requestId);
    this.end(error.status, headers, { body, answer: context.answer });
  }

  /**
   * OpenAI's responses tell inside of the stream that a conversation is too long, and Codex CLI compacts it at that sign only
   * (codex-rs/codex-api, 0.171). What a provider has said in its own words stays as it is.
   */
  private tellsInStream(error: TierlineError, { body }: FailureContext): boolean {
    return this.wantsStream && this.dialect.name === 'openai-responses' && body === null && isTooLong(error);
  }

  private end(status: number, headers: string[], told: { body: Buffer | string; answer: AnswerFacts | null }): void {
    headers.push('content-type', 'application/json');
    this.responder.send(status, this.describe(headers, told.answer), told.body);
  }

  private describe(headers: string[], answer: AnswerFacts | null): string[] {
    answerHeaders(headers, this.requestId, answer, this.options);
    return headers;
  }
}
