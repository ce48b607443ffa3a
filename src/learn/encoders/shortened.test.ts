import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shortened } from './shortened.ts';

test('a text is shortened to its beginning and end, never longer than asked for, and short ones stay whole', () => {
  assert.equal(shortened('0123456789', 10), '0123456789');
  assert.equal(shortened('0123456789A', 10), '01234 789A');
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 4, max: 20 }), (text, longest) => {
      const short = shortened(text, longest);
      assert.ok(short.length <= longest);
      if (text.length > longest) {
        assert.ok(text.startsWith(short.slice(0, longest >> 1)));
        assert.ok(text.endsWith(short.slice((longest >> 1) + 1)));
      } else assert.equal(short, text);
    }),
  );
});

test('a character that would be cut in two is left whole or replaced', () => {
  assert.equal(shortened('abc\u{1f600}efghijkl', 8), 'abc\ufffd jkl');
});
