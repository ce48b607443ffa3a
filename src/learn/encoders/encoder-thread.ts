// The life of the thread that encodes, seen from the thread that serves: started with the first batch, started again after a crash but not
// at once, and never what keeps the process alive unless somebody waits for a vector.
import { Worker } from 'node:worker_threads';
import type { ThreadMessage, ThreadNews } from './encoder-port.ts';

export interface EncoderThread {
  /** The vectors of the texts, one behind the other. Rejects when they cannot be had. */
  encode: (texts: readonly string[]) => Promise<Float32Array>;
  /** Ends the thread; what is under way is rejected. */
  stop: () => Promise<void>;
}

export interface EncoderThreadOptions {
  /** Name of the worker's file beside this one, without its ending, which is the same in the sources as in the build. */
  file: string;
  /** What the worker is told when it starts. */
  orders: unknown;
  /** How long after its start a thread that crashed is not started again, milliseconds. */
  pauseMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

const PAUSE_MS = 5000;
/** Vocabularies take most of it; weights lie outside the heap. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };
const ENDING = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

export function createEncoderThread(options: EncoderThreadOptions): EncoderThread {
  const { file, orders, pauseMs = PAUSE_MS, now = () => performance.now() } = options;
  const asked = new Map<number, PromiseWithResolvers<Float32Array>>();
  let worker: Worker | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;
  let crash = 'it has ended';
  let lastId = 0;
  let isStopped = false;

  function start(): Worker {
    if (now() - startedAt < pauseMs) throw new Error(`the thread that encodes rests: ${crash}`);
    startedAt = now();
    crash = 'it has ended';
    const own = new Worker(new URL(`./${file}${ENDING}`, import.meta.url), {
      workerData: orders,
      resourceLimits: LIMITS,
      execArgv: [],
      name: file,
    });
    own.on('message', take);
    own.on('error', (error: Error) => {
      crash = error.message;
    });
    own.on('exit', () => {
      if (worker === own) worker = null;
      settleAll(isStopped ? 'the encoder is closed' : `the thread that encodes has failed: ${crash}`);
    });
    own.unref();
    return own;
  }

  function take(news: ThreadNews): void {
    const waiting = asked.get(news.id);
    asked.delete(news.id);
    if (asked.size === 0) worker?.unref();
    if ('failed' in news) waiting?.reject(new Error(news.failed));
    else waiting?.resolve(news.vectors);
  }

  function settleAll(reason: string): void {
    for (const { reject } of asked.values()) reject(new Error(reason));
    asked.clear();
  }

  return {
    encode: async (texts) => {
      if (isStopped) throw new Error('the encoder is closed');
      worker ??= start();
      const id = ++lastId;
      const waiting = Promise.withResolvers<Float32Array>();
      asked.set(id, waiting);
      worker.ref();
      worker.postMessage({ id, texts } satisfies ThreadMessage, []);
      return waiting.promise;
    },
    stop: async () => {
      isStopped = true;
      await worker?.terminate();
    },
  };
}
