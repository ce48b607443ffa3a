import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowLine } from '../../learn/rows/row.ts';
import { maskRow } from './mask-row.ts';

const row: RowLine = {
  id: 'jane@example.com',
  task: 'mail',
  prompt: 'Write to jane@example.com, not to joe@example.com.',
  request: { characters: 50 },
  reference: { to: ['jane@example.com'] },
  outcomes: {
    small: { correct: 1, response: 'To: jane@example.com', answer: 'jane@example.com', cost_usd: 0.001 },
    large: { correct: 0, response: 'To: joe@example.com' },
    quiet: { correct: 0, response: null },
  },
};

describe('a masked row', () => {
  test('says the same of the same value in prompt, reference and answers', () => {
    const { row: masked, found } = maskRow(row);
    assert.equal(masked.prompt, 'Write to <email-1>, not to <email-2>.');
    assert.deepEqual(masked['reference'], { to: ['<email-1>'] });
    assert.deepEqual(masked.outcomes, {
      small: { correct: 1, response: 'To: <email-1>', answer: '<email-1>', cost_usd: 0.001 },
      large: { correct: 0, response: 'To: <email-2>' },
      quiet: { correct: 0, response: null },
    });
    assert.deepEqual(found, { email: 6 });
  });

  test('keeps its id, its counts and the names of its models', () => {
    const { row: masked } = maskRow(row);
    assert.deepEqual([masked.id, masked.task, masked.request], ['jane@example.com', 'mail', { characters: 50 }]);
  });

  test('is the row itself where there is nothing to mask', () => {
    const plain: RowLine = { prompt: 'Hello.', outcomes: { token: { correct: 1, response: 'Hello yourself.' } } };
    assert.deepEqual(maskRow(plain), { row: plain, found: {} });
  });

  test('the one that was given stays as it was', () => {
    const before = structuredClone(row);
    maskRow(row);
    assert.deepEqual(row, before);
  });
});
