// A thread's work: carries what has been written to the objects from SQLite's log into its file. That waits for the disk, for
// tens of milliseconds after a few megabytes, and must not happen on the thread that serves every call.
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../ledger/sqlite.ts';

export interface CheckpointOrders {
  path: string;
  everyMs: number;
}

const { path, everyMs } = workerData as CheckpointOrders;
const db = openDatabase(path);
/** A log of so many pages is begun anew, for which a writer may have to wait a moment; a shorter one begins anew by itself. */
const LONG_LOG = 4000;
const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const restart = db.prepare('PRAGMA wal_checkpoint(RESTART)');

const timer = setInterval(() => {
  // Never makes a writer wait, and leaves little to do with the log held still.
  const { log } = passive.get() as { log: number };
  if (log > LONG_LOG) restart.get();
}, everyMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  db.close();
});
