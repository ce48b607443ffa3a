// What is to be told to one sink: a bounded queue in the background, tried again with growing pauses. Whoever offers a notice
// never waits and never sees an error; what becomes of a sink is told in the log, once when it fails and once when it works.
import type { Notice } from './active-alert.ts';
import { SendError, type Sink } from './sink.ts';

export interface OutboxParts {
  /** Gets whole sentences; may be the log that notices go to as well. */
  warn: (sentence: string) => void;
  /** Resolves after so many milliseconds; rejects when the signal fires first. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  random: () => number;
}

export const PATIENCE = {
  /** Notices that wait; of more the oldest are dropped. */
  maxWaiting: 1000,
  /** Sends of one notice, the first included: all in all about ten minutes. */
  maxTries: 6,
  /** The first pause at most; every further one is up to five times as long. */
  baseDelayMs: 1000,
  growth: 5,
  maxDelayMs: 600_000,
  /** A longer `Retry-After` is cut to this. */
  maxRetryAfterMs: 3_600_000,
} as const;

export class Outbox {
  private readonly sink: Sink;
  private readonly parts: OutboxParts;
  private readonly waiting: Notice[] = [];
  private current: Notice | null = null;
  private running: Promise<void> | null = null;
  /** Fires when pauses are over because the outbox is closed. */
  private readonly hurry = new AbortController();
  /** Fires when the time of closing is over. */
  private readonly cut = new AbortController();
  private failedTries = 0;
  private isFailing = false;
  private isFull = false;
  private lost = 0;

  constructor(sink: Sink, parts: OutboxParts) {
    this.sink = sink;
    this.parts = parts;
  }

  /** Takes a notice to send; returns at once. */
  offer(notice: Notice): void {
    if (this.hurry.signal.aborted) return;
    if (this.waiting.length >= PATIENCE.maxWaiting) {
      this.waiting.shift();
      this.lost++;
      if (!this.isFull) this.say(`has ${PATIENCE.maxWaiting} alerts waiting: the oldest are dropped`);
      this.isFull = true;
    }
    this.waiting.push(notice);
    this.running ??= this.run();
  }

  /** Tries what is left once more each, for at most so long; resolves also when that failed. */
  async close(graceMs: number): Promise<void> {
    this.hurry.abort();
    if (this.running !== null) {
      const done = new AbortController();
      await Promise.race([this.running, this.parts.sleep(graceMs, done.signal).catch(() => undefined)]);
      done.abort();
    }
    this.cut.abort();
    this.lost += this.waiting.length + (this.current === null ? 0 : 1);
    this.waiting.length = 0;
    this.tellLost();
  }

  private async run(): Promise<void> {
    // Not within the turn of whoever offered it.
    await Promise.resolve();
    while (!this.cut.signal.aborted) {
      const notice = this.waiting.shift();
      if (notice === undefined) break;
      this.current = notice;
      await this.deliver(notice);
      this.current = null;
    }
    this.running = null;
    if (!this.isFailing && !this.cut.signal.aborted) this.tellLost();
  }

  private async deliver(notice: Notice): Promise<void> {
    for (let tries = 1; ; tries++) {
      const failure = await this.send(notice);
      if (this.cut.signal.aborted) return;
      if (failure === null) {
        this.succeed();
        return;
      }
      const isLast = failure.isFinal || tries >= PATIENCE.maxTries || this.hurry.signal.aborted;
      this.fail(failure, isLast);
      if (isLast) return;
      await this.parts.sleep(this.pauseMs(tries, failure), this.hurry.signal).catch(() => undefined);
    }
  }

  private async send(notice: Notice): Promise<SendError | null> {
    try {
      await this.sink.send(notice, this.cut.signal);
      return null;
    } catch (error) {
      return error instanceof SendError ? error : new SendError('an alert could not be written', { isFinal: true });
    }
  }

  private succeed(): void {
    this.failedTries = 0;
    if (this.isFailing) this.say('works again');
    this.isFailing = false;
  }

  /** A single failure that the next try mends is not worth a line. */
  private fail({ message }: SendError, isLost: boolean): void {
    this.failedTries++;
    if (isLost) this.lost++;
    if (this.isFailing || (!isLost && this.failedTries < 2)) return;
    this.isFailing = true;
    this.say(`fails: ${message}`);
  }

  /** Half of it by chance, so that many gateways do not come back at the same moment. */
  private pauseMs(tries: number, { retryAfterMs }: SendError): number {
    const { baseDelayMs, growth, maxDelayMs, maxRetryAfterMs } = PATIENCE;
    const longest = Math.min(maxDelayMs, baseDelayMs * growth ** (tries - 1));
    const pause = longest * (0.5 + this.parts.random() / 2);
    return Math.max(pause, Math.min(retryAfterMs ?? 0, maxRetryAfterMs));
  }

  private tellLost(): void {
    if (this.lost > 0) this.say(this.lost === 1 ? 'one alert was lost' : `${this.lost} alerts were lost`);
    this.lost = 0;
    this.isFull = false;
  }

  private say(what: string): void {
    try {
      this.parts.warn(`alerts: ${this.sink.name} ${what}`);
    } catch {
      // A log that cannot be written to is nobody's to tell.
    }
  }
}
