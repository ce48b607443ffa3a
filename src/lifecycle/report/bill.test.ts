import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceFor } from './advice.ts';
import { billSection, type MonthlyBill } from './bill.ts';
import { all, type Element, readMarkup, tableOf, textOf } from './markup.fixture.ts';
import { profileOf, reportTask } from './report.fixture.ts';

const ADVICES = [
  adviceFor(
    reportTask(
      profileOf('triage', [
        { model: 'small', passed: 199, thousand: 1 },
        { model: 'frontier', passed: 200, thousand: 10 },
      ]),
      { volume: 100_000 },
    ),
    'frontier',
  ),
];
const LINE = {
  task: 'triage',
  calls: 100_000,
  baseline: 1e12,
  routed: 3e11,
  low: 2.5e11,
  high: 4e11,
  predicted: 1.5e11,
};
const BILL: MonthlyBill = {
  verdict: 'Routing pays: 70 % less.',
  lines: [LINE],
  scenarios: [
    { say: 'it stays as it is', baseline: 1e12, routed: 3e11, isOther: false },
    { say: 'strong model at half its price', baseline: 2e11, routed: 3e11, isOther: true },
    { say: 'in batches', baseline: null, routed: 3e11, isOther: false },
  ],
  notes: ['A <note>.'],
};

const draw = (changes: Partial<MonthlyBill> = {}): Element =>
  readMarkup(billSection({ ...BILL, ...changes }, ADVICES).text.trim());

describe('the bill of a month', () => {
  test('has what each task costs at the baseline, as it is routed, and as recommended', () => {
    assert.deepEqual(tableOf(draw(), 'Each task in a month')[1], [
      'triage',
      '100,000',
      '$1,000.00',
      '$300.00 $250.00 to $400.00',
      '$100.00',
      '$150.00',
    ]);
  });

  test('has no interval where its ends are the same, and dashes for what is not known', () => {
    const line = { ...LINE, calls: null, baseline: null, low: 3e11, high: 3e11, predicted: null };
    assert.deepEqual(tableOf(draw({ lines: [line] }), 'Each task in a month')[1], [
      'triage',
      '-',
      '-',
      '$300.00',
      '$100.00',
      '-',
    ]);
    const other = tableOf(draw({ lines: [{ ...LINE, task: 'gone' }] }), 'Each task in a month')[1];
    assert.equal(other?.[4], '-');
  });

  test('says what it hangs on, and where another way would be cheapest', () => {
    assert.deepEqual(tableOf(draw(), 'The same month, if').slice(1), [
      ['it stays as it is', '$1,000.00', '$300.00', 'as routed'],
      ['strong model at half its price', '$200.00', '$300.00', 'baseline (another)'],
      ['in batches', '-', '$300.00', '-'],
    ]);
    assert.throws(() => tableOf(draw({ scenarios: [] }), 'The same month, if'));
  });

  test('begins with its verdict and ends with its notes', () => {
    assert.equal(textOf(all(draw(), 'p')[0]), 'Routing pays: 70\u{a0}% less.');
    assert.deepEqual(all(draw(), 'li').map(textOf), ['A <note>.']);
    assert.equal(all(draw({ notes: [] }), 'ul').length, 0);
  });
});
