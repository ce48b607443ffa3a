import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternProblem } from './pattern.ts';

test('ordinary patterns pass', () => {
  for (const source of [
    'refund',
    '^Review (this|the) ',
    String.raw`order #?\d+`,
    '(a|b)*c',
    '(abc)+',
    '(?:abc)+d*',
    '(a+)b(c+)',
    '(a+){3}',
    '(a{2})+',
    '(a?)+',
    String.raw`(\+)+`,
    '([+*])+',
    String.raw`([\]+])*`,
    String.raw`\(a+\)+`,
    String.raw`\p{Lu}+`,
    '(?<year>[0-9]{4})-',
    '(?=a+)b',
  ])
    assert.equal(patternProblem(source), null, source);
});

test('nested repetitions are refused', () => {
  for (const source of [
    '(a+)+',
    '(a*)*',
    '(a+)*b',
    '(?:a+)+',
    '((a+)b?)+',
    '(?:(?:a+))*',
    '([a-z]+)*$',
    String.raw`(\w+\s?)*$`,
    '(a{2,})+',
    '(a+){2,}',
    '(a+){1,1000}',
    '(x|a+)+',
    '(?<word>a+)+',
  ])
    assert.match(patternProblem(source) ?? '', /repetition/, source);
});

test('what is no pattern is refused with the reason', () => {
  assert.match(patternProblem('(a') ?? '', /not a valid regular expression: unterminated group/);
  assert.match(patternProblem('a**') ?? '', /nothing to repeat/);
  assert.match(patternProblem('') ?? '', /empty/);
  assert.match(patternProblem('a'.repeat(1001)) ?? '', /1000 characters/);
});

test('no text makes the check throw, and what passes compiles', () => {
  const source = fc.string({ unit: fc.constantFrom('a', '(', ')', '+', '*', '[', ']', '\\', '{2,}', '?', '|', ':') });
  fc.assert(
    fc.property(source, (text) => {
      if (patternProblem(text) === null) new RegExp(text, 'u').test('aaa');
    }),
  );
});
