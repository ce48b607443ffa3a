import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shorten } from './shorten.ts';

test('a reason becomes one line without control characters', () => {
  assert.equal(shorten(' a\r\n\tb\u0000c\u001b[31m \u2028 '), 'a b c [31m');
});

test('a long one is cut, with a mark', () => {
  const cut = shorten('word '.repeat(100));
  assert.match(cut, /^(word )+wo\.\.\.$/);
  assert.equal(cut.length, 300);
  assert.equal(shorten('a'.repeat(300)).length, 300);
});
