import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { foreignRegExp, isQuick } from './foreign-pattern.ts';

test('the patterns that schemas usually have are checked', () => {
  for (const [source, good, bad] of [
    [String.raw`^\d{4}-\d{2}-\d{2}$`, '2026-01-31', '31.1.2026'],
    ['^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}$', '01234567-89ab-cdef', '01234567'],
    ['^(red|green|blue)$', 'green', 'grey'],
    [String.raw`^[A-Z][\w)*+(|-]*$`, 'A-b_(*', 'a'],
    [String.raw`^\p{Lu}\p{L}+ \p{L}+$`, 'Ada Lovelace', 'ada'],
    ['^https?://', 'http://x', 'ftp://x'],
    ['^(?:a|b)?c$', 'bc', 'abc'],
    ['a+', 'xaax', 'b'],
  ] as const) {
    assert.ok(isQuick(source), source);
    assert.ok(foreignRegExp(source).test(good), source);
    assert.ok(!foreignRegExp(source).test(bad), source);
  }
});

test('those that can take long are not, and everything matches them', () => {
  const long = `${'a'.repeat(1_000)}!`;
  for (const source of [
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^(a?){20}(a?){20}$',
    `^${'a?'.repeat(30)}${'a'.repeat(30)}$`,
    `^${'(a|a)'.repeat(30)}$`,
    '^a*a*a*$',
    'a*a*$',
    '^.*.*.*x$',
    '^a{0,900}a{0,900}a{0,900}$',
    String.raw`^(a+)\1$`,
    String.raw`^(?<n>a*)\k<n>*$`,
    '^((a*)|b){1,3}$',
    '^(?=(a+)+$)a',
  ]) {
    assert.ok(!isQuick(source), source);
    assert.ok(foreignRegExp(source).test(long), source);
  }
});

test('a long text counts as matching', () => {
  assert.ok(foreignRegExp('^b').test('a'.repeat(513)));
  assert.ok(!foreignRegExp('^b').test('a'.repeat(512)));
});

test('patterns are told apart by their text', () => {
  assert.notEqual(String(foreignRegExp('a')), String(foreignRegExp('b')));
});

test('what is no pattern throws', () => {
  assert.throws(() => isQuick('(a'), SyntaxError);
  assert.throws(() => foreignRegExp('a**'), SyntaxError);
});

test('no pattern that is checked takes long, whatever it is made of', () => {
  const pieces = [
    'a',
    'b',
    '.',
    '[ab]',
    '(',
    ')',
    '|',
    '*',
    '+',
    '?',
    '{2}',
    '{0,9}',
    '^',
    '$',
    '(?:',
    '(?=',
    String.raw`\w`,
  ];
  const source = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
  const texts = ['a'.repeat(512), `${'ab'.repeat(255)}!`, `${'a'.repeat(511)}!`];
  let run = 0;
  fc.assert(
    fc.property(source, (written) => {
      try {
        if (!isQuick(written)) return;
      } catch {
        return;
      }
      run++;
      const pattern = foreignRegExp(written);
      for (const text of texts) pattern.test(text);
    }),
    { numRuns: 3_000, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true },
  );
  assert.ok(run > 100, `${run} ran`);
});
