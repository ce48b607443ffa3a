// Keeps every paid answer of a task, one line each in an append-only file: what was paid once is never paid again.
import type { JsonObject } from '../../call/json.ts';
import { openLineFile, readLineFile } from '../line-file.ts';
import type { KeptAnswer, KeptLine, KeptReply } from './answer.ts';

export interface AnswerStore {
  readonly path: string;
  answer: (key: string) => KeptAnswer | null;
  reply: (key: string) => KeptReply | null;
  answers: () => Iterable<KeptAnswer>;
  /** A question is about to be sent that costs what its answer costs. */
  start: (key: string) => void;
  /** Keeps it; it is in the file when this returns. */
  keep: (line: KeptLine) => void;
  /** Questions of earlier runs that were killed before their answer came: whether they were billed nobody knows. */
  readonly lost: readonly string[];
  /** Forgets the starts: everything that was under way has ended. */
  close: () => void;
}

/** What can be read without writing: for everybody but a run. */
export type KeptAnswers = Pick<AnswerStore, 'answer' | 'reply' | 'answers'>;

/** The answers at a path, none when there is no file. Throws Error for a file that is damaged in the middle. */
export function readAnswers(path: string): KeptAnswers {
  const lines = noLines();
  readLineFile(path, readerInto(lines));
  return toKeptAnswers(lines);
}

/** Opens the file for one run. Throws Error when another run has it, or when it is damaged. */
export function openAnswerStore(path: string): AnswerStore {
  const lines = noLines();
  const isKnown = (key: string): boolean => lines.answers.has(key) || lines.replies.has(key);
  const file = openLineFile(path, { ...readerInto(lines), isKnown });
  return {
    ...toKeptAnswers(lines),
    path,
    lost: file.lost,
    start: file.start,
    keep: (line) => {
      file.append(line);
      take(lines, line);
    },
    close: file.close,
  };
}

interface Lines {
  answers: Map<string, KeptAnswer>;
  replies: Map<string, KeptReply>;
}

function noLines(): Lines {
  return { answers: new Map(), replies: new Map() };
}

function readerInto(lines: Lines): { what: string; take: (line: JsonObject) => boolean } {
  return {
    what: 'Answers',
    take: (line) => {
      if ((line.kind !== 'answer' && line.kind !== 'reply') || typeof line.key !== 'string') return false;
      take(lines, line as unknown as KeptLine);
      return true;
    },
  };
}

function toKeptAnswers({ answers, replies }: Lines): KeptAnswers {
  return {
    answer: (key) => answers.get(key) ?? null,
    reply: (key) => replies.get(key) ?? null,
    answers: () => answers.values(),
  };
}

function take({ answers, replies }: Lines, line: KeptLine): void {
  if (line.kind === 'answer') answers.set(line.key, line);
  else replies.set(line.key, line);
}
