// tierline grade: a person says which of two answers is better, without being told who wrote which. Every word is kept at once.

import type { Note } from '../../call/note.ts';
import { createNoteIds } from '../../call/note-id.ts';
import { showText } from '../../ledger/display.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { answersOf, turnsOf, waitingCanaries } from '../../lifecycle/canary/read-canaries.ts';
import type { CommandIo } from '../command-io.ts';

export const BETTER = ['cheap', 'reference', 'tie'] as const;
export type Better = (typeof BETTER)[number];

export interface GradeOptions {
  ledger: string;
  task?: string | undefined;
  /** Grades this canary with `better` and asks nobody. */
  id?: string | undefined;
  better?: Better | undefined;
  /** Who says it. */
  by: string;
  json?: boolean | undefined;
  /** Asks a person; null where nobody can be asked. */
  ask: AskGrade | null;
  nowMs: () => number;
  random: () => number;
}

/** What a person is shown, and what they say: the first answer, the second, none of both, later, or no more. */
export interface ShownPair {
  place: string;
  turns: readonly { role: string; text: string }[];
  first: string;
  second: string;
}
export type Word = 'first' | 'second' | 'tie' | 'skip' | 'stop';
export type AskGrade = (pair: ShownPair) => Promise<Word>;

/** Gives the exit code. Throws a sentence for a missing ledger or a canary that is not there. */
export async function gradeCommand(options: GradeOptions, io: CommandIo): Promise<number> {
  const { ledger: path, id, better, json, ask } = options;
  const waiting = waitingOf(options);
  if (id !== undefined || better !== undefined) {
    if (id === undefined || better === undefined)
      throw new Error('A canary is graded with its --id and --better, both.');
    const known = findCanary(path, id);
    await keep(path, [gradeOf(known, better, options)]);
    io.print(`${id}: ${better}`);
    return 0;
  }
  if (json === true) {
    io.print(JSON.stringify(waiting.map(toJson), null, 2));
    return 0;
  }
  if (waiting.length === 0) {
    io.print('Nothing waits for a person.');
    return 0;
  }
  if (ask === null)
    throw new Error(
      `${waiting.length} wait, and here is nobody to ask: use a terminal, or --json and --id with --better.`,
    );
  return gradeAll(waiting, { ...options, ask }, io);
}

async function gradeAll(
  waiting: readonly Note[],
  options: GradeOptions & { ask: AskGrade },
  io: CommandIo,
): Promise<number> {
  let count = 0;
  for (const [index, note] of waiting.entries()) {
    const answers = answersOf(note);
    if (answers === null) continue;
    // The better model must not be known by its place.
    const isTurned = options.random() < 0.5;
    const [first, second] = isTurned ? [answers.reference, answers.cheap] : [answers.cheap, answers.reference];
    const place = `${index + 1} of ${waiting.length}, ${showText(note.task)}`;
    const word = await options.ask({ place, turns: turnsOf(note), first, second });
    if (word === 'stop') break;
    if (word === 'skip') continue;
    const better = word === 'tie' ? 'tie' : (word === 'first') === isTurned ? 'reference' : 'cheap';
    await keep(options.ledger, [gradeOf(note, better, options)]);
    count++;
  }
  io.print(`${count} graded; \`tierline canary\` shows the gaps.`);
  return 0;
}

function waitingOf({ ledger, task }: GradeOptions): Note[] {
  const reader = openLedgerReader(ledger);
  try {
    return waitingCanaries(reader, { task });
  } finally {
    reader.close();
  }
}

function findCanary(path: string, id: string): Note {
  const reader = openLedgerReader(path);
  try {
    for (const { note } of reader.notes({ kind: 'canary' })) if (note.id === id || note.about === id) return note;
  } finally {
    reader.close();
  }
  throw new Error(`There is no canary ${id} in this ledger; tierline grade --json lists those that wait.`);
}

/** With what the canary was counted to, so that whoever hears the word needs not look for it. */
function gradeOf({ id, tenant, task, body }: Note, better: Better, { by, nowMs }: GradeOptions): Note {
  const atMs = nowMs();
  const { arm = null, segments = [] } = body;
  return { id: nextId(), kind: 'grade', atMs, tenant, task, about: id, costs: [], body: { better, by, arm, segments } };
}

const nextId = createNoteIds('grd');

async function keep(path: string, notes: readonly Note[]): Promise<void> {
  const ledger = openLedger({ path });
  for (const note of notes) await ledger.note(note);
  await ledger.close();
}

function toJson(note: Note): object {
  return { id: note.id, call: note.about, task: note.task, turns: turnsOf(note), answers: answersOf(note) };
}
