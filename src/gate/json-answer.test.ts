import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson, startsOf } from './json-answer.ts';

const value = (text: string, isFenced: boolean): unknown => {
  const reading = readJson(text, isFenced);
  return reading.ok ? reading.value : reading.reason;
};

test('bare JSON of any type is read', () => {
  assert.deepEqual(value('{"a":[1,null]}', false), { a: [1, null] });
  assert.equal(value('"x"', false), 'x');
  assert.equal(value('-1.5', false), -1.5);
});

test('a fence is refused unless it is allowed, and the reason says so', () => {
  assert.equal(value('```json\n{"a":1}\n```', false), 'stands in a fence; bare JSON is wanted');
  assert.deepEqual(value('```json\n{"a":1}\n```', true), { a: 1 });
  assert.deepEqual(value('```\r\n[1]\r\n```', true), [1]);
  assert.deepEqual(value('{"a":1}', true), { a: 1 });
});

test('prose around JSON is refused either way', () => {
  for (const isFenced of [false, true]) {
    assert.equal(value('Sure: {"a":1}', isFenced), 'is not JSON');
    assert.equal(value('{"a":1} Anything else?', isFenced), 'is not JSON');
    assert.equal(value('{"a":1', isFenced), 'is not JSON');
  }
  assert.equal(value('Here:\n```json\n{}\n```', true), 'is not JSON');
  assert.equal(value('```python\n{}\n```', true), 'is not JSON');
  assert.equal(value('', false), 'is empty');
});

test('values of a type begin with few characters', () => {
  assert.deepEqual([...startsOf(['object', 'null'], false)], ['{', 'n']);
  assert.deepEqual([...startsOf(['boolean'], true)], ['t', 'f', '`']);
  assert.ok(startsOf(null, false).has('9'));
  assert.ok(!startsOf(null, false).has('S'));
});
