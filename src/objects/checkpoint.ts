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
// PASSIVE never makes a writer wait; what it cannot carry over now it carries over the next time.
const timer = setInterval(() => db.exec('PRAGMA wal_checkpoint(PASSIVE)'), everyMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  db.close();
});
