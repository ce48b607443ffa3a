// Checks a JSON text byte by byte and remembers where the members of its top-level object lie, so that a value can be
// read or replaced without parsing and re-serialising the rest. Must never build the values it walks over.
import { TierlineError } from '../call/errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** 1 for bytes that may stand in a string as they are. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

const WHITE = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) WHITE[byte] = 1;

const ESCAPES = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPES[char.charCodeAt(0)] = 1;

const HEX = new Uint8Array(256);
for (const char of '0123456789abcdefABCDEF') HEX[char.charCodeAt(0)] = 1;

/** How long a run of plain bytes has to be before four at a time pay. */
const WORTH_WORDS = 16;

/** Where a member's value lies: bytes `start` (inclusive) to `end` (exclusive). */
export interface Span {
  start: number;
  end: number;
}

/**
 * Called for every element of a watched array, so that its shape can be checked on the same walk; null for one that is no
 * object. The element is the same object every time: read it, do not keep it.
 */
export type ElementCheck = (element: ScannedObject | null, index: number) => void;

interface Watch {
  key: string;
  each: ElementCheck;
}

/** The members of one JSON object, by position; keys as they are written. */
export class ScannedObject {
  readonly bytes: Buffer;
  /** How many members there are. */
  count = 0;
  /** Position of the closing brace. */
  close = 0;
  /** Of a whole text: whether ASCII letters or the underscore stand somewhere as escapes, so that a search may miss a word. */
  hasHiddenWords = false;
  /** Four numbers a member: from and to of its key without the quotes, from and to of its value. */
  private readonly places: number[] = [];

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Keeps its memory: a long array of objects is walked with one. */
  clear(): void {
    this.count = 0;
  }

  /** Notes a member whose value begins at `start`; `endAt` says later where it ends. */
  add(keyStart: number, keyEnd: number, start: number): void {
    const { places } = this;
    const at = this.count++ * 4;
    places[at] = keyStart;
    places[at + 1] = keyEnd;
    places[at + 2] = start;
    places[at + 3] = start;
  }

  endAt(index: number, end: number): void {
    this.places[index * 4 + 3] = end;
  }

  /** Whether the member has this key; `key` is ASCII. */
  isKey(index: number, key: string): boolean {
    const start = this.places[index * 4] as number;
    if ((this.places[index * 4 + 1] as number) - start !== key.length) return false;
    for (let at = 0; at < key.length; at++) if (this.bytes[start + at] !== key.charCodeAt(at)) return false;
    return true;
  }

  /** The key of a member as it is written. */
  keyAt(index: number): string {
    return this.bytes.toString('utf8', this.places[index * 4], this.places[index * 4 + 1]);
  }

  /** Where the value of a member lies. */
  spanAt(index: number): Span {
    return { start: this.places[index * 4 + 2] as number, end: this.places[index * 4 + 3] as number };
  }

  span(key: string): Span | null {
    const index = this.find(key);
    return index < 0 ? null : this.spanAt(index);
  }

  /** First byte of the member's value, which tells its type; 0 when there is no such member. */
  firstByte(key: string): number {
    const index = this.find(key);
    return index < 0 ? 0 : (this.bytes[this.places[index * 4 + 2] as number] as number);
  }

  /** Whether the member is a list or an object with nothing in it. */
  isEmpty(key: string): boolean {
    const span = this.span(key);
    if (span === null) return false;
    for (let at = span.start + 1; at < span.end - 1; at++) if ((this.bytes[at] as number) > 0x20) return false;
    return true;
  }

  /** The member as a string, or null when it is missing or something else. */
  string(key: string): string | null {
    const span = this.span(key);
    if (span === null) return null;
    const { start, end } = span;
    if (this.bytes[start] !== QUOTE) return null;
    const text = this.bytes.toString('utf8', start + 1, end - 1);
    return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** The member's parsed value, undefined when missing. */
  value(key: string): unknown {
    const span = this.span(key);
    return span === null ? undefined : JSON.parse(this.bytes.toString('utf8', span.start, span.end));
  }

  private find(key: string): number {
    for (let index = 0; index < this.count; index++) if (this.isKey(index, key)) return index;
    return -1;
  }

  isTrue(key: string): boolean {
    return this.firstByte(key) === 0x74;
  }
}

/**
 * Walks a whole JSON text whose top level is an object.
 * Throws TierlineError `invalid_json`, `invalid_request` (not an object) or `too_deep`.
 */
export function scanJson(bytes: Buffer, maxDepth: number, watch?: Watch): ScannedObject {
  return new Scanner(bytes, maxDepth, watch ?? null).document();
}

class Scanner {
  private readonly bytes: Buffer;
  private readonly length: number;
  private readonly maxDepth: number;
  private readonly watch: Watch | null;
  private words: Uint32Array | null = null;
  /** Distance of the first byte from the start of `words`. */
  private wordShift = 0;
  private hasHiddenWords = false;

