// The folder of captured calls: a file a day in parts, `2026-11-28.0000.jsonl`, readable for its owner alone. What is too old or too much
// goes by whole files, the oldest first. Several processes may write into one folder: each line is one write to the end of a file.
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface CaptureLimits {
  retentionMs: number;
  maxBytes: number;
}

const PART = /^(\d{4}-\d\d-\d\d)\.(\d{4})\.jsonl$/;
const DAY_MS = 86_400_000;
/** Parts that a full folder has: so much of it goes at once. */
const PARTS = 8;

/** Files of a folder, the oldest first; none when there is no folder. */
export function capturedFiles(folder: string): { file: string; day: string; part: number }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.sort().flatMap((name) => {
    const [, day, part] = PART.exec(name) ?? [];
    return day === undefined ? [] : [{ file: join(folder, name), day, part: Number(part) }];
  });
}

/** Milliseconds since 1970 at which a day is over. */
export function endOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) + DAY_MS;
}

export class CaptureFolder {
  private readonly path: string;
  private readonly nowMs: () => number;
  private limits: CaptureLimits = { retentionMs: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  private open: { fd: number; day: string; part: number } | null = null;

  constructor(path: string, nowMs: () => number) {
    this.path = path;
    this.nowMs = nowMs;
  }

  /** Takes effect at once. */
  limit(limits: CaptureLimits): void {
    this.limits = limits;
    this.prune();
  }

  /** Throws what the file system throws. */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const fd = this.file(bytes.length);
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  }

  /** Deletes what is older than the retention, and the oldest while there is more than the limit leaves for one more part. */
  prune(): void {
    const { retentionMs, maxBytes } = this.limits;
    const files = capturedFiles(this.path).map((one) => ({ ...one, bytes: sizeOf(one.file) }));
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { file, day, part, bytes } of files) {
      const isOpen = day === this.open?.day && part === this.open.part;
      const isOld = endOfDay(day) + retentionMs <= this.nowMs();
      if (isOpen || !(isOld || total > maxBytes - this.partBytes)) continue;
      rmSync(file, { force: true });
      total -= bytes;
    }
  }

  close(): void {
    if (this.open !== null) closeSync(this.open.fd);
    this.open = null;
  }

  private get partBytes(): number {
    return this.limits.maxBytes / PARTS;
  }

  /** The file of the day, with room for so many bytes. */
  private file(bytes: number): number {
    const day = new Date(this.nowMs()).toISOString().slice(0, 10);
    if (this.open !== null) {
      const { size, nlink } = fstatSync(this.open.fd);
      if (this.open.day === day && nlink > 0 && (size === 0 || size + bytes <= this.partBytes)) return this.open.fd;
      this.close();
    }
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    chmodSync(this.path, 0o700);
    const last = capturedFiles(this.path).findLast((one) => one.day === day);
    const isFull = last !== undefined && sizeOf(last.file) + bytes > this.partBytes;
    const part = last === undefined ? 0 : last.part + (isFull ? 1 : 0);
    const fd = openSync(join(this.path, `${day}.${String(part).padStart(4, '0')}.jsonl`), 'a+', 0o600);
    this.open = { fd, day, part };
    if (isTorn(fd)) writeSync(fd, '\n');
    this.prune();
    return fd;
  }
}

/** Whether a process was killed while it wrote the last line. */
function isTorn(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/** 0 for a file that another process has deleted. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
