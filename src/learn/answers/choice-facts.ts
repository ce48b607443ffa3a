// Where a request gives answers to choose from: which one was chosen, and how far what was said before speaks for it and for the others.
import { type FactKind, flag, type Put } from './fact-set.ts';
import { isClose, numbersIn } from './numbers.ts';
import type { Reading } from './reading.ts';

type Chosen = Pick<Reading, 'prompt' | 'said' | 'low' | 'final' | 'saidWords'>;

interface Choice {
  letter: string;
  text: string;
  numbers: number[];
}

const CHOICE = /^\(?([A-J])[.)] ?(.*)$/gm;

export const choiceFacts: FactKind<Chosen> = {
  names: [
    'choices',
    'choiceIsKnown',
    'choiceAt',
    'choiceIsLast',
    'choiceIsAll',
    'choiceIsSaid',
    'othersSaid',
    'othersMarked',
    'choiceOverlap',
    'choiceLead',
    'choiceLength',
    'choicesAreNumbers',
    'choiceIsLastNumber',
    'choiceIsReached',
    'choiceDistance',
    'choiceIsNear',
    'otherIsLastNumber',
    'choiceRank',
  ],
  find: ({ prompt, said, low, final, saidWords }, put) => {
    const choices = choicesIn(prompt);
    put('choices', choices.length);
    const letter = /^\W*([A-J])\b/.exec(final)?.[1];
    const at = choices.findIndex((choice) => choice.letter === letter);
    const chosen = choices[at];
    if (chosen === undefined) return;
    const others = choices.filter((choice) => choice !== chosen);
    put('choiceIsKnown', 1);
    put('choiceAt', at / Math.max(1, choices.length - 1));
    put('choiceIsLast', flag(at === choices.length - 1));
    put('choiceIsAll', flag(/\b(?:none|all|both|neither) of\b|\bcannot\b/i.test(chosen.text)));
    const isSaid = ({ text }: Choice): boolean =>
      text.length > 2 && low.includes(text.toLowerCase().replace(/[. ]+$/, ''));
    put('choiceIsSaid', flag(isSaid(chosen)));
    put('othersSaid', Math.min(4, others.filter(isSaid).length));
    put('othersMarked', Math.min(5, others.filter((other) => said.includes(`(${other.letter})`)).length));
    put('choiceLength', Math.log1p(chosen.text.length) - Math.log1p(meanLength(choices)));
    const areNumbers = choices.filter(({ numbers }) => numbers.length > 0).length > 0.7 * choices.length;
    put('choicesAreNumbers', flag(areNumbers));
    if (areNumbers && chosen.numbers.length > 0) reachFacts(chosen, others, { said, put });
    else wordFacts(chosen, others, { said: saidWords, put });
  },
};

function choicesIn(prompt: string): Choice[] {
  return [...prompt.matchAll(CHOICE)].map(([, letter = '', text = '']) => ({ letter, text, numbers: numbersIn(text) }));
}

function meanLength(choices: readonly Choice[]): number {
  return choices.reduce((sum, { text }) => sum + text.length, 0) / choices.length;
}

/** How close the numbers that were worked out come to the number that was chosen. */
function reachFacts(chosen: Choice, others: readonly Choice[], { said, put }: { said: string; put: Put }): void {
  // Without the sentence that gives the answer: it names the choice whatever was found.
  const worked = said
    .slice(-600)
    .replace(/(?:the )?(?:correct |final |best )?(?:answer|option|choice)\W+(?:is|:)[^\n]*$/i, '');
  const numbers = numbersIn(worked);
  const value = chosen.numbers[0] as number;
  const last = numbers.at(-1);
  const rest = others.flatMap((other) => other.numbers.slice(0, 1));
  put('choiceIsLastNumber', flag(last !== undefined && isClose(value, last)));
  put('choiceIsReached', flag(numbers.some((one) => isClose(value, one))));
  const distance = Math.min(1, ...numbers.map((one) => Math.abs(value - one) / (Math.abs(value) + 1e-9)));
  put('choiceDistance', distance);
  put('choiceIsNear', flag(distance > 0.006 && distance < 0.1));
  put('otherIsLastNumber', flag(last !== undefined && !isClose(value, last) && rest.some((one) => isClose(one, last))));
  put('choiceRank', rest.length === 0 ? 0 : rest.filter((one) => one < value).length / rest.length);
}

/** How many of a choice's words occur in the answer, against the best of the other choices. */
function wordFacts(
  chosen: Choice,
  others: readonly Choice[],
  { said, put }: { said: ReadonlySet<string>; put: Put },
): void {
  const overlap = ({ text }: Choice): number => {
    const words = new Set(text.toLowerCase().match(/[a-z]{4,}/g));
    let shared = 0;
    for (const word of words) if (said.has(word)) shared++;
    return words.size === 0 ? 0 : shared / words.size;
  };
  const own = overlap(chosen);
  put('choiceOverlap', own);
  put('choiceLead', own - Math.max(0, ...others.map(overlap)));
}
