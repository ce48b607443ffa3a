// What the numbers of an answer tell: whether it used what it was given, and what kind of number it comes to.
import { type FactKind, flag, type Put } from './fact-set.ts';
import { isClose } from './numbers.ts';
import { type Reading, withoutMarks } from './reading.ts';

type Reckoned = Pick<Reading, 'prompt' | 'asked' | 'said' | 'final' | 'value' | 'given' | 'numbers' | 'sums'>;

export const numberFacts: FactKind<Reckoned> = {
  names: [
    'numbers',
    'promptNumbers',
    'promptLargest',
    'numbersUsed',
    'numbersUnused',
    'wordsToSums',
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
    'finalIsLastSum',
    'finalIsLastNumber',
    'finalIsSaidBefore',
    'countIsNotWhole',
    'moneyIsNotExact',
    'moneyIsWhole',
  ],
  find: (reading, put) => {
    const { said, given, numbers, sums } = reading;
    put('numbers', Math.log1p(numbers.length));
    put('promptNumbers', Math.min(14, given.length));
    put('promptLargest', Math.log10(1 + Math.max(0, ...given)));
    const unused = unusedOf(given, numbers);
    put('numbersUsed', 1 - unused / Math.max(1, given.length));
    put('numbersUnused', Math.min(4, unused));
    const words = withoutMarks(said).match(/[A-Za-z]+/g)?.length ?? 0;
    put('wordsToSums', Math.log1p(words / (sums.length + 1)));
    if (reading.value !== undefined) finalFacts(reading, reading.value, put);
  },
};

/** How many of the numbers given are not among others, as they are or as percentages. */
export function unusedOf(given: readonly number[], others: readonly number[]): number {
  const isUsed = (one: number): boolean => others.some((other) => isClose(one, other) || isClose(one / 100, other));
  return given.filter((one) => !isUsed(one)).length;
}

function finalFacts({ prompt, asked, final, given, numbers, sums }: Reckoned, value: number, put: Put): void {
  const isWhole = Number.isInteger(value);
  put('finalIsNumber', 1);
  put('finalIsWhole', flag(isWhole));
  put('finalIsNegative', flag(/^\W*-/.test(final)));
  put('finalIsZero', flag(value === 0));
  put('finalSize', Math.log10(1 + value));
  put('finalIsRound', flag(value !== 0 && value % 10 === 0));
  put('finalIsExact', flag(isClose(value * 100, Math.round(value * 100))));
  put('finalInPrompt', flag(given.includes(value)));
  put('finalIsLarge', flag(value > 20 * Math.max(0, ...given)));
  const follows = sums.slice(-2).map(({ result }) => isClose(Math.abs(result), value));
  put('finalFollowsSum', flag(follows.includes(true)));
  put('finalIsLastSum', flag(follows.at(-1) === true));
  put('finalIsLastNumber', flag(isClose(numbers.at(-1) ?? Number.NaN, value)));
  put('finalIsSaidBefore', flag(numbers.slice(0, -1).some((one) => isClose(one, value))));
  const isMoney = prompt.includes('$') || /\b(?:costs?|dollars?|cents?)\b/.test(asked);
  put('countIsNotWhole', flag(!isMoney && !isWhole && asked.includes('how many')));
  put('moneyIsNotExact', flag(isMoney && Math.abs(value * 100 - Math.round(value * 100)) > 1e-6));
  put('moneyIsWhole', flag(isMoney && isWhole));
}
