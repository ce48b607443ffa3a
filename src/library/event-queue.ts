// Events between a writer that may be faster and one reader that takes them one by one. It never drops an event, and tells
// the writer when to pause.

/** So many events wait before the writer is told to pause. */
const FULL = 64;

export interface QueueListener {
  /** There is room again, after `push` has said that there is none. */
  onDrain: () => void;
  /** The reader wants no more. */
  onLeave: () => void;
}

export class EventQueue implements AsyncIterableIterator<string, undefined> {
  private readonly listener: QueueListener;
  private waiting: string[] = [];
  private at = 0;
  private reader: PromiseWithResolvers<IteratorResult<string, undefined>> | null = null;
  private isFull = false;
  private isOver = false;
  private error: { value: unknown } | null = null;

  constructor(listener: QueueListener) {
    this.listener = listener;
  }

  /** False when the writer should pause. */
  push(event: string): boolean {
    if (this.isOver) return true;
    if (this.reader !== null) this.answer({ done: false, value: event });
    else this.waiting.push(event);
    this.isFull = this.waiting.length - this.at >= FULL;
    return !this.isFull;
  }

  /** No event follows. */
  end(): void {
    this.isOver = true;
    if (this.reader !== null) this.answer({ done: true, value: undefined });
  }

  /** No event follows; whoever reads is told why, after the events that are there. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.reader === null) this.error = { value: error };
    else {
      this.reader.reject(error);
      this.reader = null;
    }
  }

  /** One event at a time: the next is asked for when the one before is there. */
  next(): Promise<IteratorResult<string, undefined>> {
    const event = this.waiting[this.at];
    if (event !== undefined) {
      this.take();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.error !== null) {
      const { value } = this.error;
      this.error = null;
      return Promise.reject(value);
    }
    if (this.isOver) return Promise.resolve({ done: true, value: undefined });
    this.reader ??= Promise.withResolvers();
    return this.reader.promise;
  }

  return(): Promise<IteratorResult<string, undefined>> {
    const wasOver = this.isOver;
    this.waiting = [];
    this.at = 0;
    this.error = null;
    this.end();
    if (!wasOver) this.listener.onLeave();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): void {
    this.at++;
    if (this.at === this.waiting.length) {
      this.waiting = [];
      this.at = 0;
    }
    if (!this.isFull || this.waiting.length - this.at >= FULL / 2) return;
    this.isFull = false;
    this.listener.onDrain();
  }

  private answer(result: IteratorResult<string, undefined>): void {
    this.reader?.resolve(result);
    this.reader = null;
  }
}
