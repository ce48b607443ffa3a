// The client's side of a call that was made in this process: what goes over a connection elsewhere becomes a reply, or a
// queue of events. It leaves when its signal says so, and then hears no more of the call.
import type { IncomingHttpHeaders } from 'node:http';
import { createParser } from 'eventsource-parser';
import { TierlineError } from '../call/errors.ts';
import type { CallRow } from '../call/row.ts';
import type { AnswerFacts, CallClient, FailureContext } from '../call-client.ts';
import { ChatError } from './chat-error.ts';
import { EventQueue } from './event-queue.ts';

/** A complete reply, or a stream that has begun; `events` are the data of server-sent events. */
export type Answered = { headers: IncomingHttpHeaders; losses: readonly string[] } & (
  | { body: string; events: null }
  | { body: null; events: EventQueue }
);

export class InProcessClient implements CallClient {
  answer: AnswerFacts | null = null;
  isCommitted = false;
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  /** Set when the call is recorded, which comes before its end. */
  row: CallRow | null = null;
  readonly requestId: string;
  private readonly signal: AbortSignal | undefined;
  private readonly settled = Promise.withResolvers<Answered>();
  private readonly recorded = Promise.withResolvers<CallRow>();
  private readonly text = new TextDecoder();
  private readonly events: EventQueue;
  private readonly parser = createParser({ onEvent: ({ data }) => this.take(data) });
  private hasRoom = true;

  constructor(requestId: string, signal?: AbortSignal) {
    this.requestId = requestId;
    this.signal = signal;
    this.events = new EventQueue({ onDrain: () => this.drain(), onLeave: () => this.leave() });
    signal?.addEventListener('abort', this.onAbort, { once: true });
    // Nobody has to ask for either.
    this.settled.promise.catch(() => {});
    this.recorded.promise.catch(() => {});
  }

  /** Rejects with ChatError, or with the signal's reason. */
  get answered(): Promise<Answered> {
    return this.settled.promise;
  }

  /** The row, once the call is over, however it ended. Rejects only when there is none. */
  get facts(): Promise<CallRow> {
    return this.recorded.promise;
  }

  begin(headers: IncomingHttpHeaders): void {
    this.isCommitted = true;
    this.settled.resolve({ headers, losses: this.answer?.losses ?? [], body: null, events: this.events });
  }

  write(bytes: Buffer | string): boolean {
    this.feed(bytes);
    return this.hasRoom;
  }

  keepAlive(): void {
    // A process that waits for itself needs no sign of life.
  }

  reply(body: Buffer | string, headers: IncomingHttpHeaders, { losses }: AnswerFacts): void {
    this.over();
    this.settled.resolve({ headers, losses, body: body.toString(), events: null });
  }

  finish(closing: Buffer | string | null): void {
    if (!this.isCommitted) this.begin({});
    if (closing !== null) this.feed(closing);
    // Some servers leave out the blank line after their last event.
    this.parser.feed('\n\n');
    this.over();
    this.events.end();
  }

  fail(error: TierlineError, context: FailureContext): void {
    const told = new ChatError(error, { row: this.row, requestId: this.requestId, ...context });
    this.over(told);
    this.settled.reject(told);
    this.events.fail(told);
  }

  /** Ends the call from the caller's side: its provider is left, and its row says so. */
  leave(reason: unknown = new TierlineError('client_gone')): void {
    if (this.isGone) return;
    this.isGone = true;
    this.settled.reject(reason);
    this.events.fail(reason);
    this.onGone?.();
  }

  private readonly onAbort = (): void => this.leave(this.signal?.reason);

  private drain(): void {
    this.hasRoom = true;
    this.onDrain?.();
  }

  private over(error?: TierlineError): void {
    this.signal?.removeEventListener('abort', this.onAbort);
    if (this.row !== null) this.recorded.resolve(this.row);
    else this.recorded.reject(error ?? new TierlineError('internal'));
  }

  private feed(bytes: Buffer | string): void {
    this.parser.feed(typeof bytes === 'string' ? bytes : this.text.decode(bytes, { stream: true }));
  }

  private take(data: string): void {
    this.hasRoom = this.events.push(data);
  }
}
