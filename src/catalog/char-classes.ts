// Counts the characters of a text by class, as the basis of token estimates. One pass, no allocation per character, no
// knowledge of any vocabulary. Bytes that are not valid UTF-8 count as something, never throw.

/** What a text is made of. A vector, so that an estimate is one scalar product; the positions are named by CLASS. */
export type CharClasses = Float64Array;

export const CLASS = {
  /** Letters a-z. */
  lower: 0,
  /** Letters A-Z. */
  upper: 1,
  digit: 2,
  /** A space after something that is no space: vocabularies join it to the word that follows. */
  space: 3,
  /** A space, tab or line break after another one: indentation, which vocabularies join to each other. */
  indent: 4,
  /** A tab or line break after something that is no space. */
  newline: 5,
  /** ASCII punctuation after something else. */
  punctuation: 6,
  /** ASCII punctuation after other punctuation: often joined. */
  punctuationRun: 7,
  /** Latin letters beyond ASCII. */
  accented: 8,
  /** Greek, Cyrillic, Hebrew, Arabic: two bytes each. */
  alphabet: 9,
  /** Kana, ideographs, Hangul and their punctuation. */
  cjk: 10,
  /** Everything else of three bytes: Indic scripts, Thai, dashes and quotes, symbols. */
  other: 11,
  /** Four bytes: emoji, rare ideographs. */
  astral: 12,
  /** Runs of Latin letters. */
  word: 13,
  /** Runs of digits. */
  number: 14,
  /** Capitals after small letters: camelCase. */
  hump: 15,
} as const;

export const CLASS_COUNT = 16;

// Kinds of bytes; a class is a kind together with the kind before it.
const LOWER = 0;
const UPPER = 1;
const DIGIT = 2;
const SPACE = 3;
const BREAK = 4;
const PUNCTUATION = 5;
const ACCENTED = 6;
const ALPHABET = 7;
const CJK = 8;
const OTHER = 9;
const ASTRAL = 10;
/** Second and later bytes of a character. */
const REST = 11;
const KINDS = 16;

function kindOfByte(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  if (byte === 0x20) return SPACE;
  if (byte === 0x09 || byte === 0x0a || byte === 0x0d) return BREAK;
  if (byte < 0x80) return PUNCTUATION;
  if (byte < 0xc0) return REST;
  if (byte < 0xce) return ACCENTED;
  if (byte < 0xe0) return ALPHABET;
  if (byte < 0xe3 || byte === 0xee || byte === 0xef) return OTHER;
  return byte < 0xf0 ? CJK : ASTRAL;
}

function kindOfUnit(unit: number): number {
  if (unit < 0x80) return kindOfByte(unit);
  if (unit < 0x380) return ACCENTED;
  if (unit < 0x800) return ALPHABET;
  if (unit < 0x3000) return OTHER;
  if (unit < 0xd800) return CJK;
  if (unit < 0xdc00) return ASTRAL;
  return unit < 0xe000 ? REST : OTHER;
}

const BYTE_KINDS = Uint8Array.from({ length: 256 }, (_, byte) => kindOfByte(byte));
/** Kinds of UTF-16 units, by their upper bits: no range begins inside a block of 16. */
const UNIT_KINDS = Uint8Array.from({ length: 4096 }, (_, block) => kindOfUnit(block << 4));
const pairs = new Uint32Array(KINDS * KINDS);

/** Counts a range of UTF-8 bytes. */
export function countCharClasses(bytes: Uint8Array, start = 0, end = bytes.length): CharClasses {
  pairs.fill(0);
  let before = BREAK;
  for (let index = start; index < end; index++) {
    const kind = BYTE_KINDS[bytes[index] as number] as number;
    const pair = (before << 4) | kind;
    pairs[pair] = (pairs[pair] as number) + 1;
    before = kind === REST ? before : kind;
  }
  return fold();
}

/** Counts the characters of a string, with the same result as for its bytes. */
export function countTextClasses(text: string): CharClasses {
  pairs.fill(0);
  let before = BREAK;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const kind = (unit < 0x80 ? BYTE_KINDS[unit] : UNIT_KINDS[unit >> 4]) as number;
    const pair = (before << 4) | kind;
    pairs[pair] = (pairs[pair] as number) + 1;
    before = kind === REST ? before : kind;
  }
  return fold();
}

/** From pairs of kinds to classes. */
function fold(): CharClasses {
  const classes: CharClasses = new Float64Array(CLASS_COUNT);
  for (let before = 0; before < REST; before++) {
    for (let kind = 0; kind < REST; kind++) {
      const count = pairs[(before << 4) | kind] as number;
      if (count > 0) addPair(classes, before, kind, count);
    }
  }
  return classes;
}

const SIMPLE_CLASS: readonly number[] = [
  CLASS.lower,
  CLASS.upper,
  CLASS.digit,
  CLASS.space,
  CLASS.newline,
  CLASS.punctuation,
  CLASS.accented,
  CLASS.alphabet,
  CLASS.cjk,
  CLASS.other,
  CLASS.astral,
];

function addPair(classes: CharClasses, before: number, kind: number, count: number): void {
  const add = (name: number): void => {
    classes[name] = (classes[name] as number) + count;
  };
  const isAfterBlank = before === SPACE || before === BREAK;
  if ((kind === SPACE || kind === BREAK) && isAfterBlank) add(CLASS.indent);
  else if (kind === PUNCTUATION && before === PUNCTUATION) add(CLASS.punctuationRun);
  else add(SIMPLE_CLASS[kind] as number);
  if (isLatin(kind) && !isLatin(before)) add(CLASS.word);
  if (kind === DIGIT && before !== DIGIT) add(CLASS.number);
  if (kind === UPPER && before === LOWER) add(CLASS.hump);
}

function isLatin(kind: number): boolean {
  return kind === LOWER || kind === UPPER || kind === ACCENTED;
}
