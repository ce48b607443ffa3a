import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splice } from './splice.ts';

test('no edit gives the very same bytes', () => {
  const bytes = Buffer.from('{"a":1}');
  assert.equal(splice(bytes, []), bytes);
});

test('values are replaced and inserted in place, in UTF-8', () => {
  const bytes = Buffer.from('{"model":"cheap","n":1}');
  const out = splice(bytes, [
    { start: 1, end: 1, text: '"é":2,' },
    { start: 9, end: 16, text: '"dearer"' },
  ]);
  assert.equal(out.toString(), '{"é":2,"model":"dearer","n":1}');
  assert.equal(bytes.toString(), '{"model":"cheap","n":1}');
});

test('law: splicing equals slicing the text', () => {
  const unit = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(unit, unit, unit, unit, unit, (a, b, c, d, e) => {
      const bytes = Buffer.from(a + b + c + d + e);
      const one = { start: Buffer.byteLength(a), end: Buffer.byteLength(a + b), text: 'é1' };
      const two = { start: Buffer.byteLength(a + b + c), end: Buffer.byteLength(a + b + c + d), text: '' };
      assert.deepEqual(splice(bytes, [one, two]), Buffer.from(`${a}é1${c}${e}`));
    }),
  );
});
