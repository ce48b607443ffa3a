// Cuts a server-sent event stream at event boundaries without looking into the events.
import { TierlineError } from '../call/errors.ts';

const LF = 0x0a;
const CR = 0x0d;
/** An event larger than this is no event of a language model. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** Position after the last complete event in `bytes`, 0 when there is none. Lines end in LF or CRLF. */
export function lastBoundary(bytes: Buffer): number {
  let at = bytes.length;
  while (at > 1) {
    at = bytes.lastIndexOf(LF, at - 1);
    if (at < 1) return 0;
    const before = bytes[at - 1];
    if (before === LF || (before === CR && bytes[at - 2] === LF)) return at + 1;
  }
  return 0;
}

/** Position after the first complete event at or after `from`, 0 when there is none. */
export function nextBoundary(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(LF, at);
    if (at < 0) return 0;
    const next = bytes[at + 1];
    if (next === LF) return at + 2;
    if (next === CR && bytes[at + 2] === LF) return at + 3;
    at++;
  }
}

/** Gathers chunks as they come off the network and hands on whole events only. */
export class EventCutter {
  private rest: Buffer | null = null;

  /** Every event completed by this chunk, as one byte range; null while the current event is incomplete. */
  push(chunk: Buffer): Buffer | null {
    const bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    const cut = lastBoundary(bytes);
    this.rest = cut === bytes.length ? null : bytes.subarray(cut);
    if (this.rest !== null && this.rest.length > MAX_EVENT_BYTES) throw new TierlineError('upstream_malformed');
    return cut === 0 ? null : bytes.subarray(0, cut);
  }

  /** Bytes of an event that never ended; usually empty. */
  remainder(): Buffer {
    return this.rest ?? Buffer.alloc(0);
  }
}

/** Where the data of an event lies that has exactly one `data:` line, which is how language models send theirs; else null. */
export function dataSpan(event: Buffer): { start: number; end: number } | null {
  let line = 0;
  let found: { start: number; end: number } | null = null;
  while (line < event.length) {
    let end = event.indexOf(LF, line);
    if (end < 0) end = event.length;
    if (event.toString('latin1', line, line + 5) === 'data:') {
      if (found !== null) return null;
      const start = event[line + 5] === 0x20 ? line + 6 : line + 5;
      found = { start, end: event[end - 1] === CR ? end - 1 : end };
    }
    line = end + 1;
  }
  return found;
}
