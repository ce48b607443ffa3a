// Finds the elements of an array in JSON that has been checked already. It must never be given bytes that have not.
import type { Span } from './json-scan.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSE: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Where the elements of the array at `span` lie, in their order. `bytes` must be valid JSON and `span` one of its arrays. */
export function elementSpans(bytes: Buffer, span: Span): Span[] {
  const elements: Span[] = [];
  const last = span.end - 1;
  let start = afterWhite(bytes, span.start + 1);
  while (start < last) {
    const end = endOfValue(bytes, start, last);
    elements.push({ start, end: beforeWhite(bytes, end) });
    start = afterWhite(bytes, end + 1);
  }
  return elements;
}

/** The comma after the value that begins at `from`, or `last` when there is none. */
function endOfValue(bytes: Buffer, from: number, last: number): number {
  let depth = 0;
  for (let at = from; at < last; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (OPEN.has(byte)) depth++;
    else if (CLOSE.has(byte)) depth--;
    else if (byte === COMMA && depth === 0) return at;
  }
  return last;
}

/** The closing quote of the string that opens at `open`. */
function endOfString(bytes: Buffer, open: number): number {
  for (let at = open + 1; ; at++) {
    at = bytes.indexOf(QUOTE, at);
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
}

function afterWhite(bytes: Buffer, from: number): number {
  let at = from;
  while (WHITE.has(bytes[at] as number)) at++;
  return at;
}

function beforeWhite(bytes: Buffer, end: number): number {
  let at = end;
  while (WHITE.has(bytes[at - 1] as number)) at--;
  return at;
}
