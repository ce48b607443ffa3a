// What watching knows, kept beside the ledger so that a restart forgets nothing: a file that is put in place whole, and with it how far in the
// ledger it goes. What came after that is taken in again from the ledger; what is in both is known by its id and counts once.
import { existsSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseObject } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import { replaceFile } from '../config/replace-file.ts';
import type { LedgerReader } from '../ledger/reader.ts';

const VERSION = 1;
/** A call is watched a little after its row is kept: so many before the newest may not be in the state yet. */
const LATE = 2_000;
/** Ids that are remembered: more than may be late. */
const REMEMBERED = 8_192;
/** More calls than these are not taken in again: it would hold up a start. And of a ledger whose calls were never watched. */
const MOST_REPLAYED = 200_000;
const FIRST_REPLAYED = 20_000;
const BATCH = 1_000;

/** Canaries, and people's words, by how their ids begin. */
const NOTE = /^(?:can|act)_/;

/** Ids of what was taken in last: of calls, and of notes, which are fewer and must not be pushed out by calls. */
export class SeenIds {
  private readonly calls = new Set<string>();
  private readonly notes = new Set<string>();

  /** Says whether it is new. */
  add(id: string): boolean {
    const ids = NOTE.test(id) ? this.notes : this.calls;
    if (ids.has(id)) return false;
    ids.add(id);
    if (ids.size > REMEMBERED) ids.delete(ids.values().next().value as string);
    return true;
  }

  list(): string[] {
    return [...this.calls, ...this.notes];
  }
}

/** Parts of the state by their names, each plain JSON. */
export type StateParts = Readonly<Record<string, Json>>;

export interface KeptState {
  parts: JsonObject;
  /** Places in the ledger from which on everything is to be taken in again. */
  after: { calls: number; notes: number };
  seen: readonly string[];
}

/** Null where nothing was kept, or by another release. */
export function readState(path: string): KeptState | null {
  const kept = existsSync(path) ? parseObject(readFileSync(path, 'utf8')) : null;
  if (kept === null || kept.version !== VERSION) return null;
  const { ledger, seen } = kept;
  if (!isObject(ledger) || !Array.isArray(seen)) return null;
  const place = (name: string): number => Math.max(0, Number(ledger[name] ?? 0) - LATE);
  return { parts: kept, after: { calls: place('calls'), notes: place('notes') }, seen: seen.map(String) };
}

/** Throws what the file system does. */
export function writeState(
  path: string,
  { parts, seen, ends }: { parts: StateParts; seen: SeenIds; ends: { calls: number; notes: number } },
): void {
  replaceFile(path, JSON.stringify({ version: VERSION, ...parts, ledger: ends, seen: seen.list() }), 0o600);
}

/** Calls and canaries that are not in the state yet, each in its order; the newest of all where there is none. */
export function replay(
  reader: Pick<LedgerReader, 'calls' | 'notes' | 'ends'>,
  kept: Pick<KeptState, 'after'> | null,
  { onCall, onNote }: { onCall: (row: CallRow) => void; onNote: (note: Note) => void },
): void {
  const { calls } = reader.ends();
  const most = kept === null ? FIRST_REPLAYED : MOST_REPLAYED;
  let place = Math.max(kept?.after.calls ?? 0, calls - most);
  for (;;) {
    const batch = reader.calls({ afterSeq: place, limit: BATCH });
    for (const { row } of batch) onCall(row);
    const last = batch.at(-1);
    if (last === undefined) break;
    place = last.seq;
  }
  for (const { note } of reader.notes({ afterSeq: kept?.after.notes ?? 0 })) onNote(note);
}
