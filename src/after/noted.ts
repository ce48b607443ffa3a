// What the notes of the ledger tell whoever begins to watch: gaps, what canaries have cost today, and what was done. The texts that notes may
// hold are not kept in memory.
import { isOnTrial } from '../call/arm.ts';
import type { Note } from '../call/note.ts';
import { segmentsOfNote, settledGaps } from '../watch/canary/gap-book.ts';
import { armOf } from './arm-gaps.ts';

export interface Noted {
  /** Of canaries since the task was last accepted, in their order; those of candidates on trial are left out. */
  gaps: { task: string; segments: readonly string[]; gap: number }[];
  /** Canaries since `sinceMs`. */
  spent: Pick<Note, 'atMs' | 'costs'>[];
  actions: Note[];
  /** Ids of the grades that are in the gaps already. */
  grades: string[];
}

/** `sinceMs`: from when on it is asked what canaries have cost, milliseconds since 1970. */
export function readNoted(notes: Iterable<{ note: Note }>, { sinceMs }: { sinceMs: number }): Noted {
  const noted: Noted = { gaps: [], spent: [], actions: [], grades: [] };
  const graded: Note[] = [];
  const acceptedMs = new Map<string, number>();
  for (const { note } of notes) {
    const { kind, atMs, costs, task, body } = note;
    if (kind === 'canary' && atMs >= sinceMs) noted.spent.push({ atMs, costs });
    if (kind === 'canary' || kind === 'grade') graded.push(withoutTexts(note));
    if (kind === 'grade') noted.grades.push(note.id);
    if (kind !== 'action') continue;
    noted.actions.push(note);
    if (body['action'] === 'accept' && task !== null) acceptedMs.set(task, atMs);
  }
  for (const { note, gap } of settledGaps(graded)) {
    const { task, atMs, body } = note;
    if (isOnTrial(armOf(body['arm']))) continue;
    if (task === null || atMs <= (acceptedMs.get(task) ?? Number.NEGATIVE_INFINITY)) continue;
    noted.gaps.push({ task, segments: segmentsOfNote(note), gap });
  }
  return noted;
}

function withoutTexts(note: Note): Note {
  const { gap, better, segments, arm } = note.body;
  return { ...note, body: { gap, better, segments, arm } };
}
