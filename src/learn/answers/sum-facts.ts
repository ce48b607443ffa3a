// What the sums of an answer tell: whether they hold, what they are made of, and whether anything comes of them.
import { type FactKind, flag, type Put } from './fact-set.ts';
import { unusedOf } from './number-facts.ts';
import { isClose } from './numbers.ts';
import type { Reading } from './reading.ts';
import type { Sum } from './sums.ts';

type Summed = Pick<Reading, 'asked' | 'said' | 'given' | 'sums' | 'marks'>;

/** Numbers in words that questions are fond of. */
const WORDS: Readonly<Record<string, number>> = {
  half: 0.5,
  twice: 2,
  double: 2,
  triple: 3,
  third: 1 / 3,
  quarter: 0.25,
  dozen: 12,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  twenty: 20,
  hundred: 100,
};
const WORD = new RegExp(`\\b(?:${Object.keys(WORDS).join('|')})\\b`, 'g');
/** Numbers that come from nowhere and are right: of percents, hours, days, months, a year. */
const COMMON = [1, 2, 100, 7, 12, 24, 30, 52, 60, 365, 1000];

export const sumFacts: FactKind<Summed> = {
  names: [
    'sums',
    'noSums',
    'wrongSums',
    'annotated',
    'wrongMarks',
    'beliedMarks',
    'chainedMarks',
    'fromNowhere',
    'shareFromNowhere',
    'unreckoned',
    'dangling',
    'sumsToNumbers',
    'sumsToAllNumbers',
    'notWhole',
    'negative',
    'additions',
    'subtractions',
    'multiplications',
    'divisions',
  ],
  find: ({ asked, said, given, sums, marks }, put) => {
    const inWords = Array.from(asked.matchAll(WORD), ([word]) => WORDS[word] as number);
    put('sums', Math.min(10, sums.length));
    put('noSums', flag(sums.length === 0));
    const isWrong = ({ value, result }: Sum): boolean => value !== null && !isClose(value, result);
    put('wrongSums', Math.min(2, sums.filter(isWrong).length));
    put('annotated', flag(said.includes('<<')));
    put('wrongMarks', Math.min(2, marks.wrong));
    put('beliedMarks', Math.min(2, marks.belied));
    put('chainedMarks', Math.min(2, marks.chained));
    put('sumsToNumbers', Math.max(-5, Math.min(8, given.length - sums.length)));
    put('sumsToAllNumbers', Math.max(-5, Math.min(8, given.length + inWords.length - sums.length)));
    put('notWhole', Math.min(3, sums.filter(({ result }) => !Number.isInteger(result)).length));
    put('negative', Math.min(2, sums.filter(({ result }) => result < 0).length));
    const operands = sums.flatMap((sum) => sum.operands);
    put('unreckoned', Math.min(4, unusedOf(given, operands)));
    signFacts({ said, sums }, put);
    originFacts(sums, [...given, ...inWords, ...COMMON], put);
    put('dangling', Math.min(3, danglingIn(sums)));
  },
};

function signFacts({ said, sums }: Pick<Summed, 'said' | 'sums'>, put: Put): void {
  const written = sums.map((sum) => sum.written).join(' = ');
  put('additions', Math.min(5, countOf(said, /\+/g)));
  put('subtractions', Math.min(5, countOf(written, /-/g)));
  put('multiplications', Math.min(5, countOf(written, /[*x×]/g)));
  put('divisions', Math.min(5, countOf(said, /[/÷]/g)));
}

function countOf(text: string, sign: RegExp): number {
  return text.match(sign)?.length ?? 0;
}

/** How many operands were neither given nor worked out before. */
function originFacts(sums: readonly Sum[], known: readonly number[], put: Put): void {
  const before = [...known];
  let nowhere = 0;
  let count = 0;
  for (const { operands, result } of sums) {
    count += operands.length;
    for (const operand of operands) if (!before.some((one) => comesFrom(operand, one))) nowhere++;
    before.push(result);
  }
  put('fromNowhere', Math.min(3, nowhere));
  put('shareFromNowhere', nowhere / Math.max(1, count));
}

/** As it is, or as a percentage that is added, taken off or taken of. */
function comesFrom(operand: number, known: number): boolean {
  const share = known / 100;
  return (
    isClose(operand, known) || isClose(operand, share) || isClose(operand, 1 - share) || isClose(operand, 1 + share)
  );
}

/** Results, apart from the last one, that no later sum takes up. */
function danglingIn(sums: readonly Sum[]): number {
  let dangling = 0;
  for (const [at, { result }] of sums.slice(0, -1).entries()) {
    const isTakenUp = sums.slice(at + 1).some(({ operands }) => operands.some((one) => isClose(one, result)));
    if (!isTakenUp) dangling++;
  }
  return dangling;
}
