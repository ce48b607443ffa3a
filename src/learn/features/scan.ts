// Walks once over a text and tells its tokens: words, numbers and signs, with a hash of each. Nothing is cut out of the text, so that a
// walk costs some nanoseconds a character and leaves no garbage.

/** Characters of a text that are looked at: of a longer one half from its beginning and half from its end. */
export const LONGEST_TEXT = 1800;
/** Longest word that is taken as one; what goes on is another. */
const LONGEST_WORD = 40;

export const WORD = 1;
export const NUMBER = 2;
export const SIGN = 3;
const SPACE = 0;
const SPACE_CODE = 0x20;

const FNV = 0x01000193;
const BASIS = 0x811c9dc5;

/** One token: WORD, NUMBER or SIGN; its hash, in any case, numbers by their length; where it stands in the text. */
export type OnToken = (kind: number, hash: number, from: number, to: number) => void;

/** The tokens of one text, in order; the first `count` count. The arrays are used again for the next text. */
export interface Tokens {
  count: number;
  kinds: Uint8Array;
  /** The bits of the hashes; as numbers they have a sign. */
  hashes: Int32Array;
  froms: Int32Array;
  tos: Int32Array;
  /** For a word, where its letters stand in `letters`: lowered, with a space before the first and behind the last. */
  spelled: Int32Array;
  letters: Uint16Array;
}

export function createTokens(): Tokens {
  return {
    count: 0,
    kinds: new Uint8Array(LONGEST_TEXT),
    hashes: new Int32Array(LONGEST_TEXT),
    froms: new Int32Array(LONGEST_TEXT),
    tos: new Int32Array(LONGEST_TEXT),
    spelled: new Int32Array(LONGEST_TEXT),
    // Words that stand side by side share a space, but for those that were cut.
    letters: new Uint16Array(2 * LONGEST_TEXT),
  };
}

export function scanTokens(text: string, onToken: OnToken): void {
  const tokens = createTokens();
  readTokens(text, tokens);
  for (let at = 0; at < tokens.count; at++)
    onToken(
      tokens.kinds[at] as number,
      (tokens.hashes[at] as number) >>> 0,
      tokens.froms[at] as number,
      tokens.tos[at] as number,
    );
}

/** Walks over a text into `tokens`. */
export function readTokens(text: string, tokens: Tokens): void {
  tokens.count = 0;
  if (text.length <= LONGEST_TEXT) {
    scan(text, tokens, { begin: 0, end: text.length, letter: 0 });
    return;
  }
  const letter = scan(text, tokens, { begin: 0, end: LONGEST_TEXT / 2, letter: 0 });
  scan(text, tokens, { begin: text.length - LONGEST_TEXT / 2, end: text.length, letter });
}

/** Gives the place behind the last letter. */
function scan(text: string, tokens: Tokens, part: { begin: number; end: number; letter: number }): number {
  const { kinds, hashes, froms, tos, spelled, letters } = tokens;
  const { begin, end } = part;
  let { letter } = part;
  let { count } = tokens;
  letters[letter++] = SPACE_CODE;
  for (let at = begin; at < end; ) {
    const from = at;
    let code = text.charCodeAt(at++);
    const kind = kindOf(code);
    if (kind === SPACE) continue;
    let hash = BASIS;
    if (kind === WORD) {
      spelled[count] = letter;
      const most = Math.min(end, from + LONGEST_WORD);
      for (;;) {
        code = lowered(code);
        letters[letter++] = code;
        hash = Math.imul(hash ^ code, FNV);
        if (at >= most) break;
        code = text.charCodeAt(at);
        if (kindOf(code) !== WORD) break;
        at++;
      }
      letters[letter++] = SPACE_CODE;
    } else if (kind === NUMBER) {
      const most = Math.min(end, from + LONGEST_WORD);
      hash = Math.imul(hash ^ 0x30, FNV);
      for (; at < most && kindOf(text.charCodeAt(at)) === NUMBER; at++) hash = Math.imul(hash ^ 0x30, FNV);
    } else hash = Math.imul(hash ^ code, FNV);
    kinds[count] = kind;
    hashes[count] = stir(hash);
    froms[count] = from;
    tos[count++] = at;
  }
  tokens.count = count;
  return letter;
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
    const code = at < from || at >= to ? SPACE_CODE : lowered(text.charCodeAt(at));
    hash = Math.imul(hash ^ code, FNV);
  }
  return stir(hash);
}

/** The same for the letters that a walk has written down. */
export function hashLetters(letters: Uint16Array, start: number, length: number): number {
  let hash = BASIS ^ length;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ (letters[at] as number), FNV);
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
