// What shape an answer has: how long it is, how it is divided, how it ends, and by which words it betrays doubt.
import { type FactKind, flag } from './fact-set.ts';
import type { Reading } from './reading.ts';

/** Groups of words by which answers betray doubt, or a turn in the middle; each counts up to three times. */
const DOUBTS: Readonly<Record<string, RegExp>> = {
  however: /\b(?:however|although)\b/g,
  assumes: /\bassum/g,
  approximately: /\b(?:approx\w*|about|roughly|estimate\w*)\b/g,
  closest: /\b(?:closest|nearest)\b/g,
  cannot: /\b(?:cannot|can't|unable|impossible|not possible|not enough|unclear)\b/g,
  turns: /\b(?:wait|mistake|actually|re-?check|recalculat\w*|re-?evaluat\w*|correction)\b/g,
  errs: /\b(?:error|incorrect|wrong)\b/g,
  perhaps: /\b(?:perhaps|maybe|might|may be|likely|seems?|probabl[ey])\b/g,
  none: /\b(?:none of|not listed|no option|no correct)\b/g,
  guesses: /\bguess/g,
  lets: /\blet\b/g,
  but: /\b(?:but|without)\b/g,
  therefore: /\b(?:therefore|thus|hence)\b/g,
  should: /\b(?:should|would)\b/g,
  sorry: /\b(?:sorry|apologi[sz]e)\b/g,
  best: /\b(?:best|most)\b/g,
  since: /\bsince\b/g,
};
const DOUBT_NAMES = Object.keys(DOUBTS);

const NAMES = [
  'isEmpty',
  'characters',
  'toPrompt',
  'isShort',
  'isMiddling',
  'isLong',
  'isVeryLong',
  'endsWell',
  'isCut',
  'steps',
  'stepLength',
  'paragraphs',
  'repeats',
  'digits',
  'equals',
  'latex',
  'fenced',
  'json',
  'asks',
  'lists',
  'variables',
] as const;

export const formFacts: FactKind<Pick<Reading, 'prompt' | 'text' | 'said' | 'low'>> = {
  names: [...NAMES, ...DOUBT_NAMES.map((name) => `says ${name}`)],
  find: ({ prompt, text, said, low }, put) => {
    const { length } = text;
    put('isEmpty', flag(text.trim() === ''));
    put('characters', Math.log1p(length));
    put('toPrompt', Math.log1p(length) - Math.log1p(prompt.length));
    put('isShort', flag(length < 40));
    put('isMiddling', flag(length >= 40 && length < 200));
    put('isLong', flag(length > 2500));
    put('isVeryLong', flag(length > 4500));
    const end = text.slice(-20);
    put('endsWell', flag(/[.!)}\]"*`$\d]\s*$/.test(end)));
    put('isCut', flag(!/[.!)}\]"*`$]\s*$/.test(end) && !/####|\\boxed/.test(text)));
    const steps = said.split(/\n+|(?<=[.!?])\s/).map((line) => line.trim());
    const long = steps.filter((line) => line.length > 15);
    put('steps', Math.log1p(steps.length));
    put('stepLength', Math.log1p(said.length / steps.length));
    put('paragraphs', Math.min(10, said.split('\n\n').length));
    put('repeats', long.length === 0 ? 0 : 1 - new Set(long).size / long.length);
    put('digits', (said.match(/\d/g)?.length ?? 0) / Math.max(1, said.length));
    put('equals', Math.log1p(said.split('=').length - 1));
    put('latex', flag(said.includes('\\')));
    put('fenced', flag(said.includes('```')));
    put('json', flag(/^\s*(?:```\w*\s*)?[{[]/.test(said)));
    put('asks', Math.min(3, said.split('?').length - 1));
    put('lists', flag(/^ {0,8}(?:1[.)]|[-*]) /m.test(said)));
    put('variables', flag(/(?<![A-Za-z])[a-zA-Z] ?= ?\(?[\da-z]/.test(said)));
    for (const name of DOUBT_NAMES) put(`says ${name}`, countUpTo(3, low, DOUBTS[name] as RegExp));
  },
};

function countUpTo(most: number, text: string, pattern: RegExp): number {
  pattern.lastIndex = 0;
  let count = 0;
  while (count < most && pattern.test(text)) count++;
  return count;
}
