// Canaries as the ledger's notes tell them: what each has shown, of which side of a rollout, and what a person has settled since. It keeps no text
// of an answer in memory.
import type { Arm } from '../call/arm.ts';
import type { Note } from '../call/note.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { gapOf, gradedGapOf, settledGaps } from '../watch/canary/gap-book.ts';

const KINDS = ['canary', 'grade', 'action'] as const;

/** Canaries, grades and actions since `sinceMs` (milliseconds since 1970), in their order. */
export function earlierNotes(reader: Pick<LedgerReader, 'notes'>, sinceMs: number): Note[] {
  const placed = KINDS.flatMap((kind) => [...slim(reader.notes({ kind, sinceMs }))]);
  return placed.toSorted((one, other) => one.seq - other.seq).map(({ note }) => note);
}

/** What was kept for a person to read may be large, and many months of it do not fit. */
function* slim(placed: ReturnType<LedgerReader['notes']>): Generator<{ seq: number; note: Note }> {
  for (const { seq, note } of placed) {
    const { turns: _turns, answers: _answers, ...body } = note.body;
    yield { seq, note: { ...note, body } };
  }
}

/** What canaries have shown in the end, without those from before a person said that the task is as it should be. */
export function standingGaps(notes: readonly Note[]): { note: Note; gap: number }[] {
  const accepted = new Map<string | null, number>();
  const places = new Map<Note, number>();
  for (const [place, note] of notes.entries()) {
    places.set(note, place);
    if (note.kind === 'action' && note.body['action'] === 'accept') accepted.set(note.task, place);
  }
  return settledGaps(notes).filter(({ note }) => (places.get(note) ?? 0) > (accepted.get(note.task) ?? -1));
}

export interface GradeIn {
  canary: string;
  gap: number;
  /** Of an answer that gates had refused: it counts in a rollout, and is no accepted answer. */
  isRefused: boolean;
}

/** The canary that a note grades, by itself or by a person's word, and the gap; null for any other note. */
export function gradeIn(note: Pick<Note, 'id' | 'kind' | 'about' | 'body'>): GradeIn | null {
  const own = gapOf(note);
  if (own !== null) return { canary: note.id, gap: own, isRefused: false };
  const { rolloutGap } = note.body;
  if (note.kind === 'canary' && typeof rolloutGap === 'number' && Math.abs(rolloutGap) <= 1)
    return { canary: note.id, gap: rolloutGap, isRefused: true };
  const word = gradedGapOf(note);
  return word === null || note.about === null ? null : { canary: note.about, gap: word, isRefused: false };
}

/** The side of a rollout that the answer came from; null for none. */
export function armIn({ body: { arm } }: Pick<Note, 'body'>): Arm | null {
  if (typeof arm !== 'object' || arm === null || Array.isArray(arm)) return null;
  const { rollout, arm: side, percent } = arm;
  if (typeof rollout !== 'string' || (side !== 'base' && side !== 'candidate') || typeof percent !== 'number')
    return null;
  return { rollout, arm: side, percent };
}

/** What a person, or a change of the configuration, has said of a task. */
export interface WordIn {
  action: 'accept' | 'undo';
  task: string;
  by: string;
}

/** Null for any other note. */
export function wordIn({ kind, task, body: { action, by } }: Pick<Note, 'kind' | 'task' | 'body'>): WordIn | null {
  if (kind !== 'action' || task === null || typeof by !== 'string') return null;
  return action === 'accept' || action === 'undo' ? { action, task, by } : null;
}
