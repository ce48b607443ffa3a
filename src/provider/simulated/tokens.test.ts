import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countTokens, toPieces } from './tokens.ts';

test('words, digits and punctuation are counted as documented', () => {
  assert.equal(countTokens(''), 0);
  assert.equal(countTokens('Hello, world!'), 4);
  assert.equal(countTokens('antidisestablishmentarianism'), 4);
  assert.equal(countTokens('1234567'), 3);
  assert.equal(countTokens('世界'), 2);
  assert.equal(countTokens('word   \n'), 2, 'white space at the end is a token');
  assert.equal(countTokens(' \t\n'), 1);
});

test('pieces joined give the text again, and there are as many as tokens', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const pieces = toPieces(text);
      assert.equal(pieces.join(''), text);
      assert.equal(pieces.length, countTokens(text));
      assert.ok(pieces.every((piece) => piece.isWellFormed()));
    }),
  );
});

test('a long run of white space or letters is counted in linear time', () => {
  const startMs = performance.now();
  assert.equal(countTokens(`${' '.repeat(400_000)}x`), 1);
  assert.equal(countTokens(' '.repeat(400_000)), 1);
  assert.equal(countTokens('x'.repeat(700_000)), 100_000);
  assert.ok(performance.now() - startMs < 2_000);
});
