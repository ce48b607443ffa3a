// Cuts bytes that come in pieces into lines, as JSONL has them. It must never hold more than one line, nor a line without end.

export interface LineCutter {
  /** The lines that are complete with this piece, without their newlines; empty ones are left out. */
  push: (chunk: Buffer) => Buffer[];
  /** What is left without a newline at the end; null when nothing is. */
  end: () => Buffer | null;
  /** How many lines were longer than the limit and passed over. */
  readonly skipped: number;
}

const NEWLINE = 0x0a;

export function createLineCutter(maxLineBytes: number): LineCutter {
  let pieces: Buffer[] = [];
  let held = 0;
  let isTooLong = false;
  let skipped = 0;

  function keep(piece: Buffer): void {
    held += piece.length;
    if (held > maxLineBytes) {
      isTooLong = true;
      pieces = [];
    }
    // A copy: the piece may lie in a buffer that is used again.
    else if (piece.length > 0) pieces.push(Buffer.from(piece));
  }

  function finish(last: Buffer): Buffer | null {
    const length = held + last.length;
    const isLost = isTooLong || length > maxLineBytes;
    const line = isLost || length === 0 ? null : held === 0 ? last : Buffer.concat([...pieces, last], length);
    if (isLost) skipped++;
    pieces = [];
    held = 0;
    isTooLong = false;
    return line;
  }

  return {
    push(chunk) {
      const lines: Buffer[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        const line = finish(chunk.subarray(from, at));
        if (line !== null) lines.push(line);
        from = at + 1;
      }
      keep(chunk.subarray(from));
      return lines;
    },
    end: () => finish(Buffer.alloc(0)),
    get skipped() {
      return skipped;
    },
  };
}
