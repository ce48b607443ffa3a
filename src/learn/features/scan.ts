// Walks once over a text and tells its tokens: words, numbers and signs, with a hash of each. Nothing is cut out of the text, so that a
// walk costs some nanoseconds a character and leaves no garbage.

/** Characters of a text that are looked at: of a longer one half from its beginning and half from its end. */
export const LONGEST_TEXT = 8000;
/** Longest word that is taken as one; what goes on is another. */
const LONGEST_WORD = 40;

export const WORD = 1;
export const NUMBER = 2;
export const SIGN = 3;
const SPACE = 0;

const FNV = 0x01000193;
const BASIS = 0x811c9dc5;

/** One token: WORD, NUMBER or SIGN; its hash, in any case, numbers by their length; where it stands in the text. */
export type OnToken = (kind: number, hash: number, from: number, to: number) => void;

export function scanTokens(text: string, onToken: OnToken): void {
  if (text.length <= LONGEST_TEXT) {
    scan(text, onToken, 0, text.length);
    return;
  }
  scan(text, onToken, 0, LONGEST_TEXT / 2);
  scan(text, onToken, text.length - LONGEST_TEXT / 2, text.length);
}

function scan(text: string, onToken: OnToken, begin: number, end: number): void {
  let at = begin;
  while (at < end) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === SPACE) {
      at++;
      continue;
    }
    const from = at;
    let hash = BASIS;
    if (kind === SIGN) hash = Math.imul(hash ^ text.charCodeAt(at++), FNV);
    else {
      const most = Math.min(end, at + LONGEST_WORD);
      do {
        hash = Math.imul(hash ^ (kind === NUMBER ? 0x30 : lowered(text.charCodeAt(at))), FNV);
        at++;
      } while (at < most && kindOf(text.charCodeAt(at)) === kind);
    }
    onToken(kind, stir(hash), from, at);
  }
}

/** The hash that a walk gives a word. */
export function hashWord(word: string): number {
  let hash = BASIS;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ lowered(word.charCodeAt(at)), FNV);
  return stir(hash);
}

/** The hash of a run of characters of a word from `from` to `to` that is thought to have a space before and behind; it may begin before. */
export function hashRun(
  text: string,
  start: number,
  length: number,
  { from, to }: { from: number; to: number },
): number {
  let hash = BASIS ^ length;
  for (let at = start; at < start + length; at++) {
    const code = at < from || at >= to ? 0x20 : lowered(text.charCodeAt(at));
    hash = Math.imul(hash ^ code, FNV);
  }
  return stir(hash);
}

/** Letters of other scripts than these are well enough told by where they stand: signs stand below, and in the blocks of punctuation. */
function kindOf(code: number): number {
  if (code < 0x80) return ASCII[code] as number;
  if (code === 0xa0 || code === 0x3000) return SPACE;
  // A character of Chinese or Japanese is a word of its own: there are no spaces between them.
  if (code < 0xc0 || (code >= 0x2000 && code <= 0x2bff) || (code >= 0x2e80 && code <= 0x9fff)) return SIGN;
  return WORD;
}

const ASCII = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return SPACE;
  if (code >= 0x30 && code <= 0x39) return NUMBER;
  return /[a-z]/i.test(String.fromCharCode(code)) ? WORD : SIGN;
});

function lowered(code: number): number {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xde && code !== 0xd7) ? code | 0x20 : code;
}

/** FNV's lower bits are not well mixed: the end of MurmurHash3. Unsigned. */
export function stir(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
