// How much alike two questions are: whether the second asks for the same in other words. Made for people's questions; of two that are
// mostly the same long text it looks at the rest alone, or every question about one document would be the same question.
import type { QuestionPrint } from './question-print.ts';

/** Jaccard's index from which two questions are alike: of their words, or of their trigrams where both are short. */
const ALIKE = 0.5;
/** The same of trigrams in scripts without spaces, where one word more changes more of them. */
const ALIKE_UNSPACED = 0.35;
/** What both have in common word for word, and is as long as this, is a document or a template and no question. */
const LONG_WORDS = 24;
const LONG_TRIGRAMS = 60;
const MOST_RUNS = 4;

/** From 0 to 1; null when the questions are not alike. Equal ones are alike, but whether they are equal is told by `same`. */
export function likeness(one: QuestionPrint, other: QuestionPrint): number | null {
  const words: Sets = { first: new Set(one.words), second: new Set(other.words) };
  if (isNamed(words.first, words.second) && isNamed(words.second, words.first)) return null;
  const { trigrams: first } = one;
  const { trigrams: second } = other;
  if (first === null || second === null)
    return alike({ first: one.words, second: other.words }, { sets: words, limit: ALIKE, long: LONG_WORDS });
  const limit = one.isUnspaced && other.isUnspaced ? ALIKE_UNSPACED : ALIKE;
  return alike({ first, second }, { sets: setsOf({ first, second }), limit, long: LONG_TRIGRAMS });
}

interface Sets {
  first: ReadonlySet<number>;
  second: ReadonlySet<number>;
}

function setsOf({ first, second }: Pair): Sets {
  return { first: new Set(first), second: new Set(second) };
}

/** Whether the one names something, or a number, that the other does not. */
function isNamed(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  for (const word of one) if ((word & 1) === 1 && !other.has(word)) return true;
  return false;
}

function alike(pair: Pair, { sets, limit, long }: { sets: Sets; limit: number; long: number }): number | null {
  const whole = jaccard(sets);
  if (whole < limit) return null;
  const rest = setsOf(withoutRuns(pair, long));
  // Nothing has been taken back: the one only says more than the other.
  if (rest.first.size === 0 || rest.second.size === 0) return whole;
  const own = jaccard(rest);
  return own < limit ? null : own;
}

/** What both have, in what any has. */
function jaccard({ first, second }: Sets): number {
  let both = 0;
  for (const value of first) if (second.has(value)) both++;
  return both / (first.size + second.size - both);
}

interface Pair {
  first: Int32Array;
  second: Int32Array;
}

/** Both without what they have in common in a row of at least so many; in no order. */
function withoutRuns(whole: Pair, least: number): Pair {
  let pair = ordered(whole);
  for (let taken = 0; taken < MOST_RUNS; taken++) {
    if (Math.min(pair.first.length, pair.second.length) < least) break;
    const run = commonRun(pair, least);
    if (run === null) break;
    pair = { first: without(pair.first, run.first, run.length), second: without(pair.second, run.second, run.length) };
  }
  return pair;
}

/** The same whichever was asked first, so that the same runs are found. */
function ordered({ first, second }: Pair): Pair {
  if (first.length !== second.length)
    return first.length > second.length ? { first, second } : { first: second, second: first };
  const at = first.findIndex((value, index) => value !== second[index]);
  return at < 0 || (first[at] as number) < (second[at] as number)
    ? { first, second }
    : { first: second, second: first };
}

interface Run {
  /** Where it begins in each. */
  first: number;
  second: number;
  length: number;
}

function without(values: Int32Array, from: number, count: number): Int32Array {
  const rest = new Int32Array(values.length - count);
  rest.set(values.subarray(0, from));
  rest.set(values.subarray(from + count), from);
  return rest;
}

/** A run that both have, as long as it goes; null for none of at least so many values. Such a run has one at a place that `least` divides. */
function commonRun({ first, second }: Pair, least: number): Run | null {
  for (let at = 0; at < first.length; at += least) {
    const value = first[at] as number;
    for (let place = second.indexOf(value); place >= 0; place = second.indexOf(value, place + 1)) {
      let before = 0;
      while (before < Math.min(at, place) && first[at - before - 1] === second[place - before - 1]) before++;
      let behind = 1;
      const most = Math.min(first.length - at, second.length - place);
      while (behind < most && first[at + behind] === second[place + behind]) behind++;
      const length = before + behind;
      if (length >= least) return { first: at - before, second: place - before, length };
    }
  }
  return null;
}
