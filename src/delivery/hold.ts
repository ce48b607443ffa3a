// Stands between an exchange and the client while it is not decided yet whether this answer is the one: keeps what was
// written, lets it go in one piece, or drops it. After the release it hands everything through.
import type { IncomingHttpHeaders } from 'node:http';
import type { StopReason } from '../call/row.ts';
import type { ClientSide } from './exchange.ts';

export interface HoldOptions {
  /** False for an answer that flows at once and only may have to be stopped before its first event. */
  isHolding: boolean;
  /** Most bytes kept; an answer that grows past it is let go, because it cannot be kept any longer. */
  maxBytes: number;
  /** Something has been written; the hold may be released or stopped in it. */
  onProgress: ((hold: Hold) => void) | null;
  /** The stream is about to begin to flow to the client. */
  onFlow: (hold: Hold) => void;
}

export class Hold implements ClientSide {
  onGone: (() => void) | null = null;
  stopped: StopReason | null = null;
  private readonly client: ClientSide;
  private readonly options: HoldOptions;
  private isHolding: boolean;
  private hasFlowed = false;
  private headers: IncomingHttpHeaders | null = null;
  private kept: (Buffer | string)[] = [];
  private keptBytes = 0;
  private drainListener: (() => void) | null = null;

  constructor(client: ClientSide, options: HoldOptions) {
    this.client = client;
    this.options = options;
    this.isHolding = options.isHolding;
  }

  get isGone(): boolean {
    return this.stopped !== null || this.client.isGone;
  }

  get isCommitted(): boolean {
    return this.hasFlowed;
  }

  set onDrain(listener: (() => void) | null) {
    this.drainListener = listener;
    if (!this.isHolding) this.client.onDrain = listener;
  }

  /** Forgets what a broken exchange left behind, for the next one. */
  restart(): void {
    this.headers = null;
    this.kept = [];
    this.keptBytes = 0;
  }

  begin(headers: IncomingHttpHeaders): void {
    if (this.isHolding) {
      this.headers = headers;
      return;
    }
    this.hasFlowed = true;
    this.options.onFlow(this);
    this.client.begin(headers);
  }

  write(bytes: Buffer | string): boolean {
    if (!this.isHolding) return this.client.write(bytes);
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
    this.options.onProgress?.(this);
    if (this.keptBytes > this.options.maxBytes && this.stopped === null) this.release();
    return true;
  }

  keepAlive(): void {
    this.client.keepAlive();
  }

  /** This answer is the client's, if it is still there: what was kept goes out, and what comes from now on follows at once. */
  release(): void {
    if (!this.isHolding || this.isGone) return;
    this.isHolding = false;
    this.client.onDrain = this.drainListener;
    const { headers, kept } = this;
    this.restart();
    if (headers === null) return;
    this.begin(headers);
    for (const bytes of kept) this.client.write(bytes);
  }

  /** Ends the exchange, unless its answer is on its way to the client already. */
  stop(reason: StopReason): void {
    if (this.stopped !== null || this.hasFlowed) return;
    this.stopped = reason;
    this.restart();
    this.onGone?.();
  }
}
