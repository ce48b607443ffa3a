import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LineBuffer } from './line-buffer.ts';

function written(put: (buffer: LineBuffer) => void): string {
  const buffer = new LineBuffer();
  put(buffer);
  return buffer.view().toString();
}

test('a number is the same as in JSON', () => {
  const isAsInJson = (value: number | null): void =>
    assert.equal(
      written((buffer) => buffer.number(value)),
      JSON.stringify(value),
    );
  for (const value of [0, 9, 10, 999_999_999, 1e9, 1e9 + 1, 2e9, 2 ** 53 - 1, 1e21, -1, -0, 0.5, NaN, Infinity, null])
    isAsInJson(value);
  fc.assert(fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.double(), fc.maxSafeInteger()), isAsInJson));
  assert.equal(
    written((buffer) => buffer.number(undefined)),
    'null',
  );
});

test('a text is the same as in JSON, in bytes of UTF-8', () => {
  const isAsInJson = (value: string | null): void =>
    assert.equal(
      written((buffer) => buffer.string(value)),
      JSON.stringify(value),
    );
  for (const value of ['', 'plain', 'a"b', 'a\\b', 'tab\t', 'größe', '\u{1f642}', '\ud800', '\u007f', null])
    isAsInJson(value);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), isAsInJson));
});

test('what is no text throws and leaves nothing half written', () => {
  const buffer = new LineBuffer();
  buffer.string('a');
  assert.throws(() => buffer.string(7n as unknown as string));
  assert.equal(buffer.view().toString(), '"a"');
});

test('the memory grows with what is put in', () => {
  const long = 'x'.repeat(50_000);
  const text = written((buffer) => {
    for (let i = 0; i < 5; i++) {
      buffer.string(long);
      buffer.text('ö'.repeat(30_000));
      for (let digit = 0; digit < 10_000; digit++) buffer.number(digit);
      for (let byte = 0; byte < 100_000; byte++) buffer.byte(0x2c);
    }
  });
  const digits = Array.from({ length: 10_000 }, (_, digit) => digit).join('');
  assert.equal(text, `"${long}"${'ö'.repeat(30_000)}${digits}${','.repeat(100_000)}`.repeat(5));
});

test('setting the length back takes back what was put in after', () => {
  const text = written((buffer) => {
    buffer.text('kept');
    const { length } = buffer;
    buffer.number(123);
    buffer.length = length;
    buffer.byte(0x21);
  });
  assert.equal(text, 'kept!');
});
