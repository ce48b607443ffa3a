import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerKey, finalKey } from './answer-key.ts';

describe('the key of an answer', () => {
  const same: readonly [string, string][] = [
    ['#### 1,200', 'The answer is 1200'],
    ['The answer is 0.50', 'so we get\n#### .5'],
    ['The answer is (B).', 'B'],
    ['[1, 2]', '[1,2]'],
  ];
  for (const [one, other] of same)
    test(`is one for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.notEqual(answerKey(one), null);
      assert.equal(answerKey(one), answerKey(other));
    });

  test('is another for another answer, and for a percentage', () => {
    assert.notEqual(answerKey('#### 12'), answerKey('#### 13'));
    assert.notEqual(finalKey('50%'), finalKey('50'));
  });

  test('is none where nothing is said', () => assert.equal(answerKey('  '), null));
});
