// Words that say how something is asked, and how they are found by their hash. The groups and their order are part of every artifact, as
// facts are.
import { hashWord } from './scan.ts';

/** Words that say how something is asked, or how hard it is to say. Any one of a group counts for the group, once. */
const WORD_GROUPS = {
  what: 'what',
  which: 'which',
  who: 'who whom whose',
  when: 'when',
  where: 'where',
  why: 'why',
  because: 'explain reason cause because therefore thus',
  how: 'how',
  amount: 'many much total sum altogether',
  each: 'each every per average',
  find: 'find determine',
  compute: 'calculate compute evaluate solve simplify',
  prove: 'prove show proof',
  write: 'write create generate draft compose rewrite',
  shorten: 'summarize summarise extract translate list',
  sort: 'classify label category sentiment',
  negation: 'not except least never neither nor cannot false incorrect',
  condition: 'if unless whether',
  supposition: 'suppose assume given let',
  best: 'best',
  most: 'most highest greatest',
  likely: 'likely probably usually often may might could',
  comparison: 'more less than fewer older younger same difference',
  share: 'half twice double third quarter fraction ratio',
  percent: 'percent percentage',
  would: 'would',
  should: 'should must ought',
  following: 'following',
  according: 'according',
  statement: 'statement statements',
  passage: 'passage text paragraph',
  true: 'true',
  step: 'step steps first second finally next',
  code: 'function return code python javascript class def import const print sql query',
  person: 'he she his her hers him man woman they their',
  self: 'i my me we our',
  you: 'you your',
  time: 'day days week weeks hour hours minute minutes year years month months',
} as const;

type Group = keyof typeof WORD_GROUPS;
export const GROUPS = Object.keys(WORD_GROUPS) as Group[];

/** The commonest words, which stand in every English text. */
const ENGLISH = 'the of and to in is that it for was a an as on be at by this are or from with';

/** Open addressing, so that nothing is boxed to be looked up:. */
const MASK = 1023;
const hashes = new Int32Array(MASK + 1);
/** 0 where no word stands, 1 for a word of no group, else 2 more than the number of its group: of several, the last. */
const groups = new Uint8Array(MASK + 1);
const english = new Uint8Array(MASK + 1);

/** The place of a word that is known, by its hash as `hashWord` gives it, with a sign or without; -1 for any other word. */
export function placeOf(hash: number): number {
  const bits = hash | 0;
  for (let at = bits & MASK; groups[at] !== 0; at = (at + 1) & MASK) if (hashes[at] === bits) return at;
  return -1;
}

/** The number of the group of the word at a place; -1 when it is of none. */
export function groupAt(place: number): number {
  return (groups[place] as number) - 2;
}

export function isEnglishAt(place: number): boolean {
  return english[place] === 1;
}

/** The place of a word, which is known from then on. */
function know(word: string): number {
  const bits = hashWord(word) | 0;
  let at = bits & MASK;
  while (groups[at] !== 0 && hashes[at] !== bits) at = (at + 1) & MASK;
  hashes[at] = bits;
  groups[at] = Math.max(1, groups[at] as number);
  return at;
}

for (const [index, group] of GROUPS.entries())
  for (const word of WORD_GROUPS[group].split(' ')) groups[know(word)] = index + 2;
for (const word of ENGLISH.split(' ')) english[know(word)] = 1;
