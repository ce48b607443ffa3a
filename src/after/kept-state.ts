// What watching knows, kept beside the ledger so that a restart forgets nothing: a file that is put in place whole, and with it how far in the
// ledger it goes. What came after that is taken in again from the ledger; what is in both is known by its id and counts once.
import { existsSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseObject } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import { replaceFile } from '../config/replace-file.ts';
import type { PlacedNote } from '../ledger/notes.ts';
import type { LedgerReader } from '../ledger/reader.ts';

const VERSION = 2;
/** A call is watched a little after its row is kept: so many before the newest may not be in the state yet. */
const LATE = 2_000;
/** Ids of a kind that are remembered: more than may be late. */
const REMEMBERED = 8_192;
/** More than these are not taken in again: it would hold up a start. And of a ledger whose calls were never watched. */
const MOST_REPLAYED = 200_000;
const FIRST_REPLAYED = 20_000;
const BATCH = 1_000;

/** Ids of what was taken in last. */
export class SeenIds {
  private ids = new Set<string>();

  /** Says whether it is new. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > REMEMBERED) this.ids.delete(this.ids.values().next().value as string);
    return true;
  }

  list(): string[] {
    return [...this.ids];
  }
}

/** Apart, for there are many more of the ones than of the others: no word must be forgotten for all the calls since. */
export interface Seen {
  calls: SeenIds;
  /** Canaries that were graded, by themselves or by a person. */
  canaries: SeenIds;
  /** What people have said of tasks. */
  words: SeenIds;
}

export function nothingSeen(): Seen {
  return { calls: new SeenIds(), canaries: new SeenIds(), words: new SeenIds() };
}

/** Parts of the state by their names, each plain JSON. */
export type StateParts = Readonly<Record<string, Json>>;

export interface KeptState {
  parts: JsonObject;
  /** Places in the ledger from which on everything is to be taken in again. */
  after: { calls: number; notes: number };
  seen: Record<keyof Seen, readonly string[]>;
}

/** Null where nothing was kept, or by another release. Throws what the file system does. */
export function readState(path: string): KeptState | null {
  const kept = existsSync(path) ? parseObject(readFileSync(path, 'utf8')) : null;
  if (kept === null || kept.version !== VERSION) return null;
  const { ledger, seen } = kept;
  if (!isObject(ledger) || !isObject(seen)) return null;
  const { calls, canaries, words } = seen;
  if (!isPlace(ledger.calls) || !isPlace(ledger.notes)) return null;
  if (!areIds(calls) || !areIds(canaries) || !areIds(words)) return null;
  const after = { calls: Math.max(0, ledger.calls - LATE), notes: Math.max(0, ledger.notes - LATE) };
  return { parts: kept, after, seen: { calls, canaries, words } };
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function areIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

/** Throws what the file system does. */
export function writeState(
  path: string,
  { parts, seen, ends }: { parts: StateParts; seen: Seen; ends: { calls: number; notes: number } },
): void {
  const ids = { calls: seen.calls.list(), canaries: seen.canaries.list(), words: seen.words.list() };
  replaceFile(path, JSON.stringify({ version: VERSION, ...parts, ledger: ends, seen: ids }), 0o600);
}

/** Calls and notes that are not in the state yet, as they came one after the other; the newest of all where there is none. */
export function replay(
  reader: Pick<LedgerReader, 'calls' | 'notes' | 'ends'>,
  kept: Pick<KeptState, 'after'> | null,
  { onCall, onNote }: { onCall: (row: CallRow) => void; onNote: (note: Note) => void },
): void {
  const ends = reader.ends();
  const most = kept === null ? FIRST_REPLAYED : MOST_REPLAYED;
  const from = (what: 'calls' | 'notes'): number => Math.max(kept?.after[what] ?? 0, ends[what] - most);
  const notes = new Upcoming(reader.notes({ afterSeq: from('notes') }));
  try {
    for (const row of rowsAfter(reader, from('calls'))) {
      notes.takeUntil(row.atMs + (row.latencyMs ?? 0), onNote);
      onCall(row);
    }
    notes.takeUntil(Number.POSITIVE_INFINITY, onNote);
  } finally {
    notes.close();
  }
}

function* rowsAfter(reader: Pick<LedgerReader, 'calls'>, place: number): Generator<CallRow> {
  for (let afterSeq = place; ; ) {
    const batch = reader.calls({ afterSeq, limit: BATCH });
    for (const { row } of batch) yield row;
    const last = batch.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
  }
}

/** Notes one after the other, the next of them looked at before it is taken. */
class Upcoming {
  private readonly notes: Iterator<PlacedNote>;
  private next: Note | null;

  constructor(notes: Iterable<PlacedNote>) {
    this.notes = notes[Symbol.iterator]();
    this.next = this.read();
  }

  takeUntil(atMs: number, onNote: (note: Note) => void): void {
    while (this.next !== null && this.next.atMs <= atMs) {
      const note = this.next;
      this.next = this.read();
      onNote(note);
    }
  }

  close(): void {
    this.notes.return?.();
  }

  private read(): Note | null {
    const { done, value } = this.notes.next();
    return done === true ? null : value.note;
  }
}
