// What shape an answer has: how long it is, how it is divided, how it ends, and by which words it betrays doubt.
import { type FactKind, flag } from './fact-set.ts';
import type { Reading } from './reading.ts';

/** Groups of words by which answers betray doubt, or a turn in the middle; each counts up to three times. */
const DOUBTS: Readonly<Record<string, string>> = {
  however: String.raw`(?:however|although)\b`,
  assumes: String.raw`assum`,
  approximately: String.raw`(?:approx\w*|about|roughly|estimate\w*)\b`,
  closest: String.raw`(?:closest|nearest)\b`,
  cannot: String.raw`(?:cannot|can't|unable|impossible|not possible|not enough|unclear)\b`,
  turns: String.raw`(?:wait|mistake|actually|re-?check|recalculat\w*|re-?evaluat\w*|correction)\b`,
  errs: String.raw`(?:error|incorrect|wrong)\b`,
  perhaps: String.raw`(?:perhaps|maybe|might|may be|likely|seems?|probabl[ey])\b`,
  none: String.raw`(?:none of|not listed|no option|no correct)\b`,
  guesses: String.raw`guess`,
  lets: String.raw`let\b`,
  but: String.raw`(?:but|without)\b`,
  therefore: String.raw`(?:therefore|thus|hence)\b`,
  should: String.raw`(?:should|would)\b`,
  sorry: String.raw`(?:sorry|apologi[sz]e)\b`,
  best: String.raw`(?:best|most)\b`,
  since: String.raw`since\b`,
};
const DOUBT_NAMES = Object.keys(DOUBTS);
/** All in one pass: no group's words begin within those of another. */
const DOUBT = new RegExp(
  `\\b(?:${Object.values(DOUBTS)
    .map((words) => `(${words})`)
    .join('|')})`,
  'g',
);

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
    put('digits', countDigits(said) / Math.max(1, said.length));
    put('equals', Math.log1p(said.split('=').length - 1));
    put('latex', flag(said.includes('\\')));
    put('fenced', flag(said.includes('```')));
    put('json', flag(/^\s*(?:```\w*\s*)?[{[]/.test(said)));
    put('asks', Math.min(3, said.split('?').length - 1));
    put('lists', flag(/^ {0,8}(?:1[.)]|[-*]) /m.test(said)));
    put('variables', flag(/(?<![A-Za-z])[a-zA-Z] ?= ?\(?[\da-z]/.test(said)));
    const doubts = new Uint8Array(DOUBT_NAMES.length);
    for (const match of low.matchAll(DOUBT)) {
      const at = match.findIndex((words, group) => group > 0 && words !== undefined) - 1;
      if ((doubts[at] as number) < 3) doubts[at] = (doubts[at] as number) + 1;
    }
    for (const [at, name] of DOUBT_NAMES.entries()) put(`says ${name}`, doubts[at] as number);
  },
};

function countDigits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) count++;
  }
  return count;
}
