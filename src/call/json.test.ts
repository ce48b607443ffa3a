import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { isObject, parseObject, RawJson, writeJson } from './json.ts';

/** Text of a value with white space and spellings that JSON.stringify would never write. */
const RAW = fc.constantFrom('1.0', '1e2', '{ "b":1, "a":2 }', '[ ]', '"\\u0041"', '12345678901234567890', 'null');

describe('isObject', () => {
  test('is true for objects only, not for lists and null', () => {
    assert.deepEqual([{}, { a: 1 }].map(isObject), [true, true]);
    assert.deepEqual([null, undefined, [], 'a', 1, true].map(isObject), [false, false, false, false, false, false]);
  });
});

describe('writeJson', () => {
  test('law: writes plain data like JSON.stringify', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(writeJson(value), JSON.stringify(value))));
  });

  test('law: a raw text stands in its place byte for byte, however deep', () => {
    fc.assert(
      fc.property(RAW, fc.string(), (text, key) => {
        assert.equal(writeJson(new RawJson(text)), text);
        assert.equal(writeJson({ [key]: [1, new RawJson(text)] }), `{${JSON.stringify(key)}:[1,${text}]}`);
      }),
    );
  });

  test('leaves undefined members out, and writes null where a list must keep its place', () => {
    assert.equal(writeJson({ a: undefined, b: 1 }), '{"b":1}');
    assert.equal(writeJson([undefined, 1]), '[null,1]');
    assert.equal(writeJson(undefined), 'null');
  });

  test('writes what JSON has no word for as null', () => {
    assert.equal(writeJson([Number.NaN, Number.POSITIVE_INFINITY]), '[null,null]');
    assert.equal(writeJson({ f: () => 1 }), '{"f":null}');
  });

  test('escapes keys', () => {
    assert.equal(writeJson({ 'a"\n': 1 }), '{"a\\"\\n":1}');
    assert.deepEqual(JSON.parse(writeJson(JSON.parse('{"__proto__":1}'))), JSON.parse('{"__proto__":1}'));
  });
});

test('an object is parsed, and everything else is null', () => {
  assert.deepEqual(parseObject('{"a":1}'), { a: 1 });
  for (const text of ['', '[]', '7', 'null', '"x"', '{', '{"a":1}x']) assert.equal(parseObject(text), null, text);
});
