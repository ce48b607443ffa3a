// Names of the journal's files, and the lock that tells a living writer from a dead one.
// A writer that looks dead while it lives would lose rows, so a process id is never taken for a proof.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './sqlite.ts';

/** One file of the journal. An instance is one opened ledger; it numbers its segments from 0. */
export interface Segment {
  file: string;
  instance: string;
  number: number;
}

/** Directory of the journal that belongs to a ledger file. */
export function journalDirectory(ledgerPath: string): string {
  return `${ledgerPath}.journal`;
}

export function segmentFile(instance: string, number: number): string {
  return `${instance}-${number}.jsonl`;
}

/** All segments of a journal directory, by instance and number; none when there is no directory. */
export function listSegments(directory: string): Segment[] {
  const segments: Segment[] = [];
  for (const file of existsSync(directory) ? readdirSync(directory) : []) {
    const [, instance, number] = /^(\w+)-(\d+)\.jsonl$/.exec(file) ?? [];
    if (instance !== undefined) segments.push({ file, instance, number: Number(number) });
  }
  return segments.sort((a, b) => a.instance.localeCompare(b.instance) || a.number - b.number);
}

/** The right to apply an instance's journal. `dispose` takes the lock's file away with it. */
export interface InstanceLock {
  dispose(): void;
}

/**
 * Takes the lock of an instance, or returns null when somebody holds it. It is an SQLite lock, which the operating
 * system drops with the process: no process id that another program could have inherited, or that another container
 * cannot see.
 */
export function lockInstance(directory: string, instance: string): InstanceLock | null {
  const path = join(directory, `${instance}.lock`);
  const db = openDatabase(path, { busyMs: 0 });
  if (!tryLock(db) || !existsSync(path)) {
    // A missing file: the last holder finished and took it away between our opening and our locking.
    db.close();
    return null;
  }
  return {
    dispose() {
      rmSync(path, { force: true });
      db.close();
    },
  };
}

function tryLock(db: DatabaseSync): boolean {
  try {
    // Without a rollback journal on the disk, which a killed process would leave behind.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    const SQLITE_BUSY = 5;
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
