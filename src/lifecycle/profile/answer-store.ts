// Keeps every paid answer of a task, one line each in an append-only file: what was paid once is never paid again.
import type { JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import { openLineFile, readLineFile } from '../line-file.ts';
import type { KeptAnswer, KeptLine, KeptReply } from './answer.ts';

export interface AnswerStore {
  readonly path: string;
  answer: (key: string) => KeptAnswer | null;
  reply: (key: string) => KeptReply | null;
  answers: () => Iterable<KeptAnswer>;
  /** What everything in the file cost, and how many of its lines cost nobody knows what. */
  spent: () => { nanoUsd: NanoUsd; unknown: number };
  /** A question is about to be sent that costs what its answer costs. */
  start: (key: string) => void;
  /** Keeps it; it is in the file when this returns. */
  keep: (line: KeptLine) => void;
  /** Questions of a run that was killed before their answer came: whether they were billed nobody knows, and it is kept that nobody does. */
  readonly lost: readonly string[];
  /** Forgets the starts: everything that was under way has ended. */
  close: () => void;
}

/** What can be read without writing: for everybody but a run. */
export type KeptAnswers = Pick<AnswerStore, 'answer' | 'reply' | 'answers' | 'spent'>;

/** The answers at a path, none when there is no file. Throws Error for a file that is damaged in the middle. */
export function readAnswers(path: string): KeptAnswers {
  const lines = noLines();
  readLineFile(path, readerInto(lines));
  return toKeptAnswers(lines);
}

/** Opens the file for one run. Throws Error when another run has it, or when it is damaged. */
export function openAnswerStore(path: string, nowMs = Date.now()): AnswerStore {
  const lines = noLines();
  const isKnown = (key: string): boolean => lines.answers.has(key) || lines.replies.has(key);
  const at = new Date(nowMs).toISOString();
  const toLost = (key: string): KeptLine => ({
    kind: 'failure',
    key,
    model: '',
    at,
    code: 'killed',
    costNanoUsd: null,
  });
  const file = openLineFile(path, { ...readerInto(lines), isKnown, toLost });
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
  nanoUsd: NanoUsd;
  unknown: number;
}

const KINDS: ReadonlySet<unknown> = new Set(['answer', 'reply', 'failure'] satisfies KeptLine['kind'][]);

function noLines(): Lines {
  return { answers: new Map(), replies: new Map(), nanoUsd: 0, unknown: 0 };
}

function readerInto(lines: Lines): { what: string; take: (line: JsonObject) => boolean } {
  return {
    what: 'Answers',
    take: (line) => {
      if (!KINDS.has(line.kind) || typeof line.key !== 'string') return false;
      take(lines, line as unknown as KeptLine);
      return true;
    },
  };
}

function toKeptAnswers(lines: Lines): KeptAnswers {
  const { answers, replies } = lines;
  return {
    spent: () => ({ nanoUsd: lines.nanoUsd, unknown: lines.unknown }),
    answer: (key) => answers.get(key) ?? null,
    reply: (key) => replies.get(key) ?? null,
    answers: () => answers.values(),
  };
}

function take(lines: Lines, line: KeptLine): void {
  if (line.kind === 'answer') lines.answers.set(line.key, line);
  else if (line.kind === 'reply') lines.replies.set(line.key, line);
  if (line.costNanoUsd === null) lines.unknown++;
  else lines.nanoUsd += line.costNanoUsd;
}
