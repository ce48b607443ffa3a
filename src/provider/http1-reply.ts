// Reads one HTTP/1.1 reply out of the bytes of a connection (RFC 9112). All the bodies that arrive in one read are handed
// on as one piece, however many chunks the provider cut them into: that is what makes streams cheap.
import type { IncomingHttpHeaders } from 'node:http';

export interface ReplyEvents {
  onHead: (status: number, headers: IncomingHttpHeaders) => void;
  onData: (bytes: Buffer) => void;
}

/** `open`: more bytes are needed. `done`: the reply is complete. */
export type ReplyProgress = 'open' | 'done';

/** Thrown for bytes that are no HTTP/1.1 reply. */
export class MalformedReply extends Error {}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 4096;
const CR = 0x0d;
const LF = 0x0a;
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What no value may have in it: a lone CR or LF, handed on, would end a line for somebody else. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;

type State = 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'until-close' | 'done';

export class ReplyReader {
  /** Whether the connection may be used for another request once this reply is done. */
  isReusable = true;
  /** How long the server says it keeps an idle connection, milliseconds; null when it does not say. */
  keepAliveMs: number | null = null;
  /** Whether any byte of the reply has come. */
  hasBytes = false;
  private readonly events: ReplyEvents;
  private state: State = 'head';
  private left = 0;
  /** Bytes of a head or line that is not complete yet. */
  private rest: Buffer | null = null;
  /** The body found in the read under way: bytes from `bodyStart` to `bodyEnd` of what was read. */
  private bodyStart = 0;
  private bodyEnd = 0;

  constructor(events: ReplyEvents) {
    this.events = events;
  }

  /**
   * Takes what was read, and owns it from then on. Throws MalformedReply. Bytes after the end of the reply make the
   * connection unfit for reuse.
   */
  push(chunk: Buffer): ReplyProgress {
    this.hasBytes = true;
    const bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = null;
    let at = 0;
    while (at < bytes.length && this.state !== 'done') {
      const next = this.step(bytes, at);
      if (next < 0) break;
      at = next;
    }
    if (this.bodyEnd > this.bodyStart) this.handOn(bytes);
    if (this.state !== 'done') return 'open';
    if (at < bytes.length) this.isReusable = false;
    return 'done';
  }

  /** The server closed the connection: a complete reply only when its length was to be told by that. */
  end(): ReplyProgress {
    if (this.state !== 'until-close') return 'open';
    this.state = 'done';
    this.isReusable = false;
    return 'done';
  }

  /** One element from `at`; the position after it, or -1 when more bytes are needed. */
  private step(bytes: Buffer, at: number): number {
    switch (this.state) {
      case 'head':
        return this.head(bytes, at);
      case 'length':
      case 'chunk-data': {
        const end = Math.min(bytes.length, at + this.left);
        this.take(bytes, at, end);
        this.left -= end - at;
        if (this.left === 0) this.state = this.state === 'length' ? 'done' : 'chunk-end';
        return end;
      }
      case 'chunk-end':
        return this.chunkEnd(bytes, at);
      case 'until-close':
        this.take(bytes, at, bytes.length);
        return bytes.length;
      case 'chunk-size':
      case 'trailer':
        return this.line(bytes, at);
      case 'done':
        return -1;
    }
  }

