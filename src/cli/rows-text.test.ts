import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RowsResult, sayRows } from './rows-text.ts';

const result: RowsResult = {
  task: 'label',
  file: 'rows.jsonl',
  rows: 12,
  outcomes: { small: { count: 12, mean: 2 / 3 }, 'very-large': { count: 1, mean: 1 } },
  empty: 0,
  masked: {},
  left: [],
  unasked: {},
};

test('what there is is told by model', () => {
  assert.equal(
    sayRows(result),
    `label: 12 rows in rows.jsonl
  small       12 outcomes, mean quality 0.667
  very-large  1 outcome, mean quality 1
`,
  );
});

test('so is everything that there is not, and what was masked', () => {
  const text = sayRows({
    ...result,
    outcomes: {},
    empty: 1,
    masked: { email: 2, phone: 1 },
    left: [
      { model: 'small', say: 'no verdict', count: 1 },
      { model: null, say: 'cannot be read', count: 3 },
    ],
    unasked: { small: 1, mid: 2 },
  });
  assert.deepEqual(text.trimEnd().split('\n').slice(1), [
    '  small: 1 sample was never asked of it',
    '  mid: 2 samples were never asked of it',
    '  left out: 1 answer of small, no verdict',
    '  left out: 3, cannot be read',
    '  1 request without an outcome made no row',
    '  masked: 2 email, 1 phone',
  ]);
});

test('rows of no task, and rows on standard output, have no name and no place', () => {
  assert.equal(sayRows({ ...result, task: null, file: '-', rows: 1, outcomes: {} }), '1 row\n');
});
