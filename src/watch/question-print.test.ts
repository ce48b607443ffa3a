import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { cut, type QuestionPrint, toQuestionPrint } from './question-print.ts';

const print = (text: string, salt = 7): QuestionPrint => toQuestionPrint(text, salt) ?? assert.fail(text);
/** A 1 for each name or number among the words. */
const names = (text: string): string => [...print(text).words].map((word) => word & 1).join('');

describe('two questions are the same', () => {
  test('whatever their capitals, white space and the marks at their end', () => {
    const { same } = print('What is  it,\nthen?');
    for (const text of ['what is it, then', '  What is it, then?!', 'WHAT IS IT, THEN…', 'What\tis it, then ?\n'])
      assert.equal(print(text).same, same, text);
    for (const text of ['What is it then', 'What is that, then?', 'What is it, then? Say.', 'Whatis it, then'])
      assert.notEqual(print(text).same, same, text);
  });

  test('where signs in them are the same: a minus is no plus', () => {
    assert.notEqual(print('What is 7 + 2?').same, print('What is 7 - 2?').same);
  });

  test('when long, by their beginning, their end and their length', () => {
    const long = (middle: string): string => `begin ${'x '.repeat(2000)}${middle}${'y '.repeat(2000)} end`;
    assert.equal(print(long('one')).same, print(long('two')).same);
    assert.notEqual(print(long('one')).same, print(long('three')).same);
    assert.notEqual(print(long('one')).same, print(`${long('one')}s`).same);
  });
});

describe('a print', () => {
  test('knows names and numbers, and no capital that grammar wants', () => {
    assert.equal(names('Is Rome older than I am? Yes, Rome is 2,777 years old.'), '0100000101100');
  });

  test('has three letters at a time of short questions and of scripts without spaces only', () => {
    assert.equal(print('four words are short').trigrams?.length, 'four words are short'.length);
    assert.equal(print('word '.repeat(13)).trigrams, null);
    const long = print('このメールを要約してください。'.repeat(300));
    assert.equal(long.isUnspaced, true);
    assert.ok((long.trigrams?.length ?? 0) > 400 && (long.trigrams?.length ?? 0) <= 514);
    assert.equal(print('Translate 要約 to English, please, and explain it').isUnspaced, false);
  });

  test('is none without a word', () => {
    for (const text of ['', ' \n', '?!', '...', '—']) assert.equal(toQuestionPrint(text, 1), null);
  });

  test('holds hashes that nobody can look up without the salt', () => {
    const [one, other] = [print('password', 1), print('password', 2)];
    assert.notDeepEqual(one.words, other.words);
    assert.notDeepEqual(one.trigrams, other.trigrams);
    assert.notEqual(one.same, other.same);
  });

  test('is made of any text, and has a bound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), fc.integer(), (text, salt) => {
        const made = toQuestionPrint(text, salt);
        assert.deepEqual(made, toQuestionPrint(text, salt));
        assert.ok((made?.words.length ?? 0) <= 1025 && (made?.trigrams?.length ?? 0) <= 514);
      }),
      { numRuns: 40 },
    );
  });
});

test('a sign that stands for many letters does not lengthen a print', () => {
  assert.ok(print('ﷺ '.repeat(1000)).words.length <= 1025);
});

test('a text that is cut keeps its beginning and its end', () => {
  assert.equal(cut('abcdefgh', 8), 'abcdefgh');
  assert.equal(cut('abcdefghi', 8), 'abcd\nghi');
});
