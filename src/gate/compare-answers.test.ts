import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COMPARING, type Comparing, isSameAnswer, isSameCalls, LIKENESSES } from './compare-answers.ts';
import { normalise, readNumber, squeeze } from './normal-answer.ts';

const COT =
  'Janet sells 16 - 3 - 4 = <<16-3-4=9>>9 duck eggs a day.\nShe makes 9 * 2 = $<<9*2=18>>18 every day.\n#### 18';

/** Pairs of answers as models write them that say the same. */
const SAME: [string, string][] = [
  ['#### 1,234', 'So in all there are 1234.'],
  [COT, 'She has 9 eggs left over each day, which she sells at 2 dollars each. So she makes $18 every day.'],
  [COT, '**$18**'],
  [COT, '18 dollars'],
  ['$1,234.00', '1234'],
  ['$18.00', '18 dollars'],
  ['The answer is 18 dollars because 9 * 2 = 18.', '18'],
  ['Answer: 42', 'Therefore the final answer is **42**.'],
  ['Answer:\n\n42', '42'],
  ['(B)', 'B'],
  ['The answer is (B).', '**B**'],
  ['The answer is (B).', 'B) Paris'],
  ['B. Paris', '(B) Paris, since it is the capital.'],
  ['Let us see.\nLyon is no capital.\n\nThe correct answer is: B', '(b)'.toUpperCase()],
  ['We go through them.\n\nB', 'The answer is **(B)** Paris.'],
  ['\\boxed{\\frac{3}{4}}', '3/4'],
  ['\\boxed{\\frac{3}{4}}', '0.75'],
  ['So we get $\\boxed{\\dfrac{3}{4}}$.', 'The answer is $\\frac34$.'],
  ['\\boxed{1\\frac{1}{2}}', '1.5'],
  ['\\boxed{\\text{east}}', 'East'],
  ['\\boxed{90^\\circ}', '90'],
  ['\\boxed{1{,}000}', '1,000'],
  ['\\boxed{\\$5}', '$5.00'],
  ['\\boxed{\\left(3, \\frac{\\pi}{2}\\right)}', '\\boxed{(3,\\frac{\\pi}{2})}'],
  ['x = 5', '5'],
  ['{"label": "spam", "score": 0.5}', '{ "score": 0.50, "label": "Spam" }'],
  ['```json\n{"a": [1, 2]}\n```', '{"a":[1,2]}'],
  ['{"reasoning": "Paris is in France", "answer": "B"}', '{"answer": "B", "reasoning": "it is"}'],
  ['{"answer": 18}', 'The answer is 18.'],
  ['[(1, 2)]', '[(1,2)]'],
  ["['a b', 'c']", '["a b","c"]'],
  ['```python\n[(1, 2)]\n```', '[(1, 2)]'],
  ['Yes.', 'yes, because the premise says so'],
  ['**No**', 'no'],
  ['50%', '50 percent'],
  ['50%', '0.5'],
  ['50%', '50'],
  ['It is Paris!', 'it is  paris'],
  ['“Paris”', 'Paris.'],
  ['-5', 'The temperature fell, step by step, over the whole night. It is now -5 degrees.'],
  ['', '  '],
];

/** And pairs that do not. */
const DIFFERENT: [string, string][] = [
  ['#### 18', '#### 19'],
  ['(A)', '(B)'],
  ['The answer is (A).', 'The answer is (B).'],
  ['3/4', '0.7'],
  ['5 km', '5 m'],
  ['Apollo 11', 'Sputnik 11'],
  ['Yes', 'No'],
  ['50%', '60%'],
  ['5', '-5'],
  ['[(1, 2)]', '[(2, 1)]'],
  ["['a b']", "['ab']"],
  ['{"label": "spam"}', '{"label": "ham"}'],
  ['{"label": "spam"}', '{"label": "spam", "more": 1}'],
  ['{"constructor": 1}', '{"x": 1}'],
  ['Paris', 'Lyon'],
  ['Paris', ''],
  ['The answer is Paris.', 'The answer is Lyon.'],
  ['1', '1,000'],
];

const by = (change: Partial<Comparing>): Comparing => ({ ...COMPARING, ...change });

const call = (given: string) => ({ id: 'c', name: 'look', arguments: given });

for (const [one, other] of SAME) {
  test(`${JSON.stringify(one)} says what ${JSON.stringify(other)} says`, () => {
    assert.equal(isSameAnswer(one, other), true);
    assert.equal(isSameAnswer(other, one), true);
  });
}

for (const [one, other] of DIFFERENT) {
  test(`${JSON.stringify(one)} says something else than ${JSON.stringify(other)}`, () => {
    assert.equal(isSameAnswer(one, other), false);
    assert.equal(isSameAnswer(other, one), false);
  });
}

