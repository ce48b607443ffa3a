// What the lines of a request tell: lists, tables, fences, and answers to choose from.

export interface Choices {
  /** Where the first answer to choose from begins; the length of the text when there is none. */
  stem: number;
  count: number;
  /** How many of them are numbers. */
  numeric: number;
  /** Lengths of the answers, in characters. */
  lengths: { sum: number; squares: number; most: number; least: number };
  lines: number;
  bullets: number;
  tables: number;
  fences: number;
}

/** Lines that are looked at. */
const MOST_LINES = 400;

export function findChoices(text: string): Choices {
  const found: Choices = {
    stem: text.length,
    count: 0,
    numeric: 0,
    lengths: { sum: 0, squares: 0, most: 0, least: Number.POSITIVE_INFINITY },
    lines: 0,
    bullets: 0,
    tables: 0,
    fences: 0,
  };
  for (let from = 0; from <= text.length && found.lines < MOST_LINES; found.lines++) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(from);
    const second = text.charCodeAt(from + 1);
    if (isChoice(first, second) && to - from > 2) addChoice(found, text, { from, to });
    else if ((first === 0x2d || first === 0x2a) && second === 0x20) found.bullets++;
    else if (first === 0x7c) found.tables++;
    else if (first === 0x60 && second === 0x60) found.fences++;
    from = to + 1;
  }
  return found;
}

/** `A.`, `B)`, as answers to choose from begin. */
function isChoice(first: number, second: number): boolean {
  return first >= 0x41 && first <= 0x4a && (second === 0x2e || second === 0x29);
}

function addChoice(found: Choices, text: string, { from, to }: { from: number; to: number }): void {
  const { lengths } = found;
  const length = to - from - 3;
  if (found.count === 0) found.stem = from;
  found.count++;
  lengths.sum += length;
  lengths.squares += length * length;
  lengths.most = Math.max(lengths.most, length);
  lengths.least = Math.min(lengths.least, length);
  if (isNumeric(text, from + 2, to)) found.numeric++;
}

/** A number, with a sign before it and a unit behind it at most. */
function isNumeric(text: string, from: number, to: number): boolean {
  let digits = 0;
  let letters = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) {
      if (digits === 0 || ++letters > 6) return false;
    }
  }
  return digits > 0;
}
