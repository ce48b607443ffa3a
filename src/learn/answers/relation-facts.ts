// Whether an answer does with the numbers of its request what the request's words ask for: adds what there is more of, takes off what there is
// less of, doubles what is doubled. Words may be read the other way round, with right; it is a hint, not a proof.
import { type FactKind, flag } from './fact-set.ts';
import { isClose } from './numbers.ts';
import type { Reading } from './reading.ts';
import type { Sum } from './sums.ts';

const SMALL: Readonly<Record<string, number>> = {
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
};
const MORE = 'more|older|longer|taller|greater|higher|heavier|bigger|larger|extra|additional';
const LESS = 'fewer|less|younger|shorter|lower|lighter|smaller';
const RELATION = new RegExp(
  `(?<![\\w.])(\\d[\\d,]{0,15}(?:\\.\\d{1,9})?|${Object.keys(SMALL).join('|')}) ((?:[a-z]{1,20} ){0,3}?)(?:(${MORE})|${LESS})\\b`,
  'g',
);

/** Words that multiply, and the numbers by which people then multiply or divide. */
const MULTIPLIERS: readonly { words: RegExp; numbers: readonly number[] }[] = [
  { words: /\bhalf\b/g, numbers: [0.5, 2] },
  { words: /\b(?:twice|double[sd]?)\b/g, numbers: [2] },
  { words: /\b(?:thrice|triple[sd]?)\b/g, numbers: [3] },
  { words: /\bthirds?\b/g, numbers: [3, 1 / 3] },
  { words: /\bquarters?\b/g, numbers: [4, 0.25] },
  { words: /\bdozen\b/g, numbers: [12] },
];

/** Words of a question that asks for what was before, which has to be worked out backwards. */
const BACK = /\b(?:originally|at first|start(?:ed)? with|beg[ai]n|initially|before)\b/;

export const relationFacts: FactKind<Pick<Reading, 'asked' | 'sums'>> = {
  names: ['relationFits', 'relationOpposed', 'relationUnused', 'multipliersMissing', 'asksBack'],
  find: ({ asked, sums }, put) => {
    let [fits, opposed, unused] = [0, 0, 0];
    for (const [, number = '', between = '', more] of asked.matchAll(RELATION)) {
      if (/times|percent/.test(between)) continue;
      const signs = signsOf(SMALL[number] ?? Number(number.replaceAll(',', '')), sums);
      const [wanted, other] = more === undefined ? '-+' : '+-';
      if (signs.has(wanted as string)) fits++;
      else if (signs.has(other as string)) opposed++;
      else if (signs.size === 0) unused++;
    }
    put('relationFits', Math.min(3, fits));
    put('relationOpposed', Math.min(2, opposed));
    put('relationUnused', Math.min(2, unused));
    put('multipliersMissing', Math.min(3, missingIn(asked, sums)));
    put('asksBack', flag(BACK.test(asked)));
  },
};

const SIGNED = /([-+*/x×÷(]?)\s*\$?(\d[\d,]*(?:\.\d+)?)(?=[%)\s]*([-+*/x×÷]?))/g;

/** The signs that a number has before it in sums, `first` where it has none; `+` also where one follows the first number. */
function signsOf(value: number, sums: readonly Sum[]): Set<string> {
  const signs = new Set<string>();
  for (const { operands, written } of sums) {
    if (!operands.includes(value)) continue;
    for (const [, before = '', number = '', behind] of written.matchAll(SIGNED)) {
      if (Number(number.replaceAll(',', '')) !== value) continue;
      signs.add(before !== '' && before !== '(' ? before : behind === '+' ? '+' : 'first');
    }
  }
  return signs;
}

/** How many more multiplying words a request has than sums have numbers to go with them. */
function missingIn(asked: string, sums: readonly Sum[]): number {
  let missing = 0;
  for (const { words, numbers } of MULTIPLIERS) {
    const wanted = asked.match(words)?.length ?? 0;
    if (wanted === 0) continue;
    const isOne = (operand: number): boolean => numbers.some((number) => isClose(operand, number));
    const there = sums.reduce((sum, { operands }) => sum + operands.filter(isOne).length, 0);
    missing += Math.max(0, wanted - there);
  }
  return missing;
}
