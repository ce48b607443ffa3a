import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { elementSpans } from './json-array.ts';

const elements = (text: string): string[] => {
  const bytes = Buffer.from(text);
  return elementSpans(bytes, { start: 0, end: bytes.length }).map(({ start, end }) =>
    bytes.toString('utf8', start, end),
  );
};

test('elements keep their own bytes and nothing of the white space between them', () => {
  assert.deepEqual(elements('[ {"a":[1,2]} ,\n"x,]" , 1.50e+2,[],\tnull ]'), [
    '{"a":[1,2]}',
    '"x,]"',
    '1.50e+2',
    '[]',
    'null',
  ]);
});

test('quotes and slashes inside of strings end nothing', () => {
  assert.deepEqual(elements(String.raw`["a\"],b","c\\","\\\"",{"d}":"\\"}]`), [
    String.raw`"a\"],b"`,
    String.raw`"c\\"`,
    String.raw`"\\\""`,
    String.raw`{"d}":"\\"}`,
  ]);
});

test('an empty array has none', () => {
  assert.deepEqual([elements('[]'), elements('[ \n ]')], [[], []]);
});

test('an array in the middle of a body is read from its own place', () => {
  const bytes = Buffer.from('{"ä":"[","list":[1,{"b":"]"}],"c":[2]}');
  const start = bytes.indexOf('[1');
  const end = bytes.indexOf(',"c"');
  const spans = elementSpans(bytes, { start, end });
  assert.deepEqual(
    spans.map((span) => bytes.toString('utf8', span.start, span.end)),
    ['1', '{"b":"]"}'],
  );
});

test('every element of any array is found, however it is spaced', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), fc.constantFrom(undefined, 1, '\t'), (values, indent) => {
      const found = elements(JSON.stringify(values, null, indent));
      assert.deepEqual(
        found.map((text): unknown => JSON.parse(text)),
        JSON.parse(JSON.stringify(values)),
      );
    }),
  );
});
