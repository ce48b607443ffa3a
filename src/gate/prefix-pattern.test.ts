import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { patternProblem } from '../call/pattern.ts';
import { prefixPattern } from './prefix-pattern.ts';

const couldMatch = (source: string, start: string): boolean | null => prefixPattern(source)?.test(start) ?? null;

test('a beginning of a match is told from what can no longer be one', () => {
  for (const start of ['', '1', '123']) assert.equal(couldMatch(String.raw`^\d+$`, start), true, start);
  for (const start of ['x', '12x', ' 1']) assert.equal(couldMatch(String.raw`^\d+$`, start), false, start);
  assert.equal(couldMatch('^(?:yes|no): .{2,4}[.!]$', 'no: a'), true);
  assert.equal(couldMatch('^(?:yes|no): .{2,4}[.!]$', 'no, a'), false);
  assert.equal(couldMatch('^(?:yes|no): .{2,4}[.!]$', 'no: abcdef'), false);
  assert.equal(couldMatch(String.raw`^[\]\-a]{2}\u{1F600}(?<n>x)?`, ']-\u{1F600}'), true);
  assert.equal(couldMatch(String.raw`^[\]\-a]{2}\u{1F600}(?<n>x)?`, ']-x'), false);
});

test('what goes on after a match without an end is still one', () => {
  assert.equal(couldMatch('^ab', 'abc'), true);
  assert.equal(couldMatch('^ab', 'acb'), false);
});

test('nothing is said of patterns that are not anchored or cannot be followed', () => {
  for (const source of [
    'a',
    '^a|b',
    'b|^a',
    '(^a)',
    '^^a',
    '^(?=a)',
    '^(?!a)',
    '^a(?<=a)',
    '^a(?<!b)',
    String.raw`^(a)\1`,
    String.raw`^(?<n>a)\k<n>`,
    '^(?i:a)',
  ])
    assert.equal(prefixPattern(source), null, source);
});

test('word boundaries are left out, which only lets more pass', () => {
  assert.equal(couldMatch(String.raw`^\bab\b`, 'a'), true);
  assert.equal(couldMatch(String.raw`^\bab\b`, 'x'), false);
});

/** Patterns of all that is followed. */
const { source } = fc.letrec<{ source: string; item: string }>((tie) => ({
  source: fc.array(tie('item'), { maxLength: 4 }).map((items) => items.join('')),
  item: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', String.raw`\w`, String.raw`\x61`, String.raw`\u0062`, '😀'),
        fc.tuple(tie('source'), tie('source')).map(([one, other]) => `(${one}|${other})`),
        tie('source').map((inner) => `(?:${inner})`),
      ),
      fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}?', '*?'),
    )
    .map(([atom, times]) => atom + times),
}));

test('every beginning of every match could match', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '😀', '1'), { maxLength: 8 });
  let matches = 0;
  fc.assert(
    fc.property(source, fc.constantFrom('', '$'), text, fc.nat(8), (inner, end, chars, length) => {
      const written = `^${inner}${end}`;
      if (patternProblem(written) !== null) return;
      if (!new RegExp(written, 'u').test(chars.join(''))) return;
      matches++;
      assert.equal(
        couldMatch(written, chars.slice(0, length).join('')),
        true,
        JSON.stringify([written, chars, length]),
      );
    }),
    { numRuns: 3_000 },
  );
  assert.ok(matches > 300, `${matches} matches`);
});
