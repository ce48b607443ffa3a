// Reads captured calls, the oldest first, one line in memory at a time. A line that was torn, or is being written, is passed over.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseObject } from '../call/json.ts';
import { type CapturedCall, toCapturedCall } from './captured-call.ts';
import { capturedFiles, endOfDay } from './folder.ts';

export interface CapturedFilter {
  /** Only calls from then on, milliseconds since 1970. */
  sinceMs?: number | null;
  /** Only those of this task; null: of every task and of none. */
  task?: string | null;
}

/** Calls of a folder, none when it is not there. Files that are deleted meanwhile count as read. */
export async function* readCaptured(
  folder: string,
  { sinceMs = null, task = null }: CapturedFilter = {},
): AsyncGenerator<CapturedCall> {
  for (const { file, day } of capturedFiles(folder)) {
    if (sinceMs !== null && endOfDay(day) < sinceMs) continue;
    try {
      for await (const line of createInterface({
        input: createReadStream(file),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        const call = toCapturedCall(parseObject(line) ?? undefined);
        if (call === null || (task !== null && call.task !== task)) continue;
        if (sinceMs === null || Date.parse(call.at) >= sinceMs) yield call;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