  constructor(bytes: Buffer, maxDepth: number, watch: Watch | null) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.maxDepth = maxDepth;
    this.watch = watch;
  }

  document(): ScannedObject {
    let at = this.white(0);
    if (at >= this.length) throw new TierlineError('invalid_json', 'The body is empty; a JSON object is expected.');
    if (this.bytes[at] !== OPEN_BRACE) {
      this.white(this.value(at, 1));
      throw new TierlineError('invalid_request', 'The body must be a JSON object.');
    }
    const top = new ScannedObject(this.bytes);
    at = this.white(this.members(at, 1, top));
    if (at < this.length) this.fail(at);
    top.hasHiddenWords = this.hasHiddenWords;
    return top;
  }

  /** From an opening brace to the byte after its closing brace; notes the members in `into` when given. */
  private members(open: number, depth: number, into: ScannedObject | null): number {
    if (depth > this.maxDepth) this.tooDeep();
    const bytes = this.bytes;
    let at = this.white(open + 1);
    if (bytes[at] === CLOSE_BRACE) {
      if (into !== null) into.close = at;
      return at + 1;
    }
    for (;;) {
      if (bytes[at] !== QUOTE) this.fail(at);
      const keyEnd = this.string(at + 1);
      const colon = this.white(keyEnd);
      if (bytes[colon] !== COLON) this.fail(colon);
      const start = this.white(colon + 1);
      let end: number;
      if (into === null) end = this.value(start, depth);
      else {
        const member = into.count;
        into.add(at + 1, keyEnd - 1, start);
        const { watch } = this;
        if (depth === 1 && watch !== null && bytes[start] === OPEN_BRACKET && into.isKey(member, watch.key)) {
          end = this.watchedArray(start, watch);
        } else end = this.value(start, depth);
        into.endAt(member, end);
      }
      at = this.white(end);
      const byte = bytes[at];
      if (byte === COMMA) at = this.white(at + 1);
      else if (byte === CLOSE_BRACE) {
        if (into !== null) into.close = at;
        return at + 1;
      } else this.fail(at);
    }
  }

  private watchedArray(open: number, watch: Watch): number {
    const bytes = this.bytes;
    const element = new ScannedObject(bytes);
    let at = this.white(open + 1);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (let index = 0; ; index++) {
      if (bytes[at] === OPEN_BRACE) {
        element.clear();
        at = this.members(at, 3, element);
        watch.each(element, index);
      } else {
        at = this.value(at, 2);
        watch.each(null, index);
      }
      at = this.white(at);
      if (bytes[at] === COMMA) at = this.white(at + 1);
      else if (bytes[at] === CLOSE_BRACKET) return at + 1;
      else this.fail(at);
    }
  }

  private array(open: number, depth: number): number {
    if (depth > this.maxDepth) this.tooDeep();
    let at = this.white(open + 1);
    if (this.bytes[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = this.white(this.value(at, depth));
      const byte = this.bytes[at];
      if (byte === COMMA) at = this.white(at + 1);
      else if (byte === CLOSE_BRACKET) return at + 1;
      else this.fail(at);
    }
  }

  private value(at: number, depth: number): number {
    switch (this.bytes[at]) {
      case QUOTE:
        return this.string(at + 1);
      case OPEN_BRACE:
        return this.members(at, depth + 1, null);
      case OPEN_BRACKET:
        return this.array(at, depth + 1);
      case 0x74:
        return this.literal(at, 'true');
      case 0x66:
        return this.literal(at, 'false');
      case 0x6e:
        return this.literal(at, 'null');
      default:
        return this.number(at);
    }
  }

  /** From the byte after the opening quote to the byte after the closing one. */
  private string(from: number): number {
    const bytes = this.bytes;
    const length = this.length;
    let at = from;
    for (;;) {
      const near = at + WORTH_WORDS < length ? at + WORTH_WORDS : length;
      while (at < near && PLAIN[bytes[at] as number] === 1) at++;
      if (at === near) {
        at = this.skipWords(at);
        while (at < length && PLAIN[bytes[at] as number] === 1) at++;
      }
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) this.fail(at);
      const escape = bytes[at + 1] as number;
      if (ESCAPES[escape] === 1) at += 2;
      else if (escape === 0x75 && this.hex4(at + 2)) {
        if (isWordEscape(bytes, at + 2)) this.hasHiddenWords = true;
        at += 6;
      } else this.fail(at);
    }
  }

