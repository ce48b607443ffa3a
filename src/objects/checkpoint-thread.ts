// The life of the thread that makes checkpoints, seen from the thread that writes: started by the first write, never keeping the
// process alive. Without it the writer makes them itself.
import { Worker } from 'node:worker_threads';
import type { CheckpointOrders } from './checkpoint.ts';

export interface CheckpointThread {
  stop: () => void;
}

/** A thread without data of its own. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };
/** The file lies beside this one and has the same ending, in the sources as in the build. */
const FILE = new URL(`./checkpoint${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** `onEnd` is told when the thread has ended without being asked to. */
export function startCheckpointThread(orders: CheckpointOrders, onEnd: () => void): CheckpointThread {
  let isRunning = true;
  const worker = new Worker(FILE, { workerData: orders, resourceLimits: LIMITS, execArgv: [], name: 'objects' });
  // What went wrong there goes wrong for the writer as well, who can tell it.
  worker.on('error', () => {});
  worker.on('exit', () => {
    if (!isRunning) return;
    isRunning = false;
    onEnd();
  });
  worker.unref();
  return {
    stop: () => {
      isRunning = false;
      worker.postMessage('stop', []);
    },
  };
}
