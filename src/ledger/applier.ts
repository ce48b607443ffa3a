// Moves journal lines into the tables, each exactly once: rows, rollups and the place in the journal change in one
// transaction or not at all. It never trusts a remembered place: the one in the file counts, read inside the transaction.
import type { DatabaseSync } from 'node:sqlite';
import { createEntries } from './entries.ts';
import { createForms } from './forms.ts';
import { isDefinition, isNote, readDefinition, readLine, readNote } from './line.ts';
import type { LineRow } from './line-row.ts';
import { LineScan } from './line-scan.ts';
import { createNotes } from './notes.ts';
import { createRollups } from './rollup.ts';
import type { SegmentReader } from './segment-reader.ts';
import { inTransaction } from './sqlite.ts';

/** What one step did: `offset` is the new place in bytes, `skipped` counts lines that could not be read. */
export interface Step {
  offset: number;
  lines: number;
  skipped: number;
}

export interface Applier {
  /** The place up to which a segment is in the tables. */
  offset(file: string): number;
  /** Applies the next whole lines, at most one chunk; `lines` and `skipped` are 0 when there was nothing. */
  step(file: string, segment: SegmentReader): Step;
  /** Sets aside what is left without a newline in a segment that nobody writes any more. */
  finish(file: string, segment: SegmentReader): Step;
  /** Forgets the place of a segment. Only for one whose file is gone already: it would be applied again. */
  forget(file: string): void;
}

/** An applier on an open, prepared database. Its methods throw SQLite's errors and then have changed nothing. */
export function createApplier(db: DatabaseSync): Applier {
  return new TableApplier(db);
}

class TableApplier implements Applier {
  readonly #db: DatabaseSync;
  readonly #forms;
  readonly #rollups;
  readonly #entries;
  readonly #addNote;
  readonly #readOffset;
  readonly #writeOffset;
  readonly #deleteOffset;
  readonly #skip;
  /** Up to where the definitions of a segment are known. */
  #file = '';
  #known = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#forms = createForms(db);
    this.#rollups = createRollups(db);
    this.#entries = createEntries(db, { forms: this.#forms, rollups: this.#rollups });
    this.#addNote = createNotes(db, this.#rollups);
    this.#readOffset = db.prepare('SELECT offset FROM segments WHERE file = ?');
    this.#writeOffset = db.prepare('INSERT OR REPLACE INTO segments (file, offset) VALUES (?, ?)');
    this.#deleteOffset = db.prepare('DELETE FROM segments WHERE file = ?');
    this.#skip = db.prepare('INSERT INTO skipped_lines (file, offset, why, line) VALUES (?, ?, ?, ?)');
  }

  offset(file: string): number {
    return Number(this.#readOffset.get(file)?.['offset'] ?? 0);
  }

  step(file: string, segment: SegmentReader): Step {
    return this.#atomically(
      file,
      (offset) => {
        this.#learn(file, offset, segment);
        return segment.lines(offset);
      },
      (offset, bytes) => this.#applyLines(file, offset, bytes),
    );
  }

  finish(file: string, segment: SegmentReader): Step {
    return this.#atomically(
      file,
      (offset) => segment.rest(offset),
      (offset, bytes) => {
        this.#skip.run(file, offset, 'torn', bytes.toString('utf8'));
        return { offset: offset + bytes.length, lines: 0, skipped: 1 };
      },
    );
  }

  forget(file: string): void {
    this.#deleteOffset.run(file);
  }

  /** Definitions that lie before the place at which somebody else, or an earlier life of ours, has stopped. */
  #learn(file: string, offset: number, segment: SegmentReader): void {
    if (file === this.#file && offset === this.#known) return;
    this.#forms.forgetNumbers();
    for (let at = 0; at < offset; ) {
      const bytes = segment.lines(at).subarray(0, offset - at);
      // A file that is shorter than its place: a power cut took the end that the tables have.
      if (bytes.length === 0) break;
      for (const scan = new LineScan(bytes); scan.at < bytes.length; ) {
        const line = scan.line();
        if (isDefinition(line)) this.#define(line);
      }
      at += bytes.length;
    }
    this.#file = file;
    this.#known = offset;
  }

  #applyLines(file: string, offset: number, bytes: Buffer): Step {
    const step: Step = { offset, lines: 0, skipped: 0 };
    this.#takeAll(file, bytes, step);
    this.#entries.write();
    this.#rollups.write();
    step.offset += bytes.length;
    this.#known = step.offset;
    return step;
  }

  /** A method of its own: the engine compiles the loop while it runs, and code after it would undo that every time. */
  #takeAll(file: string, bytes: Buffer, step: Step): void {
    for (const scan = new LineScan(bytes); scan.at < bytes.length; ) {
      const lineAt = scan.at;
      const row = scan.row();
      if (row === null || !this.#take(row)) {
        scan.at = lineAt;
        const line = scan.line();
        const problem = this.#takeLine(line);
        if (problem !== null) {
          this.#skip.run(file, step.offset + lineAt, problem, line);
          step.skipped++;
        }
      }
      step.lines++;
    }
  }

  /** Returns what is wrong with a line, or null. */
  #takeLine(line: string): string | null {
    if (isDefinition(line)) return this.#define(line);
    if (isNote(line)) return this.#takeNote(line);
    const row = attempt(() => readLine(line));
    if (typeof row === 'string') return row;
    return this.#take(row) ? null : 'a journal line whose form is missing';
  }

  #takeNote(line: string): string | null {
    const note = attempt(() => readNote(line));
    if (typeof note === 'string') return note;
    this.#addNote(note);
    return null;
  }

  /** A damaged definition leaves the rows that refer to it unreadable. */
  #define(line: string): string | null {
    const definition = attempt(() => readDefinition(line));
    if (typeof definition === 'string') return definition;
    this.#forms.define(definition.number, definition.form);
    return null;
  }

  /** Says no when the form of the row has not been defined. */
  #take(row: LineRow): boolean {
    const form = typeof row.form === 'number' ? this.#forms.get(row.form) : this.#forms.known(row.form);
    if (form === undefined) return false;
    this.#entries.add(row, form);
    return true;
  }

  #atomically(file: string, bytesAt: (offset: number) => Buffer, apply: (offset: number, bytes: Buffer) => Step): Step {
    const before = this.offset(file);
    const found = bytesAt(before);
    if (found.length === 0) return { offset: before, lines: 0, skipped: 0 };
    try {
      return inTransaction(this.#db, () => {
        const offset = this.offset(file);
        const bytes = offset === before ? found : bytesAt(offset);
        if (bytes.length === 0) return { offset, lines: 0, skipped: 0 };
        const applied = apply(offset, bytes);
        this.#writeOffset.run(file, applied.offset);
        return applied;
      });
    } catch (error) {
      this.#rollups.clear();
      this.#entries.clear();
      this.#forms.clear();
      this.#file = '';
      throw error;
    }
  }
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
