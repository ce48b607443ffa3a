// What is remembered of a question, so that the next one can be held against it: hashes of its words, from which no text comes back. It
// never keeps a text, and what it costs has a bound whatever is asked.
import { mix } from '../stats/hash.ts';
import { CAPITAL, kindOf, LETTER, NUMBER, STOP, UNSPACED, WHITE } from './letters.ts';

/** Longer questions are cut to their beginning and their end, half and half. */
const MOST_CHARACTERS = 2048;
/** The same for scripts without spaces, in which a text has as many trigrams as characters. */
const MOST_UNSPACED = 512;
/** Up to so many words a question is short: letters tell more of it than words do. */
const SHORT_WORDS = 12;
/** Letters of such scripts, from this share of all on, make a text one without spaces. */
const UNSPACED_SHARE = 0.3;
const SPACE = 0x20;
const NEW_LINE = 0x0a;

export interface QuestionPrint {
  /** Two questions with the same one are equal but for capitals, white space and the marks at their end. */
  same: number;
  /** Hashes of its words, in order; odd for a name or a number. */
  words: Int32Array;
  /** Hashes of three characters each, in order; null for a long text in a script with spaces. */
  trigrams: Int32Array | null;
  isUnspaced: boolean;
}

/** `salt` keeps hashes of known words from being looked up. Null for a question without a word. */
export function toQuestionPrint(text: string, salt: number): QuestionPrint | null {
  const whole = normal(text);
  const isUnspaced = isWithoutSpaces(whole);
  const { same, words } = walk(whole, salt);
  if (words.length === 0) return null;
  // In a whole text of such a script nobody would know what is a word, so fewer of its letters do.
  const short = isUnspaced ? normal(text, MOST_UNSPACED) : whole;
  return {
    same: mix(same ^ (text.length > MOST_CHARACTERS ? text.length : 0)),
    words: Int32Array.from(words),
    trigrams: isUnspaced || words.length <= SHORT_WORDS ? trigramsOf(short, salt) : null,
    isUnspaced,
  };
}

/** Beginning and end of a text that is longer. */
export function cut(text: string, most: number = MOST_CHARACTERS): string {
  return text.length <= most ? text : `${text.slice(0, most / 2)}\n${text.slice(1 - most / 2)}`;
}

/** Cut once more, for a sign may stand for eighteen letters. */
function normal(text: string, most: number = MOST_CHARACTERS): string {
  return cut(cut(text, most).normalize('NFKC'), most);
}

function isWithoutSpaces(text: string): boolean {
  if (!/[^\0-\u{2ff}]/u.test(text)) return false;
  let found = 0;
  let all = 0;
  for (let at = 0; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === UNSPACED) found++;
    if (kind >= LETTER) all++;
  }
  return found > 0 && found >= UNSPACED_SHARE * all;
}

/** In one walk, for it is made for every call: the words, and a hash of what `same` is about. */
function walk(text: string, salt: number): { same: number; words: number[] } {
  const lower = text.toLowerCase();
  // Where a letter becomes two, nobody knows any more which of them was a capital.
  const original = lower.length === text.length ? text : lower;
  const words: number[] = [];
  let same = salt | 0;
  let sameSoFar = same;
  let hash = 0;
  /** Where the word began, -1 between two. */
  let from = -1;
  let isName = false;
  let begins = true;
  let last = WHITE;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    const kind = kindOf(code);
    if (kind !== WHITE || last !== WHITE) sameSoFar = step(sameSoFar, kind === WHITE ? SPACE : code);
    if (kind > STOP) same = sameSoFar;
    last = kind;
    if (kind >= LETTER) {
      if (from < 0) {
        from = at;
        hash = salt | 0;
        isName = !begins && kindOf(original.charCodeAt(at)) === CAPITAL;
        begins = false;
      }
      hash = step(hash, code);
      // A single capital is a letter, or English for oneself.
      if (kind === NUMBER) isName = true;
    } else {
      if (from >= 0) words.push(toWord(hash, isName && (at - from > 1 || isNumber(lower, from))));
      from = -1;
      if (kind === STOP || code === NEW_LINE) begins = true;
    }
  }
  if (from >= 0) words.push(toWord(hash, isName && (lower.length - from > 1 || isNumber(lower, from))));
  return { same, words };
}

function isNumber(text: string, at: number): boolean {
  return kindOf(text.charCodeAt(at)) === NUMBER;
}

function toWord(hash: number, isName: boolean): number {
  return (mix(hash) & ~1) | (isName ? 1 : 0);
}

/** Of its words in small letters, with a space between two of them and around all. */
function trigramsOf(text: string, salt: number): Int32Array {
  const spelt = [SPACE];
  for (const character of text.toLowerCase().split('')) {
    const code = character.charCodeAt(0);
    if (kindOf(code) >= LETTER) spelt.push(code);
    else if (spelt.at(-1) !== SPACE) spelt.push(SPACE);
  }
  if (spelt.at(-1) !== SPACE) spelt.push(SPACE);
  const hashes = new Int32Array(spelt.length - 2);
  for (let at = 0; at < hashes.length; at++) {
    const two = step(step(salt | 0, spelt[at] as number), spelt[at + 1] as number);
    hashes[at] = mix(step(two, spelt[at + 2] as number));
  }
  return hashes;
}

function step(hash: number, code: number): number {
  const next = Math.imul(hash ^ code, 0x5bd1e995);
  return next ^ (next >>> 15);
}