  /** Skips plain bytes eight at a time and stops at or before the first other one. */
  private skipWords(from: number): number {
    const words = this.words ?? this.openWords();
    // The word that `from` lies in begins inside the run that has just been walked.
    let index = (from + this.wordShift) >> 2;
    const last = words.length - 1;
    while (index < last && ((odd(words[index] as number) | odd(words[index + 1] as number)) & 0x80808080) === 0)
      index += 2;
    while (index <= last && (odd(words[index] as number) & 0x80808080) === 0) index++;
    return Math.max(from, (index << 2) - this.wordShift);
  }

  private openWords(): Uint32Array {
    const { buffer, byteOffset, byteLength } = this.bytes;
    this.wordShift = byteOffset & 3;
    const start = byteOffset - this.wordShift;
    this.words = new Uint32Array(buffer, start, (byteOffset + byteLength - start) >> 2);
    return this.words;
  }

  private hex4(at: number): boolean {
    if (at + 4 > this.length) return false;
    for (let index = at; index < at + 4; index++) if (HEX[this.bytes[index] as number] !== 1) return false;
    return true;
  }

  private number(from: number): number {
    let at = from;
    const bytes = this.bytes;
    if (bytes[at] === 0x2d) at++;
    if (bytes[at] === 0x30) at++;
    else at = this.digits(at);
    if (bytes[at] === 0x2e) at = this.digits(at + 1);
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
      at = this.digits(at);
    }
    return at;
  }

  private digits(from: number): number {
    let at = from;
    while (at < this.length && (this.bytes[at] as number) >= 0x30 && (this.bytes[at] as number) <= 0x39) at++;
    if (at === from) this.fail(at);
    return at;
  }

  private literal(at: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.bytes[at + index] !== word.charCodeAt(index)) this.fail(at + index);
    }
    return at + word.length;
  }

  private white(from: number): number {
    let at = from;
    while (at < this.length && WHITE[this.bytes[at] as number] === 1) at++;
    return at;
  }

  private fail(at: number): never {
    const where = at >= this.length ? 'it ends too early' : `unexpected byte at position ${at}`;
    throw new TierlineError('invalid_json', `The body is not valid JSON: ${where}.`);
  }

  private tooDeep(): never {
    throw new TierlineError('too_deep', `The JSON is nested deeper than ${this.maxDepth} levels.`);
  }
}

/**
 * A byte of the result has its high bit set when one at or below it is a quote, a backslash or below 0x20 (zero-byte
 * test of "Hacker's Delight").
 */
function odd(word: number): number {
  const quote = word ^ 0x22222222;
  const slash = word ^ 0x5c5c5c5c;
  return ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
}

/** Whether the four digits at `at` stand for an ASCII letter or the underscore, `0040` to `007f`. */
function isWordEscape(bytes: Buffer, at: number): boolean {
  const high = bytes[at + 2] as number;
  return bytes[at] === 0x30 && bytes[at + 1] === 0x30 && high >= 0x34 && high <= 0x37;
}

/**
 * Some JSON readers take the first of two equal keys, some the last, some ignore case: which one an upstream is must not
 * decide what it reads. Throws TierlineError `ambiguous_body` for a top-level key that is there twice or has escapes.
 */
export function refuseAmbiguity(top: ScannedObject): void {
  const seen = new Set<string>();
  for (let index = 0; index < top.count; index++) {
    const key = top.keyAt(index);
    if (key.includes('\\')) {
      throw new TierlineError('ambiguous_body', `The top-level key "${key}" is written with escapes.`);
    }
    const folded = key.toLowerCase();
    if (seen.has(folded))
      throw new TierlineError('ambiguous_body', `The top-level key "${key}" appears twice.`, { param: key });
    seen.add(folded);
  }
}
