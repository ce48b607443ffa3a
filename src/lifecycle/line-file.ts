// A file of JSON lines that only ever grows, written by one run at a time. A line is written with one system call in the turn in which it is
// known, so that a process that is killed loses none; what was under way then is known from the list of starts. It never changes a line.
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type JsonObject, parseObject } from '../call/json.ts';

export interface LineFile {
  /** Something is about to be sent that costs what its answer costs. */
  start: (key: string) => void;
  /** It is in the file when this returns. */
  append: (line: { kind: string }) => void;
  /** Starts of earlier runs that were killed before they knew the end: whether those were billed nobody knows. */
  readonly lost: readonly string[];
  /** Forgets the starts: everything that was under way has ended. */
  close: () => void;
}

export interface LineReader {
  /** What the lines are, as a sentence begins: `Answers`. */
  what: string;
  /** Takes a line over; false for one that is none of its own. */
  take: (line: JsonObject) => boolean;
}

/** Reads the lines at a path, none when there is no file. Throws Error for a file that is damaged in the middle. */
export function readLineFile(path: string, { what, take }: LineReader): { isTorn: boolean } {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const written = text.split('\n');
  const last = written.findLastIndex((line) => line !== '');
  for (const [index, line] of written.entries()) {
    if (line === '') continue;
    const object = parseObject(line);
    if (object !== null && take(object)) continue;
    // Only the last line may be torn: a process was killed while it wrote. Anything else is damage, and told.
    if (index !== last && !isTornLine(line))
      throw new Error(
        `${what} in ${path}: line ${index + 1} cannot be read. Mend it or take it out; nothing was changed.`,
      );
  }
  return { isTorn: text !== '' && !text.endsWith('\n') };
}

interface LostReader extends LineReader {
  /** Whether the end of what was started is among the lines. */
  isKnown: (key: string) => boolean;
  /** The line that keeps it that nobody knows the end; none when left out. */
  toLost?: (key: string) => { kind: string };
}

/** Opens the file for one run. Throws Error when another run has it, or when it is damaged. */
export function openLineFile(path: string, { isKnown, toLost, ...reader }: LostReader): LineFile {
  mkdirSync(dirname(path), { recursive: true });
  const lockPath = `${path}.lock`;
  const startsPath = `${path}.started`;
  lock(lockPath, `${reader.what} in ${path}`);
  try {
    const { isTorn } = readLineFile(path, reader);
    const fd = openSync(path, 'a');
    if (isTorn) writeSync(fd, '\n');
    const append = (line: { kind: string }): void => writeWhole(fd, `${JSON.stringify(line)}\n`);
    const lost = readStarts(startsPath).filter((key) => !isKnown(key));
    for (const line of lost.flatMap((key) => toLost?.(key) ?? [])) {
      append(line);
      reader.take(line);
    }
    rmSync(startsPath, { force: true });
    return {
      lost,
      start: (key) => appendFileSync(startsPath, `${key}\n`),
      append,
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

/** The beginning of a line that a killed process left, closed by the run after it. */
function isTornLine(line: string): boolean {
  return line.startsWith('{"kind":"') || '{"kind":"'.startsWith(line);
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}

function readStarts(path: string): string[] {
  if (!existsSync(path)) return [];
  const keys = readFileSync(path, 'utf8').split('\n');
  return [...new Set(keys.filter((key) => key !== ''))];
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
      if (isAlive(owner)) throw new Error(`${of}: another run (process ${owner}) is writing them.`, { cause: error });
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