test('the stricter ways see differences that the others do not', () => {
  assert.equal(isSameAnswer('Paris ', 'Paris', by({ compare: 'exact' })), true);
  assert.equal(isSameAnswer('Paris', 'paris', by({ compare: 'exact' })), false);
  assert.equal(isSameAnswer('"Paris".', 'paris', by({ compare: 'normalised' })), true);
  assert.equal(isSameAnswer('The answer is 5.', '5', by({ compare: 'normalised' })), false);
  assert.equal(isSameAnswer('The answer is (B).', 'B', by({ compare: 'label' })), true);
  assert.equal(isSameAnswer('5.0', '5', by({ compare: 'label' })), false);
  assert.equal(isSameAnswer('5.0', '5', by({ compare: 'number' })), true);
  assert.equal(isSameAnswer('[1, 2]', '[1,2]', by({ compare: 'json' })), true);
});

test('what has no number is not compared as one, and what is no JSON not as JSON', () => {
  assert.equal(isSameAnswer('Paris', '5', by({ compare: 'number' })), null);
  assert.equal(isSameAnswer('Paris', '"Paris"', by({ compare: 'json' })), null);
  assert.equal(isSameAnswer('', 'A', by({ compare: 'label' })), null);
});

test('a pointer or a pattern chooses what is compared', () => {
  const at = by({ keys: ['deep', 'label'] });
  assert.equal(isSameAnswer('{"deep": {"label": "A"}, "x": 1}', '{"deep": {"label": "A"}, "x": 2}', at), true);
  assert.equal(isSameAnswer('{"deep": {"label": "A"}}', '{"deep": {"label": "B"}}', at), false);
  assert.equal(isSameAnswer('{"deep": {}}', '{"deep": {"label": "B"}}', at), null);
  const pattern = by({ pattern: /verdict=(\w+)/u, compare: 'exact' });
  assert.equal(isSameAnswer('verdict=ok, as I said', 'I say verdict=ok', pattern), true);
  assert.equal(isSameAnswer('verdict=ok', 'no verdict', pattern), null);
});

test('JSON that is deeper than any answer is the same as itself alone, and breaks nothing', () => {
  const deep = (inside: string): string => '['.repeat(50_000) + inside + ']'.repeat(50_000);
  assert.equal(isSameAnswer(deep('1'), deep('1')), true);
  assert.equal(isSameAnswer(deep('1'), deep('2')), false);
  assert.equal(isSameAnswer(deep('1'), deep('2'), by({ compare: 'json' })), false);
  assert.equal(isSameCalls([call(deep('1'))], [call(deep('2'))]), false);
  assert.equal(isSameCalls([call(deep('1'))], [call(deep('1'))]), true);
});

test('numbers may differ by their tolerance, as a share of the greater', () => {
  assert.equal(isSameAnswer('100', '101', by({ tolerance: 0.01 })), true);
  assert.equal(isSameAnswer('100', '102', by({ tolerance: 0.01 })), false);
  assert.equal(isSameAnswer('{"n": 100}', '{"n": 101}', by({ tolerance: 0.01 })), true);
});

test('a number is read with its sign, currency, unit and percent sign', () => {
  assert.deepEqual(readNumber('-$1,234.50'), { value: -1234.5, isPercent: false, unit: '' });
  assert.deepEqual(readNumber('3 apples'), { value: 3, isPercent: false, unit: 'apple' });
  assert.deepEqual(readNumber('1 1/2'), { value: 1.5, isPercent: false, unit: '' });
  assert.deepEqual(readNumber('12.5 %'), { value: 12.5, isPercent: true, unit: '' });
  assert.equal(readNumber('1/0'), null);
  assert.equal(readNumber('3 or 4'), null);
  assert.equal(readNumber(''), null);
});

test('a literal is squeezed outside of its quotes only', () => {
  assert.equal(squeeze("{ 'a b' : [1, 2] }"), '{"a b":[1,2]}');
});

/** Texts made of what answers are made of, so that the laws meet the cases that matter. */
const PIECES =
  '#### |\\boxed{|\\frac{1}{2}|\\text{|}|{|$|**|(B)|The answer is |Answer: |\n|5|1,000|3/4|50%|-|.| |[1, 2]|{"answer": 1}|```|yes| dollars|"|\'|\\'.split(
    '|',
  );
const text = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constantFrom(...PIECES)), { maxLength: 12 })
  .map((parts) => parts.join(''));

test('law: normalising twice changes nothing more', () => {
  fc.assert(
    fc.property(text, (any) => {
      assert.equal(normalise(normalise(any)), normalise(any));
    }),
    { numRuns: 3000 },
  );
});

test('law: an answer says the same as itself, where it can be compared at all', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...LIKENESSES), (any, compare) => {
      const same = isSameAnswer(any, any, by({ compare }));
      assert.ok(same === true || (same === null && ['label', 'number', 'json'].includes(compare)));
    }),
    { numRuns: 3000 },
  );
});

test('law: which of two answers comes first does not matter', () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom(...LIKENESSES), (one, other, compare) => {
      assert.equal(isSameAnswer(one, other, by({ compare })), isSameAnswer(other, one, by({ compare })));
    }),
    { numRuns: 3000 },
  );
});
