// What the ledger knows of canaries: gaps by task and segment, what they cost, and which of them wait for a person.
import { armIn, standingGaps } from '../../after/canary-notes.ts';
import { isOnTrial } from '../../call/arm.ts';
import { textOf } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import type { Note } from '../../call/note.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { type Gap, GapBook, gapOf, segmentsOfNote, settledGaps } from '../../watch/canary/gap-book.ts';

export interface CanaryStanding {
  gaps: Gap[];
  tasks: CanaryTask[];
}

/** Amounts in nano-dollars, of the canaries whose cost is known. */
export interface CanaryTask {
  task: string;
  canaries: number;
  /** Those nobody could grade, for whatever reason, and those that wait for a person. */
  ungraded: number;
  waiting: number;
  costNanoUsd: NanoUsd;
  costUnknown: number;
  references: string[];
}

export interface CanariesQuery {
  task?: string | undefined;
  sinceMs?: number | undefined;
}

export function readCanaries(reader: Pick<LedgerReader, 'notes'>, query: CanariesQuery): CanaryStanding {
  const { notes, open } = notesOf(reader, query);
  const settled = settledGaps(notes);
  const book = new GapBook();
  // As alerts reckon: what a candidate on trial is like, and what somebody has accepted since, is no part of it.
  for (const { note, gap } of standingGaps(notes))
    if (note.task !== null && !isOnTrial(armIn(note)))
      book.add({ task: note.task, segments: segmentsOfNote(note), gap });
  const graded = new Set(settled.map(({ note }) => note.id));
  const canaries = notes.filter(({ kind }) => kind === 'canary');
  const waiting = new Set(open.map(({ id }) => id));
  const byTask = Map.groupBy(canaries, ({ task }) => task ?? '');
  return {
    gaps: book.all(),
    tasks: [...byTask].map(([task, own]) => {
      const costs = own.flatMap((note) => note.costs.map(({ nanoUsd }) => nanoUsd));
      return {
        task,
        canaries: own.length,
        ungraded: own.filter(({ id }) => !graded.has(id)).length,
        waiting: own.filter(({ id }) => waiting.has(id)).length,
        costNanoUsd: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
        costUnknown: costs.filter((cost) => cost === null).length,
        references: [...new Set(own.map(({ body }) => textOf(body['reference'])))],
      };
    }),
  };
}

/** Canaries that wait for a person, the oldest first. */
export function waitingCanaries(reader: Pick<LedgerReader, 'notes'>, query: CanariesQuery): Note[] {
  return notesOf(reader, query).open;
}

/** Canaries of the query with every grade that is about one of them; `open`: those with two answers to compare, and no word on them. */
function notesOf(reader: Pick<LedgerReader, 'notes'>, query: CanariesQuery): { notes: Note[]; open: Note[] } {
  const canaries = [...reader.notes({ ...query, kind: 'canary' })];
  const words = (['grade', 'action'] as const).flatMap((kind) => [...reader.notes({ kind })]);
  const said = new Set(words.map(({ note }) => (note.kind === 'grade' ? note.about : null)));
  const isOpen = (note: Note): boolean => !said.has(note.id) && gapOf(note) === null && answersOf(note) !== null;
  const placed = [...canaries, ...words].toSorted((one, other) => one.seq - other.seq);
  return { notes: placed.map(({ note }) => note), open: canaries.map(({ note }) => note).filter(isOpen) };
}

/** Both answers of a canary that was kept for a person; null for another. */
export function answersOf({ body }: Pick<Note, 'body'>): { cheap: string; reference: string } | null {
  const { answers } = body;
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers)) return null;
  const { cheap, reference } = answers;
  return typeof cheap === 'string' && typeof reference === 'string' ? { cheap, reference } : null;
}

/** The conversation of a canary that was kept for a person, as far as it was. */
export function turnsOf({ body }: Pick<Note, 'body'>): { role: string; text: string }[] {
  const { turns } = body;
  if (!Array.isArray(turns)) return [];
  return turns.flatMap((turn) => {
    if (typeof turn !== 'object' || turn === null || Array.isArray(turn)) return [];
    const { role, text } = turn;
    return typeof role === 'string' && typeof text === 'string' ? [{ role, text }] : [];
  });
}
