import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shortened } from './shortened.ts';

test('a text is shortened to its beginning and end, never longer than asked for, and short ones stay whole', () => {
  assert.equal(shortened('0123456789', 10), '0123456789');
  assert.equal(shortened('0123456789A', 10), '0123456 9A');
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 6, max: 20 }), (text, longest) => {
      const short = shortened(text, longest);
      assert.ok(short.length <= longest);
      if (text.length > longest) {
        assert.ok(text.startsWith(short.slice(0, Math.floor(longest * 0.75))));
        assert.ok(text.endsWith(short.slice(Math.floor(longest * 0.75) + 1)));
      } else assert.equal(short, text);
    }),
  );
});

test('a character that would be cut in two is left whole or replaced', () => {
  assert.equal(shortened('abcde\u{1f600}fghijkl', 8), 'abcde\ufffd l');
});