  private head(bytes: Buffer, at: number): number {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end < 0) {
      if (bytes.length - at > MAX_HEAD_BYTES) throw new MalformedReply('the head of the reply is too long');
      this.rest = bytes.subarray(at);
      return -1;
    }
    const lines = bytes.toString('latin1', at, end).split('\r\n');
    const match = STATUS_LINE.exec(lines[0] as string);
    if (match === null) throw new MalformedReply('the reply does not begin with an HTTP/1.1 status line');
    const status = Number(match[2]);
    const headers = readHeaders(lines);
    // 100 Continue and its kin come before the reply proper.
    if (status >= 200) {
      this.begin(status, match[1] === '1', headers);
      this.events.onHead(status, headers);
    } else if (status === 101) throw new MalformedReply('the server switched protocols');
    return end + 4;
  }

  /** Decides how long the body is and whether the connection lives on. */
  private begin(status: number, isHttp11: boolean, headers: IncomingHttpHeaders): void {
    const connection = headers.connection?.toLowerCase() ?? '';
    this.isReusable = isHttp11 ? !connection.includes('close') : connection.includes('keep-alive');
    const seconds = /timeout=(\d+)/.exec(String(headers['keep-alive'] ?? ''))?.[1];
    if (seconds !== undefined) this.keepAliveMs = Number(seconds) * 1000;
    const coding = headers['transfer-encoding'];
    const length = headers['content-length'];
    if (status === 204 || status === 304) this.state = 'done';
    else if (coding !== undefined) {
      // Two ways to tell the length are how replies are smuggled: believe the coding and never reuse the connection.
      if (length !== undefined) this.isReusable = false;
      if (!/(^|,)\s*chunked\s*$/i.test(coding)) this.state = 'until-close';
      else this.state = 'chunk-size';
    } else if (length === undefined) this.state = 'until-close';
    else {
      if (!/^\d{1,15}$/.test(length)) throw new MalformedReply('the reply has an unreadable content-length');
      this.left = Number(length);
      this.state = this.left === 0 ? 'done' : 'length';
    }
  }

  private line(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      if (bytes.length - at > MAX_LINE_BYTES) throw new MalformedReply('a line of the chunked body is too long');
      this.rest = bytes.subarray(at);
      return -1;
    }
    if (this.state === 'trailer') {
      if (end === at || (end === at + 1 && bytes[at] === CR)) this.state = 'done';
      return end + 1;
    }
    this.left = readChunkSize(bytes, at, end);
    this.state = this.left === 0 ? 'trailer' : 'chunk-data';
    return end + 1;
  }

  private chunkEnd(bytes: Buffer, at: number): number {
    if (bytes[at] === LF) {
      this.state = 'chunk-size';
      return at + 1;
    }
    if (bytes[at] !== CR) throw new MalformedReply('a chunk is longer than it says');
    if (at + 1 >= bytes.length) {
      this.rest = bytes.subarray(at);
      return -1;
    }
    if (bytes[at + 1] !== LF) throw new MalformedReply('a chunk is longer than it says');
    this.state = 'chunk-size';
    return at + 2;
  }

  /** Adds a piece to the body; pieces are moved together over what divides them, so that they leave as one. */
  private take(bytes: Buffer, from: number, end: number): void {
    if (this.bodyEnd === this.bodyStart) {
      this.bodyStart = from;
      this.bodyEnd = end;
      return;
    }
    bytes.copyWithin(this.bodyEnd, from, end);
    this.bodyEnd += end - from;
  }

  private handOn(bytes: Buffer): void {
    const { bodyStart, bodyEnd } = this;
    this.bodyStart = 0;
    this.bodyEnd = 0;
    this.events.onData(bodyStart === 0 && bodyEnd === bytes.length ? bytes : bytes.subarray(bodyStart, bodyEnd));
  }
}

/** Lower-case names; repeated fields joined by commas. A repeated content-length must agree with itself. */
function readHeaders(lines: readonly string[]): IncomingHttpHeaders {
  // A plain object: one without prototype would be a hash table and slow to read.
  const headers: IncomingHttpHeaders = {};
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !TOKEN.test(name)) throw new MalformedReply('the reply has an unreadable header');
    if (CONTROL.test(line)) throw new MalformedReply('the reply has a control character in a header');
    const value = line.slice(colon + 1).trim();
    const earlier = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (earlier === undefined) headers[name] = value;
    else if (name !== 'content-length') headers[name] = `${String(earlier)}, ${value}`;
    else if (earlier !== value) throw new MalformedReply('the reply has two content-lengths');
  }
  return headers;
}

/** Hexadecimal digits up to a semicolon, white space or the end of the line. */
function readChunkSize(bytes: Buffer, from: number, end: number): number {
  let size = 0;
  let at = from;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
          ? (byte | 0x20) - 0x57
          : -1;
    if (digit < 0) break;
    size = size * 16 + digit;
  }
  const after = bytes[at] as number;
  const isEnd = after === LF || after === CR || after === 0x3b || after === 0x20 || after === 0x09;
  if (at === from || at - from > 12 || !isEnd) throw new MalformedReply('a chunk has an unreadable size');
  return size;
}
