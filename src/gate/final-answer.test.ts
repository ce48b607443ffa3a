import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COMPARING, isSameAnswer } from './compare-answers.ts';
import { finalAnswer, strip } from './final-answer.ts';

const LONG = 'Each of them has some of it, and they share what is left between them in the end. ';

/** Answers as models write them, what marks their end, and what they say there. */
const TABLE: [string, string, string][] = [
  ['She sells 9 eggs.\n#### 1,234', 'marked', '1,234'],
  ['#### 18 dollars', 'marked', '18 dollars'],
  ['#### 18\n\nQuestion: how many', 'marked', '18'],
  ['#### Step one\nWe add 2 and 3 to get 5.', 'number', '5'],
  ['Hence \\boxed{\\frac{3}{4}}.', 'boxed', '\\frac{3}{4}'],
  ['\\boxed{1} is wrong, \\boxed{\\text{b{c}}} is right', 'boxed', '\\text{b{c}}'],
  ['The answer is (B).', 'said', 'B'],
  ['the correct answer is: **B**', 'said', 'B'],
  ['Answer: $1,234.00', 'said', '$1,234.00'],
  ['Final Answer: Paris', 'said', 'Paris'],
  ['The answer to the question is Paris, as everybody knows.', 'said', 'Paris'],
  ['The answer is 3.5 because 7 / 2 = 3.5.', 'said', '3.5'],
  ['The answer is (3, 4).', 'said', '(3, 4)'],
  ['The answer is 4. Wait, no.\nThe answer is 5.', 'said', '5'],
  [`Answer: ${LONG}So it is 18.`, 'number', '18'],
  ['{"reasoning": "x", "answer": "B"}', 'member', 'B'],
  ['```json\n{"answer": 5}\n```', 'member', '5'],
  ['(B)', 'choice', 'B'],
  ['**B**', 'choice', 'B'],
  ['B. Paris', 'choice', 'B'],
  ['B', 'choice', 'B'],
  ['Lyon is no capital.\n\nB', 'choice', 'B'],
  ['Yes, because it rains.', 'choice', 'Yes'],
  ['[(1, 2)]', 'value', '[(1, 2)]'],
  ['Here it is:\n```python\ndef f():\n    return 5\n```\nIt returns 5.', 'code', 'def f():\n    return 5'],
  [`${LONG}So she makes $18 every day.`, 'number', '$18'],
  [`${LONG}That is 3/4 of it.`, 'number', '3/4'],
  [`${LONG}That is 12.5%.`, 'number', '12.5%'],
  [`${LONG}It is now -5 degrees.`, 'number', '-5'],
  ['"Paris".', 'text', 'Paris'],
  ['A dog', 'text', 'A dog'],
  ['J. K. Rowling', 'text', 'J. K. Rowling'],
  ['No other city has more people', 'text', 'No other city has more people'],
  ['18 dollars', 'text', '18 dollars'],
  ['...', 'text', '...'],
];

for (const [text, kind, said] of TABLE) {
  test(`of ${JSON.stringify(text.slice(0, 60))} the final answer is ${JSON.stringify(said)}, by its ${kind}`, () => {
    assert.deepEqual(finalAnswer(text), { kind, text: said });
  });
}

test('an empty text says nothing', () => {
  assert.equal(finalAnswer(''), null);
  assert.equal(finalAnswer(' \n'), null);
});

test('what stands around a text is taken off, not what stands in it', () => {
  assert.equal(strip(' **"a*b."** '), 'a*b');
  assert.equal(strip('...'), '');
});

test('law: a final answer is found in any text, and every text that is not blank has one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(finalAnswer(text) === null, text.trim() === '');
    }),
  );
});

/** Texts that make patterns go back and forth. */
const HOSTILE =
  '#|#### |\\boxed{|\\frac{|\\text{|{|}|[|[[|(|(A|```|```\n|\n```|*| |\n|.|,|$|0|0,|1/|-|\\|"|\'|yes|A |answer|answer is |answer: |the answer '.split(
    '|',
  );

test('hostile texts take time in proportion to their length', () => {
  for (const piece of HOSTILE) {
    const time = (length: number): number => {
      const text = `x${piece.repeat(length / piece.length)}x`;
      const startedAt = performance.now();
      finalAnswer(text);
      isSameAnswer(text, `${text}y`, COMPARING);
      return performance.now() - startedAt;
    };
    time(2_000);
    // A quadratic step would take minutes here.
    assert.ok(time(200_000) < 2_000, piece);
  }
});
