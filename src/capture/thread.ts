// The life of the thread that keeps calls, seen from the thread that serves them: started when there is something to keep, started again
// after a crash, never waited for but at the end. A call that comes while too much is on its way is dropped and counted.
import { Worker } from 'node:worker_threads';
import type { CapturedCall } from './captured-call.ts';
import type { CaptureLimits } from './folder.ts';
import type { CaptureMessage, CaptureNews, CaptureOrders } from './worker.ts';

export interface CaptureThread {
  /** Takes a call over with a copy of its body. False when it was dropped. */
  keep: (call: Omit<CapturedCall, 'body'>, body: Uint8Array) => boolean;
  limit: (limits: CaptureLimits) => void;
  /** Resolves when everything that was taken over is written, or after `STOP_MS`. */
  stop: () => Promise<void>;
}

export interface CaptureThreadOptions {
  folder: string;
  warn: (sentence: string) => void;
  /** Bytes that may be on their way at most; 16 MB when left out. */
  mostPending?: number;
}

const MOST_PENDING = 16 * 1024 ** 2;
/** A longer body is dropped: it is nearly all pictures or documents. */
const LONGEST_BODY = 4 * 1024 ** 2;
const RESTART_MS = 1000;
const STOP_MS = 5000;
const WARN_EVERY_MS = 60_000;
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 8 };
/** The worker file lies beside this one and has the same ending, in the sources as in the build. */
const FILE = new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

export function startCaptureThread({ folder, warn, mostPending = MOST_PENDING }: CaptureThreadOptions): CaptureThread {
  let worker: Worker | null = null;
  let pending = new Int32Array(new SharedArrayBuffer(4));
  let limits: CaptureLimits | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;
  let ended: (() => void) | null = null;
  let dropped = 0;
  const tell = atMostEvery(WARN_EVERY_MS, warn);

  function start(): Worker | null {
    if (ended !== null || performance.now() - startedAt < RESTART_MS) return null;
    startedAt = performance.now();
    pending = new Int32Array(new SharedArrayBuffer(4));
    const orders: CaptureOrders = { folder, pending: pending.buffer };
    const own = new Worker(FILE, { workerData: orders, resourceLimits: LIMITS, execArgv: [], name: 'capture' });
    own.on('message', ({ failed }: CaptureNews) => tell(`captured calls cannot be written: ${failed}`));
    own.on('error', (error) => tell(`the thread that keeps captured calls has failed: ${error.message}`));
    own.on('exit', () => {
      worker = null;
      ended?.();
    });
    own.unref();
    if (limits !== null) post(own, { kind: 'limit', limits });
    return own;
  }

  return {
    keep: (call, body) => {
      worker ??= start();
      const isRoom =
        worker !== null && body.length <= LONGEST_BODY && Atomics.load(pending, 0) + body.length <= mostPending;
      if (worker === null || !isRoom) {
        dropped++;
        tell(`${dropped} calls were not captured: too long, or writing them is behind`);
        return false;
      }
      const copy = new Uint8Array(body);
      Atomics.add(pending, 0, copy.length);
      post(worker, { kind: 'call', call, body: copy }, [copy.buffer]);
      return true;
    },
    limit: (next) => {
      limits = next;
      if (worker === null) worker = start();
      else post(worker, { kind: 'limit', limits });
    },
    stop: async () => {
      const own = worker;
      const over = Promise.withResolvers<void>();
      ended = over.resolve;
      if (own === null) return;
      own.ref();
      post(own, { kind: 'stop' });
      const timer = setTimeout(() => void own.terminate(), STOP_MS);
      await over.promise;
      clearTimeout(timer);
    },
  };
}

function post(worker: Worker, message: CaptureMessage, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer);
}

function atMostEvery(everyMs: number, warn: (sentence: string) => void): (sentence: string) => void {
  let nextAt = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    if (performance.now() < nextAt) return;
    nextAt = performance.now() + everyMs;
    warn(sentence);
  };
}
