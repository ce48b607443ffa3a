import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../call/verdict.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { LeftOut } from './left-out.ts';
import { joinRows, type SourcedRows, sayUnjudged } from './sourced-rows.ts';

function rowsOf(source: string, rows: Record<string, Record<string, number>>): SourcedRows {
  const lines = Object.entries(rows).map(([digest, models]): [string, RowLine] => [
    digest,
    {
      prompt: digest,
      source,
      outcomes: Object.fromEntries(Object.entries(models).map(([model, correct]) => [model, { correct }])),
    },
  ]);
  return { rows: new Map(lines), left: [{ model: null, say: source, count: 1 }], unasked: new Map([[source, 2]]) };
}

describe('rows of two sources', () => {
  const joined = joinRows(
    rowsOf('profile', { both: { small: 1 }, first: { small: 0 }, empty: {} }),
    rowsOf('evaluate', { both: { small: 0, large: 1 }, empty: { large: 0 }, second: { large: 1 } }),
  );

  test('are one row for each sample, and the first source has the first word', () => {
    assert.deepEqual(joined.rows.get('both'), {
      prompt: 'both',
      source: 'profile',
      outcomes: { small: { correct: 1 }, large: { correct: 1 } },
    });
    assert.equal(joined.rows.get('first')?.source, 'profile');
    assert.equal(joined.rows.get('second')?.source, 'evaluate');
    assert.equal(joined.rows.size, 4);
  });

  test('a sample that the first knows nothing of is the second one’s', () => {
    assert.deepEqual(joined.rows.get('empty'), {
      prompt: 'empty',
      source: 'evaluate',
      outcomes: { large: { correct: 0 } },
    });
  });

  test('what either left out is told', () => {
    assert.deepEqual(
      joined.left.map(({ say }) => say),
      ['profile', 'evaluate'],
    );
    assert.deepEqual(
      [...joined.unasked],
      [
        ['profile', 2],
        ['evaluate', 2],
      ],
    );
  });
});

describe('what is left out', () => {
  test('is counted by model and reason, in the order in which it was met', () => {
    const left = new LeftOut();
    left.add('b', 'no verdict');
    left.add('a', 'no verdict', 2);
    left.add('b', 'no verdict');
    left.add(null, 'no verdict');
    assert.deepEqual(left.list(), [
      { model: 'b', say: 'no verdict', count: 2 },
      { model: 'a', say: 'no verdict', count: 2 },
      { model: null, say: 'no verdict', count: 1 },
    ]);
  });

  test('names the gates that could not say, each once', () => {
    const verdict = (gate: string, isBroken?: true): Verdict => ({
      gate,
      pass: false,
      score: null,
      reason: '',
      costNanoUsd: 0,
      ...(isBroken === undefined ? {} : { isBroken }),
    });
    const verdicts = [verdict('judge', true), verdict('finish'), verdict('peer', true), verdict('judge', true)];
    assert.equal(sayUnjudged(verdicts), 'no verdict, judge, peer could not say');
    assert.equal(sayUnjudged([]), 'no verdict');
  });
});
