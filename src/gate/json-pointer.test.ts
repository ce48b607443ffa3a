import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../call/json.ts';
import { pointerProblem, readPointer, valueAt } from './json-pointer.ts';

// The example of RFC 6901, section 5.
const DOCUMENT: Json = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7, deep: { list: [{ x: null }] } };
const at = (pointer: string): unknown => valueAt(DOCUMENT, readPointer(pointer));

test('a pointer leads to the value at its keys', () => {
  assert.equal(at('/foo/0'), 'bar');
  assert.equal(at('/'), 0);
  assert.equal(at('/a~1b'), 1);
  assert.equal(at('/m~0n'), 8);
  assert.equal(at('/ '), 7);
  assert.equal(at('/deep/list/0/x'), null);
});

test('where nothing stands it leads to nothing', () => {
  for (const pointer of ['/none', '/foo/2', '/foo/-', '/foo/00', '/foo/length', '/a~1b/c', '/constructor', '/deep/x/y'])
    assert.equal(at(pointer), undefined, pointer);
  assert.equal(valueAt(null, ['a']), undefined);
});

test('what is no pointer is told', () => {
  assert.match(pointerProblem('label') ?? '', /begins with a slash/);
  assert.match(pointerProblem('/a~b') ?? '', /~0/);
  assert.match(pointerProblem('/a~') ?? '', /~0/);
  assert.equal(pointerProblem('/a~0b/~1'), null);
});
