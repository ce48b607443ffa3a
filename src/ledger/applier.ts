// Moves journal lines into the tables, each exactly once: rows, rollups and the place in the journal change in one
// transaction or not at all. It never trusts a remembered place: the one in the file counts, read inside the transaction.
import type { DatabaseSync } from 'node:sqlite';
import { type DecodedLine, decodeLine } from './line.ts';
import { createRollups } from './rollup.ts';
import { ATTEMPT_COLUMNS, CALL_COLUMNS } from './schema.ts';
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
  const insert = createInserter(db);
  const rollups = createRollups(db);
  const readOffset = db.prepare('SELECT offset FROM segments WHERE file = ?');
  const writeOffset = db.prepare('INSERT OR REPLACE INTO segments (file, offset) VALUES (?, ?)');
  const skip = db.prepare('INSERT INTO skipped_lines (file, offset, why, line) VALUES (?, ?, ?, ?)');
  const deleteOffset = db.prepare('DELETE FROM segments WHERE file = ?');
  const offsetOf = (file: string): number => Number(readOffset.get(file)?.['offset'] ?? 0);

  function applyLines(file: string, offset: number, bytes: Buffer): Step {
    let skipped = 0;
    const lines = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
    for (const [index, line] of lines.entries()) {
      const decoded = tryDecode(line);
      if (typeof decoded === 'string') {
        const before = lines.slice(0, index).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
        skip.run(file, offset + before, decoded, line);
        skipped++;
      } else if (insert(decoded)) rollups.add(decoded.call, decoded.attempts.length);
    }
    rollups.write();
    writeOffset.run(file, offset + bytes.length);
    return { offset: offset + bytes.length, lines: lines.length, skipped };
  }

  function atomically(file: string, bytesAt: (offset: number) => Buffer, apply: typeof applyLines): Step {
    const before = offsetOf(file);
    const found = bytesAt(before);
    if (found.length === 0) return { offset: before, lines: 0, skipped: 0 };
    try {
      return inTransaction(db, () => {
        const offset = offsetOf(file);
        const bytes = offset === before ? found : bytesAt(offset);
        return bytes.length === 0 ? { offset, lines: 0, skipped: 0 } : apply(file, offset, bytes);
      });
    } catch (error) {
      rollups.clear();
      throw error;
    }
  }

  return {
    offset: offsetOf,
    step: (file, segment) => atomically(file, (offset) => segment.lines(offset), applyLines),
    finish: (file, segment) =>
      atomically(
        file,
        (offset) => segment.rest(offset),
        (name, offset, bytes) => {
          skip.run(name, offset, 'torn', bytes.toString('utf8'));
          writeOffset.run(name, offset + bytes.length);
          return { offset: offset + bytes.length, lines: 0, skipped: 1 };
        },
      ),
    forget: (file) => void deleteOffset.run(file),
  };
}

/** Inserts a call with its attempts; says no when a call of this id is there already. */
function createInserter(db: DatabaseSync): (line: DecodedLine) => boolean {
  const insertCall = db.prepare(
    `INSERT OR IGNORE INTO calls (${columns(CALL_COLUMNS)}) VALUES (${marks(CALL_COLUMNS)})`,
  );
  const insertAttempt = db.prepare(
    `INSERT OR REPLACE INTO attempts (call_seq, ${columns(ATTEMPT_COLUMNS)}) VALUES (?, ${marks(ATTEMPT_COLUMNS)})`,
  );
  return ({ call, attempts }) => {
    const { changes, lastInsertRowid } = insertCall.run(...call);
    if (changes === 0) return false;
    for (const attempt of attempts) insertAttempt.run(lastInsertRowid, ...attempt);
    return true;
  };
}

function tryDecode(line: string): DecodedLine | string {
  try {
    return decodeLine(line);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const columns = (names: readonly string[]): string => names.join(', ');
const marks = (names: readonly string[]): string => names.map(() => '?').join(', ');
