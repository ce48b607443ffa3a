import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { FACT_NAMES, FactCounter } from './facts.ts';
import { scanTokens } from './scan.ts';

const PLAIN = { characters: 0, turns: 1, hasTools: false, hasSchema: false, hasImages: false };

const counter = new FactCounter();
function factsOf(text: string, request: Partial<typeof PLAIN> = {}): Record<string, number> {
  const out = new Float64Array(FACT_NAMES.length).fill(Number.NaN);
  counter.begin(text);
  scanTokens(text, counter.token);
  counter.end({ ...PLAIN, characters: text.length, ...request }, out);
  return Object.fromEntries(FACT_NAMES.map((name, at) => [name, out[at] as number]));
}

describe('facts', () => {
  test('of a question with answers to choose from', () => {
    const facts = factsOf('Which of these is NOT a prime?\nA. 7\nB. 9\nC. eleven\nD. 13\n');
    assert.equal(facts['choices'], 4);
    assert.equal(facts['numericChoices'], 0.75);
    assert.equal(facts['endsAsking'], 1);
    assert.equal(facts['stem'], Math.log1p(31));
    assert.deepEqual([facts['says which'], facts['says negation'], facts['says code']], [1, 1, 0]);
    assert.deepEqual([facts['numbers'], facts['choiceNumbers']], [0, Math.log1p(3)]);
    assert.deepEqual([facts['choiceLongest'], facts['choiceShortest']], [Math.log1p(6), Math.log1p(1)]);
  });

  test('of code', () => {
    const facts = factsOf('```python\ndef f(x):\n    return [x[0]]\n```\nfix it');
    assert.deepEqual([facts['fences'], facts['brackets'], facts['endsAsking']], [1, Math.log1p(3), 0]);
    assert.equal(facts['says code'], 1);
  });

  test('of sums and formulas', () => {
    const facts = factsOf('Compute \\frac{12}{4} + 100 = x^2.');
    assert.deepEqual([facts['numbers'], facts['longestNumber'], facts['mathSigns']], [Math.log1p(4), 3, Math.log1p(3)]);
    assert.deepEqual([facts['latex'], facts['says compute']], [1, 1]);
  });

  test('of lists and tables', () => {
    const facts = factsOf('| a | b |\n| 1 | 2 |\n- one\n* two\nend');
    assert.deepEqual(
      [facts['tables'], facts['bullets'], facts['lines']],
      [Math.log1p(2), Math.log1p(2), Math.log1p(5)],
    );
  });

  test('of blanks, and of questions that do not end the text', () => {
    const facts = factsOf('Why? The capital of France is ____.');
    assert.deepEqual([facts['blanks'], facts['questions'], facts['endsAsking'], facts['says why']], [1, 1, 0, 1]);
  });

  test('of what the request has beside its text', () => {
    const facts = factsOf('Hi', { characters: 9_000, turns: 4, hasTools: true, hasSchema: true, hasImages: true });
    assert.deepEqual(
      [facts['characters'], facts['whole'], facts['turns'], facts['tools'], facts['schema'], facts['images']],
      [Math.log1p(2), Math.log1p(8_998), Math.log1p(4), 1, 1, 1],
    );
  });

  test('tell English from other languages', () => {
    const english = factsOf('What is the name of the river that flows to the sea?');
    const german = factsOf('Wie heißt der Fluss, der ins Meer fließt?');
    assert.ok((english['english'] ?? 0) > 0.4);
    assert.equal(german['english'], 0);
  });

  test('tell names and what is shouted from the beginnings of sentences', () => {
    const facts = factsOf('The river runs through Paris, past NASA. It ends there.');
    assert.equal(facts['names'], 1 / 10);
    assert.equal(facts['shouted'], 1 / 10);
  });

  test('know which words of the answers to choose from were said before', () => {
    const facts = factsOf('Is the capital of France Paris or Lyon?\nA. Paris\nB. Lyon\nC. Metz\nD. Nice');
    // The letters A to D are words, too.
    assert.equal(facts['choicesFromStem'], 2 / 8);
    assert.equal(facts['choiceWords'], Math.log1p(2));
  });

  test('of one text know nothing of the text before', () => {
    const alone = factsOf('Why not?');
    factsOf('Calculate 12 * 13 in python: `print(12 * 13)` and explain each step.');
    assert.deepEqual(factsOf('Why not?'), alone);
  });

  test('law: every fact of every text is a number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const [name, value] of Object.entries(factsOf(text))) assert.ok(Number.isFinite(value), name);
      }),
    );
  });
});

test('names are told once', () => {
  assert.equal(new Set(FACT_NAMES).size, FACT_NAMES.length);
});
