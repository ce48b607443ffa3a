// Cuts JSON objects out of a list, or out of a sequence in which they stand one after the other over many lines, while the bytes
// come. Whatever else stands there is an unreadable record, and so is an object that is damaged inside.
import { type Cutter, parseRecord, type Take } from './cutter.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** `list`: the objects of the first array; `sequence`: those at the top. */
export function createElementCutter(take: Take, mode: 'list' | 'sequence'): Cutter {
  return new ElementCutter(take, mode === 'list');
}

class ElementCutter implements Cutter {
  private readonly take: Take;
  private readonly isList: boolean;
  private pieces: Buffer[] = [];
  private line = 1;
  private beganAt = 1;
  /** Open braces and brackets of the object at hand. */
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  private hasBegun: boolean;
  private isOver = false;
  /** Within something that is no object, which has been told already. */
  private isScalar = false;

  constructor(take: Take, isList: boolean) {
    this.take = take;
    this.isList = isList;
    this.hasBegun = !isList;
  }

  push(chunk: Buffer): void {
    // Where the object at hand goes on in this chunk; -1 between objects.
    let from = this.depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length && !this.isOver; at++) {
      const byte = chunk[at] as number;
      if (byte === NEWLINE) this.line++;
      if (this.inString) this.within(byte);
      else if (this.depth > 0) {
        if (byte === QUOTE) this.inString = true;
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.depth++;
        else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.depth === 0) {
          this.finish(chunk.subarray(from, at + 1));
          from = -1;
        }
      } else if (this.begins(byte)) from = at;
    }
    if (from >= 0) this.pieces.push(chunk.subarray(from));
  }

  end(): void {
    // The list, or its last object, has no end: the export was cut off.
    if (this.depth > 0 || (this.isList && !this.isOver))
      this.take({ line: this.depth > 0 ? this.beganAt : this.line, value: null });
  }

  private within(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.inString = false;
  }

  private begins(byte: number): boolean {
    if (!this.hasBegun) {
      this.hasBegun = byte === OPEN_BRACKET;
      return false;
    }
    if (byte === COMMA || byte <= SPACE) {
      this.isScalar = false;
      return false;
    }
    if (this.isList && byte === CLOSE_BRACKET) this.isOver = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.depth = 1;
      this.beganAt = this.line;
      return true;
    } else {
      this.inString = byte === QUOTE;
      if (!this.isScalar) this.take({ line: this.line, value: null });
      this.isScalar = true;
    }
    return false;
  }

  private finish(last: Buffer): void {
    const bytes = this.pieces.length === 0 ? last : Buffer.concat([...this.pieces, last]);
    this.pieces = [];
    this.take({ line: this.beganAt, value: parseRecord(bytes.toString('utf8')) });
  }
}
