import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isMap, type Pair, type YAMLMap } from 'yaml';
import { flowOf, pairOf, removal, replacement, spliced, topOf, withEntry, writtenAfter } from './yaml-splice.ts';

function mapIn(text: string, ...path: string[]): YAMLMap {
  const map = path.reduce<unknown>((node, key) => (isMap(node) ? pairOf(node, key)?.value : null), topOf(text));
  return isMap(map) ? map : assert.fail(`no map at ${path.join('.')}`);
}

function pairIn(text: string, ...path: string[]): { map: YAMLMap; pair: Pair } {
  const map = mapIn(text, ...path.slice(0, -1));
  return { map, pair: pairOf(map, path.at(-1) ?? '') ?? assert.fail('no pair') };
}

function without(text: string, ...path: string[]): string {
  const { map, pair } = pairIn(text, ...path);
  return spliced(text, [removal(text, map, pair)]);
}

describe('a member of a map', () => {
  const cases: [string, string, string[], string][] = [
    ['goes with its line', 'a: 1\nb: 2 # two\nc: 3\n', ['b'], 'a: 1\nc: 3\n'],
    ['goes with all its lines', 'a: 1\nb:\n  # inside\n  - 2 # two\nc: 3\n', ['b'], 'a: 1\nc: 3\n'],
    ['goes from the end', 'a: 1\n\nb: { c: 2 }\n', ['b'], 'a: 1\n'],
    ['goes from an end without a line break', 'a: 1\nb: 2', ['b'], 'a: 1\n'],
    ['takes one of two blank lines', 'a: 1\n\nb: 2\n\nc: 3\n', ['b'], 'a: 1\n\nc: 3\n'],
    ['leaves the comment above it', 'a: 1\n# of b\nb: 2\n', ['b'], 'a: 1\n# of b\n'],
    ['goes without a value', 'a: 1\nb:\nc: 3\n', ['b'], 'a: 1\nc: 3\n'],
    ['goes where lines end as on Windows', 'a: 1\r\n\r\nb: 2\r\n\r\nc: 3\r\n', ['b'], 'a: 1\r\n\r\nc: 3\r\n'],
    ['goes out of a map inside', 'a:\n  b: 1\n  c: 2\nd: 3\n', ['a', 'c'], 'a:\n  b: 1\nd: 3\n'],
    ['goes from the front of braces', 'a: { b: 1, c: [2] }\n', ['a', 'b'], 'a: { c: [2] }\n'],
    ['goes from the end of braces', 'a: { b: 1, c: [2] }\n', ['a', 'c'], 'a: { b: 1 }\n'],
  ];
  for (const [how, text, path, left] of cases) test(how, () => assert.equal(without(text, ...path), left));

  test('is written anew from its colon on, and everything around it stays', () => {
    const text = 'a:   1   # one\nb: {"c":2, d: 3} # and so on\n';
    const [first, second] = [pairIn(text, 'a').pair, pairIn(text, 'b', 'c').pair];
    assert.deepEqual([writtenAfter(text, first), writtenAfter(text, second)], ['   1', '2']);
    const edited = spliced(text, [replacement(text, first, ' 7'), replacement(text, second, ' [8]')]);
    assert.equal(edited, 'a: 7   # one\nb: {"c": [8], d: 3} # and so on\n');
  });
});

test('a value on one line says what it said, and no variable', () => {
  assert.equal(flowOf({ a: [1, 'b, c'], d: '${E}', f: 'g\nh' }), `{ a: [1, 'b, c'], d: '$\${E}', f: "g\\nh" }`);
});

test('a section is made where there is none, and an entry comes after the others', () => {
  const entry = { inBraces: 'x: 1', lines: (indent: string) => `${indent}x: 1` };
  assert.equal(withEntry('', 'all', entry), 'all:\n  x: 1\n');
  assert.equal(withEntry('a: 1', 'all', entry), 'a: 1\nall:\n  x: 1\n');
  assert.equal(
    withEntry('all:\n    a: 1 # one\n# end\nb: 2\n', 'all', entry),
    'all:\n    a: 1 # one\n    x: 1\n# end\nb: 2\n',
  );
  assert.equal(withEntry('all: {a: 1}\n', 'all', entry), 'all: {a: 1, x: 1 }\n');
  assert.throws(
    () => withEntry('o: &o { a: 1 }\nall: *o\n', 'all', entry),
    /The all of the configuration are an alias/,
  );
});
