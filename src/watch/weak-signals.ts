// Signs that somebody did not like an answer, though nobody said so: the same question again, or one much like it, soon after and in the
// same session. They are guesses. Nothing of a text is kept but hashes, and memory has a bound.
import { LRUCache } from 'lru-cache';
import type { WeakFeedback, WeakKind } from '../call/feedback.ts';
import type { Note } from '../call/note.ts';
import { hashText } from '../stats/hash.ts';
import { likeness } from './question-likeness.ts';
import { cut, type QuestionPrint, toQuestionPrint } from './question-print.ts';

/** A call that has been answered. One that failed is asked again for another reason, and belongs to nobody here. */
export interface AskedQuestion {
  id: string;
  /** When it began, milliseconds since 1970. */
  atMs: number;
  /** How long its answer took; null when not known. */
  latencyMs: number | null;
  tenant: string;
  /** As the client names it; null when it names none. */
  session: string | null;
  task: string | null;
  /** Text of the user's last turn. */
  ask: string;
  /** What every turn of its conversation begins with; it stands in for the session where none is named. */
  opening: string;
  messages: number;
  /** Whether the model is being given results of tools: the question is the one before, and nobody has asked it again. */
  isInToolLoop: boolean;
}

export interface WeakSignal {
  /** The id of the call whose answer was asked for again. */
  about: string;
  what: WeakKind;
  /** Of the two questions, 0 to 1; 1 for a question that came again as it was. */
  similarity: number;
}

export interface WeakSignals {
  /** To be told of calls in the order in which they ended; null when the call is no sign. */
  observe: (asked: AskedQuestion) => WeakSignal | null;
}

export interface WeakSignalsOptions {
  /** From the end of an answer to the next question. Default: ten minutes. */
  withinMs?: number;
  /** How many are remembered; the one that was silent longest is forgotten. Each takes 6 KB at most. Default: 10,000. */
  sessions?: number;
  /** What hashes of words are salted with, a whole number; drawn when left out. */
  salt?: number;
}

interface Remembered {
  id: string;
  atMs: number;
  endMs: number;
  print: QuestionPrint;
  messages: number;
  /** Signs in a row up to here. */
  row: number;
}

const WITHIN_MS = 600_000;
const SESSIONS = 10_000;
/** Whoever asks alike once more is a program that fills in a template, or looks whether somebody is there. */
const MOST_IN_A_ROW = 3;

export function createWeakSignals(options: WeakSignalsOptions = {}): WeakSignals {
  const { withinMs = WITHIN_MS, sessions = SESSIONS, salt = Math.trunc(Math.random() * 2 ** 32) } = options;
  const last = new LRUCache<number, Remembered>({ max: sessions });
  return {
    observe: (asked) => {
      const { id, atMs, latencyMs, messages } = asked;
      const key = keyOf(asked, salt);
      const before = last.get(key) ?? null;
      // It began before the one that is remembered, and only took longer.
      if (before !== null && atMs < before.atMs) return null;
      const print = toQuestionPrint(asked.ask, salt);
      if (print === null) {
        last.delete(key);
        return null;
      }
      const told = before === null ? NOTHING : compare({ before, print, withinMs }, asked);
      last.set(key, { id, atMs, endMs: atMs + (latencyMs ?? 0), print, messages, row: told.row });
      return told.row > MOST_IN_A_ROW ? null : told.signal;
    },
  };
}

interface Told {
  signal: WeakSignal | null;
  /** Signs in a row with this one. */
  row: number;
}

const NOTHING: Told = { signal: null, row: 0 };

interface Compared {
  before: Remembered;
  print: QuestionPrint;
  withinMs: number;
}

function compare({ before, print, withinMs }: Compared, asked: AskedQuestion): Told {
  const { atMs, session, messages, isInToolLoop } = asked;
  const isSame = before.print.same === print.same;
  // The conversation has gone on from it: a loop of tools, or a word like "continue". The answer that somebody sees is the last one.
  if (isSame && (isInToolLoop || messages > before.messages)) return { signal: null, row: before.row };
  const isNext = atMs >= before.endMs && atMs - before.endMs <= withinMs;
  if (isInToolLoop || !isNext) return NOTHING;
  const about = before.id;
  const row = before.row + 1;
  // Without a session only the very same request is known to come from the same conversation.
  const isRetry = isSame && (session !== null || messages === before.messages);
  if (isRetry) return { signal: { about, what: 'retried', similarity: 1 }, row };
  const similarity = session === null ? null : likeness(before.print, print);
  return similarity === null ? NOTHING : { signal: { about, what: 'rephrased', similarity }, row };
}

/** Who talks about what. */
function keyOf({ tenant, session, task, opening }: AskedQuestion, salt: number): number {
  const whose = session === null ? ['opening', cut(opening), opening.length] : ['session', session];
  return hashText(JSON.stringify([tenant, task, ...whose]), salt);
}

/** A signal as a note of the ledger; the same one has the same id, so that it is never kept twice. */
export function toWeakNote(
  { about, what, similarity }: WeakSignal,
  later: Omit<AskedQuestion, 'ask' | 'opening'>,
): Note {
  const { id, atMs, tenant, task } = later;
  const body: WeakFeedback = { source: 'weak', what, similarity: Math.round(similarity * 1000) / 1000, later: id };
  return { id: `weak_${id}`, kind: 'feedback', atMs, tenant, task, about, costs: [], body };
}
