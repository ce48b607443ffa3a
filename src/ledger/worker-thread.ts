// The life of the ledger's worker thread, seen from the gateway's thread: start, news, restart after a crash, orderly end.
// It must never keep the process alive by itself.
import { Worker } from 'node:worker_threads';
import { type Bell, createBell } from './signals.ts';
import type { WorkerNews, WorkerOrders } from './worker.ts';

export interface WorkerThreadOptions {
  orders: Omit<WorkerOrders, 'memory'>;
  onNews: (news: WorkerNews) => void;
}

export interface WorkerThread {
  readonly bell: Bell;
  /** Keeps the process alive until `unref`: somebody waits for news. */
  ref(): void;
  unref(): void;
  /** Has everything applied and resolves when the thread has ended. */
  stop(): Promise<void>;
}

const RESTART_MS = 1000;
/** A batch of rows is short-lived garbage: a small heap holds it and keeps the collector quick. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
/** The worker file lies beside this one and has the same ending, in the sources as in the build. */
const FILE = new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** Starts the thread. A thread that crashes is told as `failed` and started again a second later. */
export function createWorkerThread(options: WorkerThreadOptions): WorkerThread {
  const bell = createBell();
  let worker: Worker | null = null;
  let restart: NodeJS.Timeout | undefined;
  let isReferenced = false;
  let stopped: (() => void) | null = null;

  function start(): void {
    worker = new Worker(FILE, {
      workerData: { ...options.orders, memory: bell.memory } satisfies WorkerOrders,
      resourceLimits: LIMITS,
      execArgv: [],
      name: 'ledger',
    });
    let crash = 'the worker ended';
    worker.on('message', options.onNews);
    worker.on('error', (error: Error) => {
      crash = error.message;
    });
    worker.on('exit', () => {
      worker = null;
      if (stopped !== null) return stopped();
      options.onNews({ kind: 'failed', message: crash });
      restart = setTimeout(start, RESTART_MS);
      if (!isReferenced) restart.unref();
    });
    if (!isReferenced) worker.unref();
  }

  start();
  return {
    bell,
    ref() {
      isReferenced = true;
      worker?.ref();
      restart?.ref();
    },
    unref() {
      // The end is waited for, whatever else is not.
      if (stopped !== null) return;
      isReferenced = false;
      worker?.unref();
      restart?.unref();
    },
    stop() {
      clearTimeout(restart);
      if (worker === null) return Promise.resolve();
      worker.ref();
      const end = Promise.withResolvers<void>();
      // Whoever asks a second time waits for the same end.
      const first = stopped;
      stopped = () => {
        first?.();
        end.resolve();
      };
      bell.stop();
      return end.promise;
    },
  };
}
