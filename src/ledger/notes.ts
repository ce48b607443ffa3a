// Notes in the tables and out of them again. A note that is there already is never put in, or its cost counted, a second time.
import type { DatabaseSync } from 'node:sqlite';
import { type Note, type NoteKind, toNote } from '../call/note.ts';
import type { Rollups } from './rollup.ts';

/** Puts a note into its table; only inside a transaction. */
export type AddNote = (note: Note) => void;

export function createNotes(db: DatabaseSync, rollups: Pick<Rollups, 'addNote'>): AddNote {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO notes (id, kind, at_ms, tenant, task, about, costs, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (note) => {
    const { id, kind, atMs, tenant, task, about, costs, body } = note;
    const { changes } = insert.run(id, kind, atMs, tenant, task, about, JSON.stringify(costs), JSON.stringify(body));
    if (changes > 0) rollups.addNote(note);
  };
}

export interface NotesQuery {
  kind?: NoteKind | undefined;
  /** Only those that were made after this one. */
  afterSeq?: number | undefined;
  /** Milliseconds since 1970. */
  sinceMs?: number | undefined;
  task?: string | undefined;
  tenant?: string | undefined;
  about?: string | undefined;
}

/** A note with its place: they are numbered in the order in which they came in. */
export interface PlacedNote {
  seq: number;
  note: Note;
}

/** Notes in the order in which they were made. The ledger is read while they are taken. */
export function* queryNotes(db: DatabaseSync, query: NotesQuery): Generator<PlacedNote> {
  const conditions: [string, string | number | undefined][] = [
    ['kind = ?', query.kind],
    ['seq > ?', query.afterSeq],
    ['at_ms >= ?', query.sinceMs],
    ['task = ?', query.task],
    ['tenant = ?', query.tenant],
    ['about = ?', query.about],
  ];
  const asked = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined);
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`;
  const found = db.prepare(
    `SELECT seq, id, kind, at_ms AS atMs, tenant, task, about, costs, body FROM notes ${where} ORDER BY seq`,
  );
  for (const row of found.iterate(...asked.map(([, value]) => value))) {
    const { seq, costs, body, ...rest } = row;
    const note = toNote({ ...rest, costs: JSON.parse(String(costs)), body: JSON.parse(String(body)) });
    if (note !== null) yield { seq: Number(seq), note };
  }
}
