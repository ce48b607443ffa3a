// The one door to node:sqlite. It must never let the runtime's experimental notice reach the user of a command.
import type { DatabaseSync } from 'node:sqlite';

/** Opens a database file; waits up to `busyMs` for another process's write. Throws what SQLite says. */
export function openDatabase(path: string, options: { readOnly?: boolean; busyMs?: number } = {}): DatabaseSync {
  const { DatabaseSync: Database } = loadQuietly();
  const db = new Database(path, { readOnly: options.readOnly ?? false });
  db.exec(`PRAGMA busy_timeout = ${options.busyMs ?? 5000}`);
  return db;
}

/** Runs `work` in one immediate transaction; rolls back when it throws. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself after some errors (disk full), and then refuses to do it again.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Node 22 announces node:sqlite as experimental on first load: that one warning is held back, no other. */
function loadQuietly() {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...args: unknown[]) => void;
  Reflect.set(process, 'emitWarning', (...args: unknown[]) => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) emitWarning.apply(process, args);
  });
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    Reflect.set(process, 'emitWarning', emitWarning);
  }
}
