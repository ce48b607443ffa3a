import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitFences } from './fences.ts';

test('blocks come out with their tags, prose without them', () => {
  const { blocks, prose } = splitFences(
    'Before\n```TypeScript title="a.ts"\nlet a;\n```\nbetween\n~~~\nplain\n~~~\nafter',
  );
  assert.deepEqual(blocks, [
    { tag: 'typescript', code: 'let a;', isClosed: true },
    { tag: '', code: 'plain', isClosed: true },
  ]);
  assert.equal(prose, 'Before\nbetween\nafter');
});

test('a fence ends with as many of the same marks, not with fewer or others', () => {
  const { blocks } = splitFences('````md\n```js\nx\n```\n~~~~\n````\n');
  assert.deepEqual(blocks, [{ tag: 'md', code: '```js\nx\n```\n~~~~', isClosed: true }]);
});

test('a block that the answer ends in is told as open', () => {
  assert.deepEqual(splitFences('```js\nlet a =').blocks, [{ tag: 'js', code: 'let a =', isClosed: false }]);
});

test('back ticks inside a line are no fence', () => {
  assert.deepEqual(splitFences('Use ```x``` here\n    ```js\nindented').blocks, []);
});

test('tags are the first word, in the forms that people write', () => {
  const tag = (info: string): string => splitFences(`\`\`\`${info}\n\`\`\``).blocks[0]?.tag ?? '-';
  assert.equal(tag(' js'), 'js');
  assert.equal(tag('{.python .numbered}'), 'python');
  assert.equal(tag('c++'), 'c++');
  assert.equal(tag(''), '');
});
