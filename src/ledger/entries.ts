// Puts rows into the tables, many with one statement: calling SQLite costs as much as inserting. A call that is there
// already is never put in, or counted, a second time.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Forms, KnownForm } from './forms.ts';
import type { LineRow } from './line-row.ts';
import type { Rollups } from './rollup.ts';

export interface Entries {
  /** Takes a row; it may be inserted only with `write`. */
  add(row: LineRow, form: KnownForm): void;
  /** Inserts what is left. */
  write(): void;
  /** Forgets what is left: the transaction was rolled back. */
  clear(): void;
}

/** Rows per statement, large ones first; what is left over goes in with the smaller ones. */
const SIZES = [64, 8, 1];

interface Pending {
  row: LineRow;
  form: KnownForm;
}

/** Rows that go in are added to `rollups`. */
export function createEntries(db: DatabaseSync, { forms, rollups }: { forms: Forms; rollups: Rollups }): Entries {
  const statements = SIZES.map((size) => ({ size, insert: prepareInsert(db, size) }));
  const largest = statements[0] as { size: number; insert: StatementSync };
  const idsAfter = db.prepare('SELECT id FROM entries WHERE seq > ?');
  let pending: Pending[] = [];

  function insertAll(insert: StatementSync, batch: readonly Pending[]): void {
    const values: (string | number | bigint)[] = [];
    for (const { row, form } of batch) values.push(row.id, forms.idOf(form), row.text);
    const { changes, lastInsertRowid } = insert.run(...values);
    if (changes === batch.length) for (const { row, form } of batch) rollups.add(form.words, row.figures);
    else if (changes > 0) addInserted(batch, Number(lastInsertRowid) - Number(changes));
  }

  /** The transaction is ours alone and numbers rise by one: what lies after `seq` is what has just gone in. */
  function addInserted(batch: readonly Pending[], seq: number): void {
    const inserted = new Set(idsAfter.all(seq).map(({ id }) => id));
    for (const { row, form } of batch) if (inserted.delete(row.id)) rollups.add(form.words, row.figures);
  }

  return {
    add(row, form) {
      pending.push({ row, form });
      if (pending.length < largest.size) return;
      insertAll(largest.insert, pending);
      pending = [];
    },
    write() {
      let from = 0;
      for (const { size, insert } of statements) {
        for (; pending.length - from >= size; from += size) insertAll(insert, pending.slice(from, from + size));
      }
      pending = [];
    },
    clear() {
      pending = [];
    },
  };
}

function prepareInsert(db: DatabaseSync, rows: number): StatementSync {
  const marks = Array.from({ length: rows }, () => '(?, ?, ?)').join(', ');
  return db.prepare(`INSERT OR IGNORE INTO entries (id, form, figures) VALUES ${marks}`);
}
