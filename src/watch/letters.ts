// What kind of character a UTF-16 code unit is, looked up once for each and then remembered: questions are walked on every call.

const UNKNOWN = 0;
/** White space. The order of the kinds counts: what ends a question, marks, letters. */
export const WHITE = 1;
export const STOP = 2;
export const MARK = 3;
export const LETTER = 4;
export const CAPITAL = 5;
/** A letter of a script that puts no spaces between words, or joins words to one another. */
export const UNSPACED = 6;
export const NUMBER = 7;

const KINDS = new Uint8Array(0x10000);
const SCRIPTS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A letter is `LETTER` or greater. Halves of a pair count as letters: what is beyond the first plane is told apart by its codes. */
export function kindOf(code: number): number {
  const known = KINDS[code] as number;
  if (known !== UNKNOWN) return known;
  const kind = classify(String.fromCharCode(code), code);
  KINDS[code] = kind;
  return kind;
}

function classify(character: string, code: number): number {
  if (code >= 0xd800 && code <= 0xdfff) return LETTER;
  if (/\s/.test(character)) return WHITE;
  if (/[.!?:…。！？]/.test(character)) return STOP;
  if (SCRIPTS.test(character)) return UNSPACED;
  if (/\p{N}/u.test(character)) return NUMBER;
  if (/\p{Lu}/u.test(character)) return CAPITAL;
  return /[\p{L}\p{M}]/u.test(character) ? LETTER : MARK;
}
