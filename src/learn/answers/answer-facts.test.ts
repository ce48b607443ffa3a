import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ANSWER_FACT_NAMES, answerFacts } from './answer-facts.ts';

function factsOf(prompt: string, text: string, final: string | null = null): Record<string, number> {
  const out = new Float64Array(ANSWER_FACT_NAMES.length).fill(Number.NaN);
  answerFacts({ prompt, text, final, meanLogprob: null }, out);
  return Object.fromEntries(ANSWER_FACT_NAMES.map((name, at) => [name, out[at] as number]));
}

const PROMPT = 'Tom has 12 eggs. Ann has 3 fewer eggs than Tom. They sell half of theirs. How many eggs do they sell?';
const RIGHT =
  'Ann has 12 - 3 = <<12-3=9>>9 eggs.\nTogether they have 12 + 9 = <<12+9=21>>21 eggs.\nThey sell 21 / 2 = <<21/2=10.5>>10.5 eggs.\n#### 10.5';

describe('facts of an answer', () => {
  const cases: readonly [string, string, string, Record<string, number>][] = [
    ['an empty answer', PROMPT, '', { isEmpty: 1, hasFinal: 0, sums: 0, noSums: 1 }],
    [
      'a worked answer',
      PROMPT,
      RIGHT,
      { isMarked: 1, sums: 3, wrongSums: 0, annotated: 1, isCut: 0, unreckoned: 0, dangling: 0 },
    ],
    [
      'a count that is not whole',
      PROMPT,
      RIGHT,
      { finalIsWhole: 0, countIsNotWhole: 1, finalIsLastSum: 1, notWhole: 1 },
    ],
    [
      'what there is less of is taken off',
      PROMPT,
      RIGHT,
      { relationFits: 1, relationOpposed: 0, multipliersMissing: 0 },
    ],
    [
      'what there is less of is added',
      PROMPT,
      'Ann has 12 + 3 = 15.\n#### 15',
      { relationFits: 0, relationOpposed: 1, multipliersMissing: 1 },
    ],
    [
      'nothing is done with a number',
      PROMPT,
      'They sell 12 / 2 = 6.\n#### 6',
      { relationUnused: 1, unreckoned: 1, numbersUnused: 1 },
    ],
    ['a sum that does not hold', PROMPT, 'So 12 - 3 = <<12-3=8>>8', { wrongSums: 1, wrongMarks: 1 }],
    ['an answer that breaks off', PROMPT, 'Together they have 12 and', { isCut: 1, endsWell: 0 }],
    ['an operand from nowhere', PROMPT, '12 * 17 = 204', { fromNowhere: 1 }],
    ['a result that nobody takes up', PROMPT, '12 - 3 = 9. 12 / 2 = 6.', { dangling: 1 }],
    [
      'words of doubt',
      PROMPT,
      'However, perhaps it is 5, since I assume so. Wait, maybe not.',
      { 'says however': 1, 'says perhaps': 2, 'says since': 1, 'says assumes': 1, 'says turns': 1 },
    ],
    ['more doubt than counts', PROMPT, 'maybe '.repeat(9), { 'says perhaps': 3 }],
    ['money', 'A cup costs $4. How much are 3 cups?', '#### 12', { moneyIsWhole: 1, moneyIsNotExact: 0 }],
    ['a question for what was before', 'He had 5 left. How many did he have originally?', '5', { asksBack: 1 }],
    [
      'a choice',
      'Which?\n(A) red wine\n(B) green grass',
      'It is green grass.\nThe answer is (B)',
      { choices: 2, choiceIsKnown: 1, choiceIsLast: 1, choiceIsSaid: 1, othersSaid: 0 },
    ],
    [
      'a numeric choice that was reached',
      'Which?\nA. 10\nB. 20\nC. 30',
      'We get 4 * 5 = 20.\nThe answer is B',
      { choicesAreNumbers: 1, choiceIsReached: 1, choiceIsLastNumber: 1, otherIsLastNumber: 0 },
    ],
    [
      'a numeric choice that another number speaks against',
      'Which?\nA. 10\nB. 20\nC. 30',
      'We get 4 * 5 = 20.\nThe answer is C',
      { choiceIsReached: 0, otherIsLastNumber: 1 },
    ],
  ];
  for (const [name, prompt, text, expected] of cases)
    test(name, () => {
      const facts = factsOf(prompt, text);
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((fact) => [fact, facts[fact]])), expected);
    });

  test('have names that differ', () => assert.equal(new Set(ANSWER_FACT_NAMES).size, ANSWER_FACT_NAMES.length));

  test('go by the final answer that is told', () => {
    assert.equal(factsOf(PROMPT, 'It is 7 or 8', '7').finalIsLastNumber, 0);
    assert.equal(factsOf(PROMPT, 'It is 7 or 8', '8').finalIsLastNumber, 1);
  });

  test('tell the probability of its tokens apart from not knowing it', () => {
    const out = new Float64Array(ANSWER_FACT_NAMES.length);
    answerFacts({ prompt: PROMPT, text: '4', final: null, meanLogprob: -0.5 }, out);
    assert.deepEqual(Array.from(out.slice(-2)), [-0.5, 1]);
    answerFacts({ prompt: PROMPT, text: '4', final: null, meanLogprob: null }, out);
    assert.deepEqual(Array.from(out.slice(-2)), [0, 0]);
  });

  test('are numbers, the same every time, whatever request and answer are', () => {
    const piece = fc.constantFrom(
      '12',
      '3',
      ' ',
      '\n',
      '=',
      '+',
      '<<',
      '>>',
      '####',
      'A. ',
      '(B)',
      'half',
      'more',
      '$',
      '.',
      '?',
      '\\boxed{',
      '}',
      'é',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, text, (prompt, said) => {
        const facts = factsOf(prompt, said);
        assert.ok(Object.values(facts).every(Number.isFinite), JSON.stringify(facts));
        assert.deepEqual(factsOf(prompt, said), facts);
      }),
    );
  });

  test('of a hostile text take time in proportion to it', () => {
    for (const piece of [
      '=',
      '1+',
      '(',
      '<<',
      '<<1=',
      '1 more ',
      'a ',
      '####',
      ' ',
      '\n',
      'A. 1\n',
      '1=1 ',
      '.5.',
      'answer is ',
    ]) {
      const start = process.cpuUsage();
      factsOf(piece.repeat(20_000), piece.repeat(20_000));
      const { user } = process.cpuUsage(start);
      assert.ok(user < 2_000_000, `${JSON.stringify(piece)} took ${user} µs`);
    }
  });
});
