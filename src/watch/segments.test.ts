import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segmentsOf } from './segments.ts';

const AT = Date.UTC(2026, 10, 28, 9, 30);

test('a call is counted to its tenant, its hours, its length and its language', () => {
  assert.deepEqual(segmentsOf({ bytes: 100 }, { tenant: 'acme', atMs: AT, language: 'de' }), [
    'tenant:acme',
    'hours:08-12',
    'input:short',
    'language:de',
  ]);
});

test('a language that is not known is no segment', () => {
  const segments = segmentsOf({ bytes: 3_000 }, { tenant: 'a', atMs: AT + 14 * 3_600_000, language: null });
  assert.deepEqual(segments, ['tenant:a', 'hours:20-24', 'input:middling']);
  assert.equal(segmentsOf({ bytes: 1e6 }, { tenant: 'a', atMs: 0, language: null })[2], 'input:long');
});
