// Bytes of JSON under construction, in memory that is used again and again: no text is made on the way to the journal.

/** Lines of the journal: `ends` says after how many bytes each row ends. */
export interface Lines {
  bytes: Buffer;
  ends: readonly number[];
}

const FIRST_BYTES = 64 * 1024;
const ZERO = 0x30;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BILLION = 1_000_000_000;
const NULL = 'null';

export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  /** What has been put in since the beginning; valid until something is put in again. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  byte(code: number): void {
    if (this.length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.length++] = code;
  }

  /** Text as it is. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    this.length += this.#bytes.write(text, this.length);
  }

  /** A JSON number; what is missing or not finite is null. */
  number(value: number | null | undefined): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) this.text(NULL);
    else if (value < 0 || !Number.isSafeInteger(value)) this.text(String(value));
    else {
      this.#reserve(16);
      if (value >= BILLION) {
        const upper = Math.floor(value / BILLION);
        this.#digits(upper, digitsOf(upper));
        this.#digits(value - upper * BILLION, 9);
      } else this.#digits(value, digitsOf(value));
    }
  }

  /** A JSON string, or null. Throws when it is neither. */
  string(value: string | null | undefined): void {
    if (value == null) return this.text(NULL);
    this.#reserve(value.length + 2);
    const start = this.length;
    const bytes = this.#bytes;
    let at = start;
    bytes[at++] = QUOTE;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return this.text(JSON.stringify(value));
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.length = at;
  }

  /** `count` digits, leading zeros included; `value` below a billion. */
  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tens = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.length += count;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + more));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

function digitsOf(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}
