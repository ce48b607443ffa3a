// Puts texts together that are asked for at about the same time, because encoders do several at once for less than one by one. The
// newest go first: where more comes than can be done, whoever has waited long has given up by now.
import { type Encoded, PaidForNothing, toError } from './encoder.ts';

export interface BatchOptions {
  /** Encodes texts at once; one result for each, in their order. */
  encodeBatch: (texts: readonly string[]) => Promise<readonly Encoded[]>;
  /** Texts in a batch, at most. */
  mostTexts: number;
  /** Batches under way at a time, at most. */
  mostAtOnce: number;
  /** Texts that wait, at most: beyond that the oldest is rejected. */
  mostWaiting?: number;
}

export interface Batches {
  encode: (text: string) => Promise<Encoded>;
  /** Rejects what waits and all that comes later. */
  close: (reason: Error) => void;
}

interface Waiting extends PromiseWithResolvers<Encoded> {
  text: string;
}

const MOST_WAITING = 256;

export function createBatches(options: BatchOptions): Batches {
  const { encodeBatch, mostTexts, mostAtOnce, mostWaiting = MOST_WAITING } = options;
  const queue: Waiting[] = [];
  let underWay = 0;
  let closed: Error | null = null;

  async function run(batch: readonly Waiting[]): Promise<void> {
    underWay++;
    try {
      const all = await encodeBatch(batch.map(({ text }) => text));
      if (all.length !== batch.length) throw new Error(`${all.length} vectors came for ${batch.length} texts`);
      for (const [at, { resolve }] of batch.entries()) resolve(all[at] as Encoded);
    } catch (thrown) {
      const error = toError(thrown);
      const [first, ...others] = batch;
      first?.reject(error);
      // What was spent is told once.
      for (const { reject } of others) reject(error instanceof PaidForNothing ? new Error(error.message) : error);
    } finally {
      underWay--;
      begin();
    }
  }

  function begin(): void {
    while (underWay < mostAtOnce && queue.length > 0) void run(queue.splice(-mostTexts));
  }

  return {
    encode: (text) => {
      if (closed !== null) return Promise.reject(closed);
      const waiting: Waiting = { text, ...Promise.withResolvers<Encoded>() };
      queue.push(waiting);
      if (queue.length > mostWaiting) queue.shift()?.reject(new Error(`more than ${mostWaiting} texts wait`));
      // What the same turn asks for goes together.
      queueMicrotask(begin);
      return waiting.promise;
    },
    close: (reason) => {
      closed = reason;
      for (const { reject } of queue.splice(0)) reject(reason);
    },
  };
}
