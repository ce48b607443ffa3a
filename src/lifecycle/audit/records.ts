// Cuts a log into records while it is read: lines of JSON, one JSON array (bare, or the list inside of an API's answer), JSON
// objects one after the other, or CSV; gzip or not. It holds one record at a time, however long the file is.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createCsvCutter } from './csv-cutter.ts';
import { type Cutter, parseRecord, type Take } from './cutter.ts';
import { createElementCutter } from './element-cutter.ts';

const HEAD_BYTES = 65_536;
const GZIP = Buffer.from([0x1f, 0x8b]);
const SQLITE = Buffer.from('SQLite format 3\0');
/** No request is longer; a line that is has lost its end. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
/** How an API answers with a list. */
const LISTED = /^\s*\{\s*"(?:data|observations|requests|results|logs|items|rows|calls)"\s*:\s*\[/;

/** Whether the file is a database, such as a ledger. */
export async function isDatabase(path: string): Promise<boolean> {
  return (await readHead(path)).subarray(0, SQLITE.length).equals(SQLITE);
}

/** Every record of a file. `onBytes` is told of the bytes of the file as they come, compressed ones too. */
export async function readRecords(
  path: string,
  take: Take,
  onBytes: (chunk: Buffer) => void = () => {},
): Promise<void> {
  const isPacked = (await readHead(path)).subarray(0, 2).equals(GZIP);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  file.on('data', (chunk) => onBytes(chunk as Buffer));
  const source: Readable = isPacked ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => source.destroy(error));
  try {
    await cut(source as AsyncIterable<Buffer>, take);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') !== true) throw error;
    throw new Error(`${path} cannot be unpacked: ${message}.`, { cause: error });
  }
}

/** Whether the file begins as no text in UTF-8 does, packed or not. */
export async function isBinary(path: string): Promise<boolean> {
  const head = await readHead(path);
  if (head.subarray(0, 2).equals(GZIP)) return false;
  if (head.includes(0)) return true;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return false;
  } catch {
    return true;
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function cut(source: AsyncIterable<Buffer>, take: Take): Promise<void> {
  let head: Buffer | null = Buffer.alloc(0);
  let cutter: Cutter | null = null;
  for await (const chunk of source) {
    if (cutter !== null) cutter.push(chunk);
    else {
      head = Buffer.concat([head ?? Buffer.alloc(0), chunk]);
      if (head.length < HEAD_BYTES) continue;
      cutter = chooseCutter(head, take);
      cutter.push(head);
      head = null;
    }
  }
  if (cutter === null) {
    cutter = chooseCutter(head ?? Buffer.alloc(0), take);
    cutter.push(head ?? Buffer.alloc(0));
  }
  cutter.end();
}

function chooseCutter(head: Buffer, take: Take): Cutter {
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const first = text.trimStart().charAt(0);
  const [line = '', next = null] = text.trimStart().split('\n', 2);
  const isList = first === '[' && !isWholeList(line, next);
  if (isList || LISTED.test(text)) return createElementCutter(take, 'list');
  if (first !== '{') return first !== '[' && /[,;\t]/.test(line) ? createCsvCutter(take) : createLineCutter(take);
  // An object over several lines; where the next line begins another object, the first one is damaged.
  const isSpread = next !== null && parseRecord(line) === null && !next.trimStart().startsWith('{');
  return isSpread ? createElementCutter(take, 'sequence') : createLineCutter(take);
}

/** Whether lists are what stands on the lines, which are no records: a log of something else. */
function isWholeList(line: string, next: string | null): boolean {
  if (next === null || next.trim() === '') return false;
  try {
    return Array.isArray(JSON.parse(line));
  } catch {
    return false;
  }
}

/** Lines of JSON: empty lines are passed over, all others are records or unreadable. */
function createLineCutter(take: Take): Cutter {
  let pieces: Buffer[] = [];
  let held = 0;
  let line = 0;
  const finish = (last: Buffer): void => {
    line++;
    const isTooLong = held + last.length > MAX_LINE_BYTES;
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    held = 0;
    const text = isTooLong ? '?' : bytes.toString('utf8').replace(/^\uFEFF/, '');
    if (text.trim() !== '') take({ line, value: parseRecord(text) });
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        finish(chunk.subarray(from, at));
        from = at + 1;
      }
      held += chunk.length - from;
      if (held <= MAX_LINE_BYTES && from < chunk.length) pieces.push(chunk.subarray(from));
    },
    end: () => {
      if (held > 0) finish(Buffer.alloc(0));
    },
  };
}
