// Parses JSON like JSON.parse, but keeps chosen values as the text they were written in, so that what a model wrote
// (big integers, key order, spellings of numbers) survives a translation. Must never let a key reach a prototype.
import { TierlineError } from '../call/errors.ts';
import { RawJson } from '../call/json.ts';

export type JsonPath = readonly (string | number)[];

/** Asked for every value; the path is only valid during the call. */
export type KeepRaw = (path: JsonPath) => boolean;

const MAX_DEPTH = 512;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters below the space, which must not stand in a JSON string. */
const CONTROL = /[^ -\uffff]/;

/**
 * The parsed value, with a `RawJson` wherever `keep` said yes. Strings, numbers and everything else are as JSON.parse
 * gives them. Throws TierlineError `invalid_json` or, below 512 levels, `too_deep`.
 */
export function parseKeepingRaw(source: Buffer | string, keep: KeepRaw): unknown {
  return new RawParser(typeof source === 'string' ? source : source.toString('utf8'), keep).document();
}

class RawParser {
  private readonly text: string;
  private readonly keep: KeepRaw;
  private readonly path: (string | number)[] = [];
  private at = 0;
  private depth = 0;
  /** Above zero inside a kept value, where nothing is asked any more. */
  private kept = 0;

  constructor(text: string, keep: KeepRaw) {
    this.text = text;
    this.keep = keep;
  }

  document(): unknown {
    this.white();
    const value = this.value();
    this.white();
    if (this.at < this.text.length) this.fail();
    return value;
  }

  private value(): unknown {
    if (this.kept > 0 || !this.keep(this.path)) return this.plain();
    const start = this.at;
    this.kept++;
    this.plain();
    this.kept--;
    return new RawJson(this.text.slice(start, this.at));
  }

  private plain(): unknown {
    switch (this.text.charCodeAt(this.at)) {
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x22:
        return this.string();
      case 0x74:
        return this.literal('true', true);
      case 0x66:
        return this.literal('false', false);
      case 0x6e:
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.enter();
    if (this.closes(0x7d)) return object;
    for (;;) {
      if (this.text.charCodeAt(this.at) !== 0x22) this.fail();
      const key = this.string();
      this.white();
      if (this.text.charCodeAt(this.at++) !== 0x3a) this.fail();
      this.white();
      this.path.push(key);
      const value = this.value();
      this.path.pop();
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else object[key] = value;
      if (this.endsWith(0x7d)) return object;
    }
  }

  private array(): unknown[] {
    const array: unknown[] = [];
    this.enter();
    if (this.closes(0x5d)) return array;
    for (;;) {
      this.path.push(array.length);
      array.push(this.value());
      this.path.pop();
      if (this.endsWith(0x5d)) return array;
    }
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) throw new TierlineError('too_deep');
    this.at++;
    this.white();
  }

  /** Whether the container ends right here, without a member. */
  private closes(bracket: number): boolean {
    if (this.text.charCodeAt(this.at) !== bracket) return false;
    this.at++;
    this.depth--;
    return true;
  }

  /** Steps over what follows a member: true for the closing bracket, false for a comma. */
  private endsWith(bracket: number): boolean {
    this.white();
    if (this.closes(bracket)) return true;
    if (this.text.charCodeAt(this.at++) !== 0x2c) this.fail();
    this.white();
    return false;
  }

  private string(): string {
    const start = this.at + 1;
    let end = this.text.indexOf('"', start);
    while (end >= 0 && this.isEscaped(start, end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) this.fail();
    this.at = end + 1;
    const body = this.text.slice(start, end);
    if (!body.includes('\\')) {
      if (CONTROL.test(body)) this.fail();
      return body;
    }
    try {
      return JSON.parse(this.text.slice(start - 1, end + 1)) as string;
    } catch {
      return this.fail();
    }
  }

  /** A quote is part of the string when an odd number of backslashes stands before it. */
  private isEscaped(start: number, quote: number): boolean {
    let at = quote;
    while (at > start && this.text.charCodeAt(at - 1) === 0x5c) at--;
    return (quote - at) % 2 === 1;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) return this.fail();
    this.at += match[0].length;
    return Number(match[0]);
  }

  private literal<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) this.fail();
    this.at += word.length;
    return value;
  }

  private white(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private fail(): never {
    throw new TierlineError('invalid_json', `The body is not valid JSON at position ${this.at}.`);
  }
}
