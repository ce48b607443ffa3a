import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languagesOf } from './describe-group.ts';

const told = (counts: Record<string, number>, unknown = 0): string[] =>
  languagesOf(
    [...Object.entries(counts), [null, unknown] as const].flatMap(([language, times]) =>
      Array.from({ length: times }, () => ({ language })),
    ),
  );

test('a language counts from three calls and five percent of those that tell theirs', () => {
  assert.deepEqual(told({ pt: 1 }, 116), []);
  assert.deepEqual(told({ en: 30, pt: 2 }), ['en']);
  assert.deepEqual(told({ de: 3, en: 30 }), ['en', 'de']);
  assert.deepEqual(told({ de: 4, en: 100 }), ['en']);
});

test('no language counts where fewer than a quarter of the calls tell theirs', () => {
  assert.deepEqual(told({ en: 24 }, 76), []);
  assert.deepEqual(told({ en: 25 }, 75), ['en']);
});
