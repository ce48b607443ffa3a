// Applies the journals that dead instances left behind. It never touches the journal of a living one.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Applier } from './applier.ts';
import { openSegment } from './segment-reader.ts';
import { listSegments, lockInstance } from './segments.ts';

/** What was found in journals: whole lines, and those set aside because they could not be read. */
export interface Tally {
  lines: number;
  skipped: number;
}

/** Applies and removes the journals of every dead instance but `own`. Throws the errors of SQLite and the file system. */
export function adoptJournals(directory: string, applier: Applier, own: string | null = null): Tally {
  const tally: Tally = { lines: 0, skipped: 0 };
  const instances = new Set(listSegments(directory).map((segment) => segment.instance));
  for (const instance of instances) {
    if (instance === own) continue;
    const lock = lockInstance(directory, instance);
    if (lock === null) continue;
    try {
      // Listed again: another process may have done the work while we waited for the lock.
      for (const segment of listSegments(directory)) {
        if (segment.instance === instance) drainSegment({ directory, file: segment.file, applier }, tally);
      }
    } finally {
      lock.dispose();
    }
  }
  return tally;
}

/** Applies a segment that nobody writes any more to its end, then removes it. */
export function drainSegment(from: { directory: string; file: string; applier: Applier }, tally: Tally): void {
  const { file, applier } = from;
  const path = join(from.directory, file);
  const segment = openSegment(path);
  try {
    for (let step = applier.step(file, segment); step.lines > 0; step = applier.step(file, segment)) {
      tally.lines += step.lines;
      tally.skipped += step.skipped;
    }
    tally.skipped += applier.finish(file, segment).skipped;
  } finally {
    segment.close();
  }
  // The file first: a place without a file is harmless, a file without its place would be applied twice.
  rmSync(path);
  applier.forget(file);
}
