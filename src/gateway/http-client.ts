// The client's side of a call over node:http: writes heads, bodies and streams, and notices when the client leaves.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { TierlineError } from '../call/errors.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { AnswerFacts, CallClient, FailureContext } from '../router.ts';
import { type AnswerHeaderOptions, answerHeaders, providerHeaders } from './headers.ts';

export class HttpClient implements CallClient {
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  answer: AnswerFacts | null = null;
  private readonly response: ServerResponse;
  private readonly dialect: Dialect;
  private readonly requestId: string;
  private readonly options: AnswerHeaderOptions;

  constructor(response: ServerResponse, dialect: Dialect, requestId: string, options: AnswerHeaderOptions) {
    this.response = response;
    this.dialect = dialect;
    this.requestId = requestId;
    this.options = options;
    response.on('close', () => {
      if (response.writableFinished) return;
      this.isGone = true;
      this.onGone?.();
    });
    response.on('drain', () => this.onDrain?.());
  }

  begin(upstream: IncomingHttpHeaders): void {
    const headers = providerHeaders(upstream);
    headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
    // Reverse proxies hold streams back unless they are told not to.
    headers.push('x-accel-buffering', 'no');
    this.response.writeHead(200, this.describe(headers, this.answer));
  }

  write(bytes: Buffer | string): boolean {
    return this.response.write(bytes);
  }

  reply(body: Buffer | string, upstream: IncomingHttpHeaders, answer: AnswerFacts): void {
    this.end(200, providerHeaders(upstream), { body, answer });
  }

  finish(closing: Buffer | string | null): void {
    if (closing === null) this.response.end();
    else this.response.end(closing);
  }

  fail(error: TierlineError, context: FailureContext): void {
    if (this.isGone) return;
    if (this.response.headersSent) {
      this.response.end(this.dialect.encodeStreamError(error, this.requestId));
      return;
    }
    const headers = providerHeaders(context.headers);
    if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds));
    const body = context.body ?? this.dialect.encodeError(error, this.requestId);
    this.end(error.status, headers, { body, answer: context.answer });
  }

  private end(status: number, headers: string[], told: { body: Buffer | string; answer: AnswerFacts | null }): void {
    if (this.isGone) return;
    const length = Buffer.byteLength(told.body);
    headers.push('content-type', 'application/json', 'content-length', String(length));
    this.response.writeHead(status, this.describe(headers, told.answer));
    this.response.end(told.body);
  }

  private describe(headers: string[], answer: AnswerFacts | null): string[] {
    answerHeaders(headers, this.requestId, answer, this.options);
    return headers;
  }
}
