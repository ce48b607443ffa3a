import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineDiff } from './line-diff.ts';

const TEXT = Array.from({ length: 20 }, (_, at) => `line ${at + 1}\n`).join('');
const change = (text: string, ...lines: number[]): string =>
  text
    .split('\n')
    .map((line, at) => (lines.includes(at + 1) ? `${line} changed` : line))
    .join('\n');

test('a changed line stands between three before and three after it', () => {
  assert.equal(
    lineDiff(TEXT, change(TEXT, 10), 'a.yaml'),
    `--- a.yaml
+++ a.yaml
@@ -7,7 +7,7 @@
 line 7
 line 8
 line 9
-line 10
+line 10 changed
 line 11
 line 12
 line 13
`,
  );
});

test('equal texts have no difference', () => {
  assert.equal(lineDiff(TEXT, TEXT, 'a'), '');
  assert.equal(lineDiff('', '', 'a'), '');
});

test('a line that comes stands between those around it, and both sides say how many they are', () => {
  assert.equal(lineDiff('a\nb\nc\n', 'a\nb\nnew\nc\n', 'f'), '--- f\n+++ f\n@@ -1,3 +1,4 @@\n a\n b\n+new\n c\n');
  assert.equal(lineDiff('a\nold\n', 'a\n', 'f'), '--- f\n+++ f\n@@ -1,2 +1,1 @@\n a\n-old\n');
  assert.equal(lineDiff('', 'a\n', 'f'), '--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n');
});

/** What a program makes of a difference: every old line has to be where the hunk says, every new one takes its place. */
function apply(text: string, diff: string): string {
  const lines = text.split('\n');
  let moved = 0;
  const [, ...hunks] = diff.split(/^@@ -(\d+),(\d+) \+\d+,\d+ @@\n/m);
  for (let at = 0; at < hunks.length; at += 3) {
    const [start = '', count = '', body = ''] = hunks.slice(at, at + 3);
    const said = body.split('\n').slice(0, -1);
    const side = (sign: string): string[] => said.filter((line) => line[0] !== sign).map((line) => line.slice(1));
    const from = Number(start) - (Number(count) === 0 ? 0 : 1) + moved;
    assert.deepEqual(lines.slice(from, from + Number(count)), side('+'));
    lines.splice(from, Number(count), ...side('-'));
    moved += side('-').length - Number(count);
  }
  return lines.join('\n');
}

test('applied it gives the other text, whatever lines were changed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (lines) => {
      const after = change(TEXT, ...lines);
      const diff = lineDiff(TEXT, after, 'file');
      assert.equal(apply(TEXT, diff), after);
      // Lines that are far enough apart stand in hunks of their own, and none overlap.
      const starts = [...diff.matchAll(/^@@ -(\d+),(\d+)/gm)].map(([, start, count]) => [Number(start), Number(count)]);
      for (const [at, [start = 0]] of starts.entries()) {
        const [earlier = 0, count = 0] = starts[at - 1] ?? [];
        assert.ok(start >= earlier + count);
      }
    }),
  );
});

test('applied it gives the other text, whatever lines came and went', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', 'c', '', '# d'), { maxLength: 30 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      assert.equal(apply(before, lineDiff(before, after, 'file')), after);
    }),
  );
});
