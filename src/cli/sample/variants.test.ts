import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeMade } from './variants.ts';

const made = { task: 'triage', path: 'a.jsonl', made: 3, wrong: 0, repeated: 0, firstWrong: null, spent: 0 };

test('variants that were made are told with their file', () => {
  assert.match(
    writeMade({ ...made, repeated: 2 }),
    /^triage: 3 variants, without 2 that were there already; .*\nWritten to a\.jsonl\n$/,
  );
});

test('where none were made, nothing was written, and what was wrong with the first is told', () => {
  const text = writeMade({ ...made, made: 0, wrong: 5, firstWrong: 'a line has no "text"' });
  assert.match(text, /^triage: 0 variants, without 5 that were none \(the first: a line has no "text"\); /);
  assert.match(text, /\nNothing was written\.\n$/);
});
