// The writing end of the journal: one synchronous write for the rows of a turn, so that they outlive a kill of the process.
// append() never throws: rows that the disk refuses wait in memory, bounded, and go out in order when it takes them again.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Lines } from './line-buffer.ts';
import { segmentFile } from './segments.ts';

/** The file system as the journal needs it; a fake in tests. `write` may write less than it was given. */
export interface JournalFiles {
  open(path: string): number;
  write(fd: number, data: Buffer): number;
  close(fd: number): void;
}

export const DISK: JournalFiles = {
  open: (path) => openSync(path, 'ax', 0o600),
  write: (fd, data) => writeSync(fd, data),
  close: (fd) => closeSync(fd),
};

export interface JournalOptions {
  directory: string;
  instance: string;
  files: JournalFiles;
  /** A segment that has reached this size is followed by a new one. */
  rotateBytes: number;
  /** Rows beyond this many waiting bytes are dropped, and counted. */
  maxQueuedBytes: number;
  /** A new segment has begun; everything before it is complete. */
  onSegment: (number: number) => void;
}

/** Rows that have not reached the disk, and why. */
export interface JournalHealth {
  pending: number;
  dropped: number;
  error: string | undefined;
}

/** Places are counted in bytes since the journal was opened, over all its segments. */
export interface Journal {
  /**
   * Writes lines, or queues them; returns the place after the last one, or null when any was dropped. A new segment begins
   * only after all of them.
   */
  append(lines: Lines): number | null;
  /** Tries to write what waits, into the segment that it was meant for; says whether nothing waits any more. */
  drain(): boolean;
  /** Whether lines wait for the disk. */
  isWaiting(): boolean;
  /** The place at which everything accepted so far ends, waiting lines included. */
  end(): number;
  /** The place that lies `offset` bytes into a segment. */
  placeOf(segment: number, offset: number): number;
  health(): JournalHealth;
  close(): void;
}

/** Opens the first segment; throws the file system's error when that fails. */
export function createJournal(options: JournalOptions): Journal {
  return new SegmentedJournal(options);
}

class SegmentedJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #starts = new Map<number, number>();
  #fd: number;
  #segment = 0;
  #written = 0;
  #rotateAt: number;
  /** The first one may be the rest of a line that was written in part. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #error: string | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#fd = options.files.open(this.#path(0));
    this.#rotateAt = options.rotateBytes;
    this.#starts.set(0, 0);
  }

  append(lines: Lines): number | null {
    if (this.#queue.length > 0) return this.#enqueueAll(lines, 0);
    let bytes = 0;
    try {
      bytes = this.#options.files.write(this.#fd, lines.bytes);
    } catch (error) {
      this.#error = messageOf(error);
      return this.#enqueueAll(lines, 0);
    }
    this.#written += bytes;
    if (bytes < lines.bytes.length) {
      this.#error = 'the disk took only a part of a row';
      return this.#enqueueAll(lines, bytes);
    }
    if (this.#written >= this.#rotateAt) this.#rotate();
    return this.#written;
  }

  drain(): boolean {
    try {
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        const bytes = this.#options.files.write(this.#fd, next);
        this.#written += bytes;
        this.#queuedBytes -= bytes;
        if (bytes < next.length) {
          this.#queue[0] = next.subarray(bytes);
          return false;
        }
        this.#queue.shift();
      }
      this.#error = undefined;
      return true;
    } catch (error) {
      this.#error = messageOf(error);
      return false;
    }
  }

  isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  end(): number {
    return this.#written + this.#queuedBytes;
  }

  placeOf(segment: number, offset: number): number {
    for (const number of this.#starts.keys()) if (number < segment) this.#starts.delete(number);
    return (this.#starts.get(segment) ?? 0) + offset;
  }

  health(): JournalHealth {
    return { pending: this.#queue.length, dropped: this.#dropped, error: this.#error };
  }

  close(): void {
    this.#options.files.close(this.#fd);
  }

  /**
   * Queues what is left of the lines after the first `written` bytes of them. Lines refer to earlier ones: after one that
   * is dropped the rest is dropped too.
   */
  #enqueueAll({ bytes, ends }: Lines, written: number): number | null {
    let place: number | null = this.end();
    let start = written;
    for (const end of ends) {
      if (end <= start) continue;
      // Copied: the memory belongs to the writer of the lines.
      if (place !== null) place = this.#enqueue(Buffer.from(bytes.subarray(start, end)));
      else this.#dropped++;
      start = end;
    }
    return place;
  }

  #enqueue(bytes: Buffer): number | null {
    // An empty queue takes anything: it may be the rest of a line of which a part is on the disk already.
    if (this.#queue.length > 0 && this.#queuedBytes + bytes.length > this.#options.maxQueuedBytes) {
      this.#dropped++;
      return null;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    return this.end();
  }

  #rotate(): void {
    const { files, rotateBytes, onSegment } = this.#options;
    let next: number;
    try {
      next = files.open(this.#path(this.#segment + 1));
    } catch (error) {
      // The old segment still takes rows: go on with it and try again later.
      this.#error = messageOf(error);
      this.#rotateAt = this.#written + rotateBytes;
      return;
    }
    files.close(this.#fd);
    this.#fd = next;
    this.#segment++;
    this.#starts.set(this.#segment, this.#written);
    this.#rotateAt = this.#written + rotateBytes;
    this.#error = undefined;
    onSegment(this.#segment);
  }

  #path(number: number): string {
    return join(this.#options.directory, segmentFile(this.#options.instance, number));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
