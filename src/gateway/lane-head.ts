// Reads the head of a request, if it is of the plain kind that clients of language models send. Everything else, from
// chunked bodies to malformed lines, is not refused here but left to node:http: this reader must never be the lenient one.

export interface LaneHead {
  /** Path with query, as it was sent. */
  target: string;
  /** Lower-case names, each once. */
  headers: Record<string, string>;
  /** Bytes of the body, at least 1. */
  bodyBytes: number;
  /** Bytes of the head, its blank line included. */
  headBytes: number;
}

const POST = 'POST ';
const VERSION = ' HTTP/1.1';
const TARGET = /^\/[\x21-\x7e]*$/;
/** What is no text, a CR or LF that is not half of a line's end among it. */
const ODD = /[^\t\x20-\x7e\x80-\xff]/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const LENGTH = /^[1-9]\d{0,14}$/;
const MAX_HEAD_BYTES = 32 * 1024;
const MAX_HEADERS = 200;
/** Headers that ask for more than one plain request and one plain answer, or whose values node:http makes a list of. */
const SPECIAL = new Set([
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'expect',
  'trailer',
  'te',
  'content-encoding',
  'http2-settings',
  'set-cookie',
]);

/** The head at the beginning of `bytes`; null when it is incomplete or not of the plain kind. */
export function readLaneHead(bytes: Buffer): LaneHead | null {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0 || end > MAX_HEAD_BYTES) return null;
  const text = bytes.toString('latin1', 0, end);
  if (!text.startsWith(POST)) return null;
  const first = text.indexOf('\r\n');
  const target = text.slice(POST.length, first - VERSION.length);
  if (!text.startsWith(VERSION, first - VERSION.length) || !TARGET.test(target)) return null;
  const headers = readHeaders(text, first + 2);
  if (headers === null || headers.host === undefined) return null;
  const length = headers['content-length'];
  if (length === undefined || !LENGTH.test(length)) return null;
  const { connection } = headers;
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return null;
  return { target, headers, bodyBytes: Number(length), headBytes: end + 4 };
}

function readHeaders(text: string, from: number): Record<string, string> | null {
  // A plain object: one without prototype would be a hash table and slow to read. A name that Object.prototype has
  // counts as repeated and goes to node:http.
  const headers: Record<string, string> = {};
  let count = 0;
  for (let at = from; at < text.length; ) {
    const next = text.indexOf('\r\n', at);
    const end = next < 0 ? text.length : next;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon >= end) return null;
    const name = plainName(text.slice(at, colon));
    if (name === null || name in headers || ++count > MAX_HEADERS) return null;
    const value = trimmed(text, colon + 1, end);
    if (ODD.test(value)) return null;
    headers[name] = value;
    at = end + 2;
  }
  return headers;
}

/** Names as clients write them, and what became of them: the same few come with every request. */
const known = new Map<string, string | null>();
const MAX_KNOWN = 500;
const MAX_KNOWN_LENGTH = 64;

/** The name in lower case; null when it is none, or one that does not belong on a lane. */
function plainName(written: string): string | null {
  let name = known.get(written);
  if (name !== undefined) return name;
  const lower = written.toLowerCase();
  name = NAME.test(lower) && !SPECIAL.has(lower) ? lower : null;
  // A copy: a slice would keep the whole head that it was cut from.
  if (known.size < MAX_KNOWN && written.length <= MAX_KNOWN_LENGTH)
    known.set(Buffer.from(written, 'latin1').toString('latin1'), name);
  return name;
}

/** Without spaces and tabs around it. String's own trim takes more: a no-break space is part of a value. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
