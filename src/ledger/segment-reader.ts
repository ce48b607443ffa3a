// Reads whole lines from a journal file that may still be growing. Never hands out a line without its newline.
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 512 * 1024;
const NEWLINE = 10;

/** Bytes from `offset` on: either whole lines (each ends with a newline) or nothing yet. */
export interface SegmentReader {
  lines(offset: number): Buffer;
  /** Everything after `offset`, newline or not. */
  rest(offset: number): Buffer;
  close(): void;
}

/** Opens a journal file. The returned buffers are valid until the next call. Throws the file system's errors. */
export function openSegment(path: string, chunkBytes = CHUNK_BYTES): SegmentReader {
  const fd = openSync(path, 'r');
  let buffer = Buffer.allocUnsafeSlow(chunkBytes);
  const fill = (offset: number): Buffer => buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
  const grow = (): void => {
    buffer = Buffer.allocUnsafeSlow(buffer.length * 2);
  };
  return {
    lines(offset) {
      for (;;) {
        const bytes = fill(offset);
        const end = bytes.lastIndexOf(NEWLINE) + 1;
        if (end > 0 || bytes.length < buffer.length) return bytes.subarray(0, end);
        grow();
      }
    },
    rest(offset) {
      for (;;) {
        const bytes = fill(offset);
        if (bytes.length < buffer.length) return bytes;
        grow();
      }
    },
    close: () => closeSync(fd),
  };
}
