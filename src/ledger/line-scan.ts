// Reads a row's line in one pass, where it is as this release writes it nearly always: whole numbers, texts without escapes.
// It must never accept what is not sound JSON; for anything unusual it gives up, and the careful reader decides.
import type { CallFigures, LineRow, TokenFigures } from './line-row.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const NULL = [0x6e, 0x75, 0x6c, 0x6c] as const;
const TOKEN_CLASSES = 8;
const EXPECTED_FIGURES = 5;
/** Fewer digits than the largest number that JavaScript counts exactly. */
const MOST_DIGITS = 15;

/** Reads rows out of whole lines; `at` is the place in the bytes. */
export class LineScan {
  readonly #bytes: Buffer;
  #isSound = true;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The row whose line begins here; null when it has to be read with more care, and then `at` has not moved. */
  row(): LineRow | null {
    const lineAt = this.at;
    this.#isSound = true;
    const form = this.#number();
    this.#take(TAB);
    const id = this.#text();
    this.#take(TAB);
    const textAt = this.at;
    const figures = this.#figures();
    this.#take(NEWLINE);
    if (this.#isSound && form !== null && id !== null) {
      return { form, id, text: this.#bytes.toString('utf8', textAt, this.at - 1), figures };
    }
    this.at = lineAt;
    return null;
  }

  /** The line that begins here, without its newline. */
  line(): string {
    const start = this.at;
    const end = this.#bytes.indexOf(NEWLINE, start);
    this.at = end + 1;
    return this.#bytes.toString('utf8', start, end);
  }

  #take(code: number): void {
    if (this.#bytes[this.at] === code) this.at++;
    else this.#isSound = false;
  }

  /** A whole number, or null. */
  #number(): number | null {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start;
    let value = 0;
    for (let code = bytes[at] as number; code >= ZERO && code <= NINE; code = bytes[++at] as number) {
      value = value * 10 + code - ZERO;
    }
    if (at === start) return this.#null();
    const isPadded = at - start > 1 && bytes[start] === ZERO;
    if (isPadded || at - start > MOST_DIGITS) this.#isSound = false;
    this.at = at;
    return value;
  }

  /** A text without escapes, or null. */
  #text(): string | null {
    const end = this.#textEnd();
    if (end === null) return this.#null();
    const text = this.#bytes.toString('utf8', this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  /** Where the closing quote of a text is; null when there is no text, or one that has to be read with care. */
  #textEnd(): number | null {
    const bytes = this.#bytes;
    if (bytes[this.at] !== QUOTE) return null;
    for (let at = this.at + 1; at < bytes.length; at++) {
      const code = bytes[at] as number;
      if (code === QUOTE) return at;
      if (code < SPACE || code === BACKSLASH) return null;
    }
    return null;
  }

  #figures(): CallFigures {
    this.#take(OPEN);
    const atMs = this.#next();
    const latencyUs = this.#next();
    const ttftUs = this.#next();
    const decisionNs = this.#next();
    const costNanoUsd = this.#next();
    const baselineNanoUsd = this.#next();
    const usage = this.#numbers(TOKEN_CLASSES);
    this.#take(COMMA);
    const session = this.#text();
    this.#take(COMMA);
    this.#attempts();
    // Lines of older releases end here.
    if (this.#bytes[this.at] === COMMA) {
      this.at++;
      this.#next();
      this.#number();
    }
    this.#take(CLOSE);
    return [atMs, latencyUs, ttftUs, decisionNs, costNanoUsd, baselineNanoUsd, usage, session];
  }

  #attempts(): void {
    this.#take(OPEN);
    if (this.#bytes[this.at] !== CLOSE) this.#attempt();
    while (this.#isSound && this.#bytes[this.at] === COMMA) {
      this.at++;
      this.#attempt();
    }
    this.#take(CLOSE);
  }

  #attempt(): void {
    this.#take(OPEN);
    for (let i = 0; i < 4; i++) this.#next();
    this.#numbers(TOKEN_CLASSES);
    this.#take(COMMA);
    const end = this.#textEnd();
    if (end === null) this.#null();
    else this.at = end + 1;
    // Verdicts are read with care; lines of older releases end here.
    if (this.#bytes[this.at] === COMMA) {
      this.at++;
      this.#null();
    }
    if (this.#bytes[this.at] === COMMA) {
      this.at++;
      this.#numbers(EXPECTED_FIGURES);
    }
    this.#take(CLOSE);
  }

  /** An array of so many numbers, or null. */
  #numbers(count: number): TokenFigures | null {
    if (this.#bytes[this.at] !== OPEN) return this.#null();
    this.at++;
    const numbers: TokenFigures = [this.#number()];
    for (let i = 1; i < count; i++) {
      this.#take(COMMA);
      numbers.push(this.#number());
    }
    this.#take(CLOSE);
    return numbers;
  }

  #next(): number | null {
    const value = this.#number();
    this.#take(COMMA);
    return value;
  }

  #null(): null {
    for (const code of NULL) this.#take(code);
    return null;
  }
}
