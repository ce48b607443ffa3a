// What the numbers of an answer tell: whether its sums hold, whether it used what it was given, and whether its last word follows from
// what it says before.
import { type FactKind, flag, type Put } from './fact-set.ts';
import { isClose, numbersIn, type Sum, sumsIn } from './numbers.ts';

export interface Reckoned {
  prompt: string;
  /** As much of the answer as is read word by word. */
  said: string;
  /** What it says in the end; empty when it says nothing. */
  final: string;
}

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

export const numberFacts: FactKind<Reckoned> = {
  names: [
    'numbers',
    'promptNumbers',
    'promptLargest',
    'numbersUsed',
    'numbersUnused',
    'sums',
    'noSums',
    'wrongSums',
    'annotated',
    'fromNowhere',
    'shareFromNowhere',
    'dangling',
    'sumsToNumbers',
    'notWhole',
    'negative',
    'additions',
    'divisions',
    'finalIsNumber',
    'finalIsWhole',
    'finalIsNegative',
    'finalIsZero',
    'finalSize',
    'finalIsRound',
    'finalIsExact',
    'finalInPrompt',
    'finalIsLarge',
    'finalFollowsSum',
    'finalIsLastNumber',
    'finalIsSaidBefore',
    'countIsNotWhole',
    'moneyIsNotExact',
  ],
  find: ({ prompt, said, final }, put) => {
    const given = numbersIn(prompt);
    const inWords = [...prompt.toLowerCase().matchAll(WORD)].map(([word]) => WORDS[word] as number);
    const plain = said.replaceAll(/<<[^<>]*>>/g, ' ');
    const numbers = numbersIn(plain.replaceAll(/[*/=()<>+-]/g, ' '));
    const sums = sumsIn(said);
    put('numbers', Math.log1p(numbers.length));
    put('promptNumbers', Math.min(14, given.length));
    put('promptLargest', Math.log10(1 + Math.max(0, ...given)));
    const unused = given.filter((one) => !numbers.some((other) => isClose(one, other) || isClose(one / 100, other)));
    put('numbersUsed', given.length === 0 ? 0 : 1 - unused.length / given.length);
    put('numbersUnused', Math.min(4, unused.length));
    sumFacts(sums, { given: [...given, ...inWords], said, numbers: given.length }, put);
    finalFacts(final, { prompt, given, numbers, sums }, put);
  },
};

function sumFacts(
  sums: readonly Sum[],
  { given, said, numbers }: { given: readonly number[]; said: string; numbers: number },
  put: Put,
): void {
  put('sums', Math.min(10, sums.length));
  put('noSums', flag(sums.length === 0));
  put('wrongSums', Math.min(2, sums.filter(({ value, result }) => value !== null && !isClose(value, result)).length));
  put('annotated', flag(said.includes('<<')));
  put('sumsToNumbers', Math.max(-5, Math.min(8, numbers - sums.length)));
  put('notWhole', Math.min(3, sums.filter(({ result }) => !Number.isInteger(result)).length));
  put('negative', Math.min(2, sums.filter(({ result }) => result < 0).length));
  put('additions', Math.min(5, said.split('+').length - 1));
  put('divisions', Math.min(5, said.split(/[/÷]/).length - 1));
  const known = [...given, ...COMMON];
  let nowhere = 0;
  let operands = 0;
  for (const sum of sums) {
    for (const operand of sum.operands) {
      operands++;
      if (!known.some((one) => comesFrom(operand, one))) nowhere++;
    }
    known.push(sum.result);
  }
  put('fromNowhere', Math.min(3, nowhere));
  put('shareFromNowhere', operands === 0 ? 0 : nowhere / operands);
  const dangling = sums.filter(
    ({ result }, at) =>
      at < sums.length - 1 && !sums.slice(at + 1).some((later) => later.operands.some((one) => isClose(one, result))),
  );
  put('dangling', Math.min(3, dangling.length));
}

/** As it is, or as a percentage that is added, taken off or taken of. */
function comesFrom(operand: number, known: number): boolean {
  const share = known / 100;
  return (
    isClose(operand, known) || isClose(operand, share) || isClose(operand, 1 - share) || isClose(operand, 1 + share)
  );
}

interface Around {
  prompt: string;
  given: readonly number[];
  numbers: readonly number[];
  sums: readonly Sum[];
}

function finalFacts(final: string, { prompt, given, numbers, sums }: Around, put: Put): void {
  const value = numbersIn(final)[0];
  if (value === undefined) return;
  put('finalIsNumber', 1);
  put('finalIsWhole', flag(Number.isInteger(value)));
  put('finalIsNegative', flag(/^\W*-/.test(final)));
  put('finalIsZero', flag(value === 0));
  put('finalSize', Math.log10(1 + value));
  put('finalIsRound', flag(value !== 0 && value % 10 === 0));
  put('finalIsExact', flag(isClose(value * 100, Math.round(value * 100))));
  put('finalInPrompt', flag(given.includes(value)));
  put('finalIsLarge', flag(value > 20 * Math.max(0, ...given)));
  put('finalFollowsSum', flag(sums.slice(-2).some(({ result }) => isClose(Math.abs(result), value))));
  put('finalIsLastNumber', flag(isClose(numbers.at(-1) ?? Number.NaN, value)));
  put('finalIsSaidBefore', flag(numbers.slice(0, -1).some((one) => isClose(one, value))));
  const isMoney = /\$|\bcosts?\b|\bdollars?\b|\bcents?\b/i.test(prompt);
  put('countIsNotWhole', flag(/how many/i.test(prompt) && !isMoney && !Number.isInteger(value)));
  put('moneyIsNotExact', flag(isMoney && Math.abs(value * 100 - Math.round(value * 100)) > 1e-6));
}
