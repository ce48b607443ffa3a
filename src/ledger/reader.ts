// Reading a ledger: reports, the newest calls, one call. It never changes a row; at most it completes the tables with
// what a gateway that died had left in its journal.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CallRow } from '../call/row.ts';
import { adoptJournals } from './adopt.ts';
import { createApplier } from './applier.ts';
import type { CacheRatesOf } from './cache-savings.ts';
import { type NotesQuery, type PlacedNote, queryNotes } from './notes.ts';
import { toCallRow } from './read-row.ts';
import { queryReport, type Report, type ReportQuery } from './report.ts';
import { prepareDatabase, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { journalDirectory, listSegments } from './segments.ts';
import { openDatabase } from './sqlite.ts';

/** Either the calls after a place in the ledger, oldest first, or the newest ones, also oldest first. */
export interface CallsQuery {
  /** At most this many; 20 when not said. */
  limit?: number;
  /** Only calls written after this one. */
  afterSeq?: number;
}

/** Calls that began in a period, of one tenant or task where that is said. */
export interface PeriodQuery {
  /** Milliseconds since 1970; from the first call on when left out. */
  sinceMs?: number | undefined;
  /** Not included; to the last call when left out. */
  untilMs?: number | undefined;
  tenant?: string | undefined;
  task?: string | undefined;
}

/** A call with its place: rows are numbered in the order in which they ended. */
export interface LedgerEntry {
  seq: number;
  row: CallRow;
}

export interface LedgerReader {
  /** `ratesOf`: the prices by which the savings of prompt caches are reckoned; without them they are not known. */
  report(query: ReportQuery, ratesOf?: CacheRatesOf): Report;
  calls(query?: CallsQuery): LedgerEntry[];
  /** Every call of a period, the one that ended last first. The ledger is read while they are taken. */
  period(query: PeriodQuery): Iterable<CallRow>;
  /** The call of this id with its attempts, or null. */
  call(id: string): CallRow | null;
  /** The places of the newest call and the newest note; 0 where there is none. */
  ends(): { calls: number; notes: number };
  /** Notes in the order in which they were made. The ledger is read while they are taken. */
  notes(query?: NotesQuery): Iterable<PlacedNote>;
  /** Journal lines that could not be read and were set aside, in the whole life of the ledger. */
  skippedLines(): number;
  close(): void;
}

/** Opens a ledger for reading, while gateways write or not. Throws a sentence when there is none at `path`. */
export function openLedgerReader(path: string): LedgerReader {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`There is no ledger at ${file}. A running gateway creates it.`);
  completeTables(file);
  return openTables(file);
}

/** The same for the process that writes the ledger, whose tables are complete but for what its own worker has not applied yet. */
export function openOwnLedger(path: string): LedgerReader {
  return openTables(resolve(path));
}

function openTables(file: string): LedgerReader {
  const db = openDatabase(file, { readOnly: true });
  try {
    const version = schemaVersion(db);
    if (version !== SCHEMA_VERSION) throw new Error(`it has schema ${version}, this release reads ${SCHEMA_VERSION}`);
    return createReader(db);
  } catch (error) {
    db.close();
    throw new Error(`The ledger at ${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

function createReader(db: DatabaseSync): LedgerReader {
  const attemptsOf = db.prepare('SELECT * FROM attempts WHERE call_seq = ? ORDER BY idx');
  const newest = db.prepare('SELECT * FROM (SELECT * FROM calls ORDER BY seq DESC LIMIT ?) ORDER BY seq');
  const after = db.prepare('SELECT * FROM calls WHERE seq > ? ORDER BY seq LIMIT ?');
  const byId = db.prepare('SELECT * FROM calls WHERE id = ?');
  const newestOf = db.prepare('SELECT (SELECT MAX(seq) FROM entries) AS calls, (SELECT MAX(seq) FROM notes) AS notes');
  const skipped = db.prepare('SELECT COUNT(*) AS lines FROM skipped_lines');
  const toEntry = (row: Record<string, unknown>): LedgerEntry => {
    const seq = Number(row['seq']);
    return { seq, row: toCallRow(row, attemptsOf.all(seq)) };
  };
  return {
    report: (query, ratesOf) => queryReport(db, query, ratesOf),
    calls({ limit = 20, afterSeq } = {}) {
      return (afterSeq === undefined ? newest.all(limit) : after.all(afterSeq, limit)).map(toEntry);
    },
    *period({ sinceMs, untilMs, tenant, task }) {
      const bounds: [string, number | string | undefined][] = [
        ['at_ms >= ?', sinceMs],
        ['at_ms < ?', untilMs],
        ['tenant = ?', tenant],
        ['task = ?', task],
      ];
      const given = bounds.filter(([, value]) => value !== undefined) as [string, number | string][];
      const where = given.length === 0 ? '' : ` WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
      const found = db.prepare(`SELECT * FROM calls${where} ORDER BY seq DESC`);
      for (const row of found.iterate(...given.map(([, value]) => value))) yield toEntry(row).row;
    },
    call(id) {
      const row = byId.get(id);
      return row === undefined ? null : toEntry(row).row;
    },
    ends() {
      const row = newestOf.get() ?? {};
      return { calls: Number(row['calls'] ?? 0), notes: Number(row['notes'] ?? 0) };
    },
    notes: (query = {}) => queryNotes(db, query),
    skippedLines: () => Number(skipped.get()?.['lines'] ?? 0),
    close: () => db.close(),
  };
}

/** Applies the journals of dead gateways and brings an older file up to date. A reader who may not write goes without. */
function completeTables(file: string): void {
  const directory = journalDirectory(file);
  let db: DatabaseSync | undefined;
  try {
    db = openDatabase(file);
    const isOld = schemaVersion(db) > 0 && schemaVersion(db) < SCHEMA_VERSION;
    if (isOld || listSegments(directory).length > 0) {
      prepareDatabase(db);
      adoptJournals(directory, createApplier(db));
    }
  } catch {
    // The tables are valid without the rest, and whatever is really wrong with the file shows when it is read.
  } finally {
    db?.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
