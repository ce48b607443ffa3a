// Keeps every paid answer of a task, one line each in an append-only file. A line is written with one system call in the turn in which
// the answer is complete, so that a process that is killed loses none; what was under way then is known from the list of starts.
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import type { KeptAnswer, KeptLine, KeptReply } from './answer.ts';

export interface AnswerStore {
  readonly path: string;
  answer: (key: string) => KeptAnswer | null;
  reply: (key: string) => KeptReply | null;
  answers: () => Iterable<KeptAnswer>;
  replies: () => Iterable<KeptReply>;
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
export type KeptAnswers = Pick<AnswerStore, 'answer' | 'reply' | 'answers' | 'replies' | 'spent'>;

/** The answers at a path, none when there is no file. Throws Error for a file that is damaged in the middle. */
export function readAnswers(path: string): KeptAnswers {
  return toKeptAnswers(load(path).lines);
}

function toKeptAnswers(lines: Lines): KeptAnswers {
  const { answers, replies } = lines;
  return {
    spent: () => ({ nanoUsd: lines.nanoUsd, unknown: lines.unknown }),
    answer: (key) => answers.get(key) ?? null,
    reply: (key) => replies.get(key) ?? null,
    answers: () => answers.values(),
    replies: () => replies.values(),
  };
}

/** Opens the file for one run. Throws Error when another run has it, or when it is damaged. */
export function openAnswerStore(path: string, nowMs = Date.now()): AnswerStore {
  mkdirSync(dirname(path), { recursive: true });
  const lockPath = `${path}.lock`;
  const startsPath = `${path}.started`;
  lock(lockPath, path);
  try {
    const { lines, isTorn } = load(path);
    const fd = openSync(path, 'a');
    if (isTorn) writeSync(fd, '\n');
    const lost = readStarts(startsPath).filter((key) => !lines.answers.has(key) && !lines.replies.has(key));
    const keep = (line: KeptLine): void => {
      writeWhole(fd, `${JSON.stringify(line)}\n`);
      take(lines, line);
    };
    const at = new Date(nowMs).toISOString();
    for (const key of lost) keep({ kind: 'failure', key, model: '', at, code: 'killed', costNanoUsd: null });
    rmSync(startsPath, { force: true });
    return {
      ...toKeptAnswers(lines),
      path,
      lost,
      start: (key) => appendFileSync(startsPath, `${key}\n`),
      keep,
      close: () => {
        closeSync(fd);
        rmSync(startsPath, { force: true });
        rmSync(lockPath, { force: true });
      },
    };
  } catch (error) {
    rmSync(lockPath, { force: true });
    throw error;
  }
}

interface Lines {
  answers: Map<string, KeptAnswer>;
  replies: Map<string, KeptReply>;
  nanoUsd: NanoUsd;
  unknown: number;
}

const KINDS: ReadonlySet<unknown> = new Set(['answer', 'reply', 'failure'] satisfies KeptLine['kind'][]);

/** Only the last line may be torn: a process was killed while it wrote. Anything else is damage, and told. */
function load(path: string): { lines: Lines; isTorn: boolean } {
  const lines: Lines = { answers: new Map(), replies: new Map(), nanoUsd: 0, unknown: 0 };
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const isTorn = text !== '' && !text.endsWith('\n');
  const written = text.split('\n');
  const last = written.findLastIndex((line) => line !== '');
  for (const [index, line] of written.entries()) {
    if (line === '') continue;
    const kept = parseObject(line);
    if (kept !== null && KINDS.has(kept.kind) && typeof kept.key === 'string') take(lines, kept as unknown as KeptLine);
    else if (index !== last && !isTornLine(line))
      throw new Error(
        `Answers in ${path}: line ${index + 1} cannot be read. Mend it or take it out; nothing was changed.`,
      );
  }
  return { lines, isTorn };
}

/** The beginning of a line that a killed process left, closed by the run after it. */
function isTornLine(line: string): boolean {
  return line.startsWith('{"kind":"') || '{"kind":"'.startsWith(line);
}

function take(lines: Lines, line: KeptLine): void {
  if (line.kind === 'answer') lines.answers.set(line.key, line);
  else if (line.kind === 'reply') lines.replies.set(line.key, line);
  if (line.costNanoUsd === null) lines.unknown++;
  else lines.nanoUsd += line.costNanoUsd;
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}

function readStarts(path: string): string[] {
  return existsSync(path)
    ? [
        ...new Set(
          readFileSync(path, 'utf8')
            .split('\n')
            .filter((key) => key !== ''),
        ),
      ]
    : [];
}

/** One run at a time: two would pay for the same answers. A lock whose process is gone is no lock. */
function lock(path: string, of: string): void {
  for (let round = 0; round < 2; round++) {
    try {
      const fd = openSync(path, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(path, 'utf8'));
      if (isAlive(owner))
        throw new Error(`Answers in ${of}: another run (process ${owner}) is writing them.`, { cause: error });
      rmSync(path, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
