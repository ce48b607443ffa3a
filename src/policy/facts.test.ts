import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf } from './facts.ts';
import { view } from './sample.test.ts';

const facts = (text: string) => factsOf(view({ text, ask: text }));

const CODE = [
  'Fix this:\n```\nx\n```',
  'function add(a, b) {\n  return a + b;\n}',
  'def area(r):\n    pass',
  'import os\nfrom math import sqrt',
  'const total = items.length;',
  '#include <stdio.h>',
  'SELECT name FROM users WHERE id = 3',
  'diff --git a/x b/x',
  '@@ -1,4 +1,6 @@',
  '<div class="a">',
];
const PROSE = [
  'Please summarise the meeting about import duties from Chile.',
  'The class of 1998 met again; let us meet if we can (soon).',
  'What does a function do in society? It returns.',
  'Select the best wine from this list, please.',
  'Return the form by Friday.',
];
const TABLES = [
  '| a | b |\n|---|---|\n| 1 | 2 |',
  'a | b\n--- | :---:\n1 | 2',
  '<table><tr>',
  'a\tb\tc\nd\te\tf\ng\th\ti',
];
const NO_TABLES = ['a | b', 'one --- two', 'a\tb\nc\td', 'The table is set.'];
const MATH = [
  'Solve 3x + 5 = 20',
  String.raw`\frac{1}{2}`,
  '$$a^2$$',
  'What is 12 * (4 + 7)?',
  'f(x) = x^2',
  'x ≤ 3',
  '17 + 25 =',
];
const NO_MATH = ['I paid 3 dollars and 5 cents.', 'Room 12, floor 4', 'a well-known fact', 'Call me at 555-1234.'];

test('code is told from prose', () => {
  for (const text of CODE) assert.equal(facts(text).hasCode, true, text);
  for (const text of PROSE) assert.equal(facts(text).hasCode, false, text);
});

test('tables and formulas are told from text about them', () => {
  for (const text of TABLES) assert.equal(facts(text).hasTables, true, text);
  for (const text of NO_TABLES) assert.equal(facts(text).hasTables, false, text);
  for (const text of MATH) assert.equal(facts(text).hasMath, true, text);
  for (const text of NO_MATH) assert.equal(facts(text).hasMath, false, text);
});

test('an empty text tells nothing either way', () => {
  const empty = facts(' \n');
  assert.deepEqual([empty.hasCode, empty.hasTables, empty.hasMath, empty.language], [null, null, null, null]);
});

test('language is that of the last turn, whatever the rest is written in', () => {
  const asked = view({
    text: 'You are a helpful assistant of the house.',
    ask: 'Wie ist das Wetter und was soll ich machen?',
  });
  assert.equal(factsOf(asked).language, 'de');
});

test('facts are looked for once, and only those that are asked for', () => {
  let reads = 0;
  const asked = view();
  Object.defineProperty(asked, 'text', {
    get: () => {
      reads++;
      return 'def f(x):';
    },
  });
  Object.defineProperty(asked, 'ask', { get: () => assert.fail('the language was not asked for') });
  assert.equal(factsOf(asked).hasCode, true);
  assert.equal(factsOf(asked).hasTables, false);
  assert.equal(reads, 1);
});

test('a long text is judged by its beginning and its end, in bounded time', () => {
  const filler = 'word '.repeat(400_000);
  assert.equal(facts(`${filler}\n\`\`\`\nx`).hasCode, true);
  assert.equal(facts(`const a = 1;\n${filler}`).hasCode, true);
  const startedAt = performance.now();
  for (const text of [
    '\t'.repeat(100_000),
    '| '.repeat(50_000),
    '-'.repeat(100_000),
    ' '.repeat(100_000),
    'a|--'.repeat(30_000),
  ]) {
    const long = facts(text);
    void [long.hasCode, long.hasTables, long.hasMath, long.language];
  }
  assert.ok(performance.now() - startedAt < 2000, `${performance.now() - startedAt} ms`);
});
