// The numbers in a text, and when two of them are the same. Takes time in proportion to the text.

/** Numbers of a text that are read. */
const MOST = 200;
const [COMMA, STOP, ZERO, NINE] = [0x2c, 0x2e, 0x30, 0x39];

/**
 * The numbers of a text, without signs and units, in their order: digits with commas between them and a fraction behind, not as a part of
 * a word, of a version or of an address.
 */
export function numbersIn(text: string): number[] {
  const found: number[] = [];
  let before = 0x20;
  for (let at = 0; at < text.length && found.length < MOST; ) {
    const code = text.charCodeAt(at);
    if (code > NINE || code < STOP) {
      before = code;
      at++;
      continue;
    }
    const isStart = isDigit(code) || (code === STOP && isDigit(text.charCodeAt(at + 1)));
    if (!isStart || before === STOP || isWord(before)) {
      before = code;
      at++;
      continue;
    }
    const end = endOf(text, at);
    const value = Number(text.slice(at, end).replaceAll(',', ''));
    if (Number.isFinite(value)) found.push(value);
    before = text.charCodeAt(end - 1);
    at = end;
  }
  return found;
}

/** Where the number that begins at a place ends. */
function endOf(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at)) || (at > from && text.charCodeAt(at) === COMMA)) at++;
  if (text.charCodeAt(at) !== STOP || !isDigit(text.charCodeAt(at + 1))) return at;
  at++;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** As `\w` has it. */
function isWord(code: number): boolean {
  const low = code | 0x20;
  return isDigit(code) || (low >= 0x61 && low <= 0x7a && code < 0x80) || code === 0x5f;
}

/** Whether two numbers are the same as far as people write them out: whole ones exactly, others to a hundredth part or so. */
export function isClose(one: number, other: number): boolean {
  if (one === other) return true;
  if (Number.isInteger(one) && Number.isInteger(other)) return false;
  return Math.abs(one - other) <= 1e-6 + 0.006 * Math.max(Math.abs(one), Math.abs(other));
}
