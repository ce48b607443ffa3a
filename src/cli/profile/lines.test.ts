import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fitName, wrap } from './lines.ts';

describe('lines', () => {
  test('are broken between words, all but the first set in', () => {
    assert.deepEqual(wrap('one two three four', 9, 2), ['one two', '  three', '  four']);
    assert.deepEqual(wrap('  one two three', 9, 4), ['  one two', '    three']);
  });

  test('a word that is longer than a line stands alone', () => {
    assert.deepEqual(wrap('a bbbbbbbbbbbb c', 5), ['a', 'bbbbbbbbbbbb', 'c']);
    assert.deepEqual(wrap('', 5), ['']);
  });

  test('are no wider than they may be and lose no word', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
        const lines = wrap(words.join(' '), width, 4);
        for (const line of lines) assert.ok(line.length <= width, line);
        assert.equal(lines.map((line) => line.trim()).join(' '), words.join(' '));
      }),
    );
  });
});

test('a name that is too long keeps its beginning and its end', () => {
  assert.equal(fitName('small', 10), 'small');
  assert.equal(fitName('claude-sonnet-4-6', 9), 'clau…-4-6');
  assert.equal(fitName('abc', 1), '…');
});
