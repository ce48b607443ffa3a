import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ModelCounts, profileOf, reportTask } from '../../lifecycle/report/report.fixture.ts';
import { writeProfiles } from './table.ts';

const SMALL: ModelCounts = { model: 'small', passed: 199, thousand: 0.345 };
const MID: ModelCounts = { model: 'mid', passed: 200, thousand: 4 };
const FRONTIER: ModelCounts = { model: 'frontier', passed: 200, thousand: 7 };

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('a profile as text', () => {
  const text = writeProfiles([reportTask(profileOf('triage', [SMALL, MID, FRONTIER]))], 'frontier');

  test('begins with the task and what an answer has to pass', () => {
    assert.match(text, /^triage {2}200 samples, all with a reference; gates: reference, finish\n/);
  });

  test('has a line for each model, cheapest first, the recommended one marked', () => {
    const rows = text.split('\n').filter((line) => /^│ (small|mid|frontier)/.test(line));
    assert.deepEqual(
      rows.map((row) =>
        row
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
      [
        ['small *', '99.5 %', '97.2 - 99.9', '● default', '$0.345', '$0.347', '60', '240 ms / 2.10 s'],
        ['mid', '100 %', '98.1 - 100', '● default', '$4.00', '$4.00', '60', '240 ms / 2.10 s'],
        ['frontier', '100 %', '98.1 - 100', '● default', '$7.00', '$7.00', '60', '240 ms / 2.10 s'],
      ],
    );
  });

  test('names what beats a model that is off the frontier, and only those', () => {
    assert.match(text, /\n {2}frontier is off the frontier: mid is as good and costs 43 % less\n/);
    assert.doesNotMatch(text, /mid is off the frontier/);
  });

  test('says what failed', () => {
    assert.match(text, /\n {2}small failed: reference 1\n/);
  });

  test('says that an answer can fail at several gates where several refused some', () => {
    const byGate = [
      { gate: 'reference', judged: 100, passed: 55, broken: 0 },
      { gate: 'length', judged: 100, passed: 81, broken: 0 },
    ];
    const twice = { ...SMALL, passed: 55, judged: 100, changes: { byGate } };
    assert.match(
      writeProfiles([reportTask(profileOf('t', [twice]))], null),
      /\n {2}small failed: reference 45, length 19 \(one answer can fail at several\)\n/,
    );
  });

  test('ends with what to do and what that saves', () => {
    assert.match(
      text,
      /\n=> small: its answers can be taken as they come\. It saves \$6\.66 \(95\.1 %\) per 1,000 calls against frontier\.\n$/,
    );
  });

  test('of one task has no overview', () => {
    assert.doesNotMatch(text, /saved a month/);
  });
});

describe('what is not whole', () => {
  test('is told beneath the table', () => {
    const open: ModelCounts = { ...SMALL, passed: 97, judged: 100, missing: 100 };
    const text = writeProfiles([reportTask(profileOf('t', [open]))], null);
    assert.match(text, /small is not whole: 100 of 200 have no answer or verdict/);
    assert.match(text, /small is undecided: it takes about \d+ more samples/);
  });

  test('a model of which nothing is known has dashes', () => {
    const text = writeProfiles(
      [reportTask(profileOf('t', [{ ...SMALL, passed: 0, judged: 0, thousand: null }]))],
      null,
    );
    assert.match(text, /│ small │ +- │ +- │ \? undecided │ +- │ +- │/);
    assert.doesNotMatch(text, /small is undecided/);
  });

  test('refusals of the provider and verdicts that gates could not give are counted', () => {
    const changes = { refused: 3, byGate: [{ gate: 'judge', judged: 100, passed: 90, broken: 7 }] };
    const text = writeProfiles([reportTask(profileOf('t', [{ ...SMALL, changes }]))], null);
    assert.match(text, /small failed: judge 10 \(7 without a verdict\), refused by the provider 3\n/);
  });
});

describe('several tasks', () => {
  const tasks = [
    reportTask(profileOf('triage', [SMALL, FRONTIER]), { volume: 1_000_000 }),
    reportTask(profileOf('review', [{ ...SMALL, passed: 10 }, FRONTIER])),
  ];

  test('end with a line for each, and what is saved a month', () => {
    const text = writeProfiles(tasks, 'frontier');
    const [, overview = ''] = text.split(/(?=┌[─┬]+┐\n│ task)/);
    const rows = overview.split('\n').filter((line) => /^│ (triage|review)/.test(line));
    assert.deepEqual(
      rows.map((row) =>
        row
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
      [
        ['triage', 'small', '● default', '$7.00', '$0.345', '95.1 %', '$6,655.00'],
        ['review', 'frontier', '● default', '$7.00', '$7.00', '0 %', '-'],
      ],
    );
    assert.match(
      overview,
      /Of 1,000 calls: what they cost at frontier, then as recommended\.\nSaved a month, where the volume is known: \$6,655\.00 of \$7,000\.00\./,
    );
  });

  test('a model that is taken for now has its own verdict, and is marked', () => {
    const open = reportTask(profileOf('open', [{ ...SMALL, passed: 195 }, FRONTIER]));
    const text = writeProfiles([open, ...tasks], 'frontier');
    assert.match(text, /│ open +│ frontier │ ● default for now │/);
  });

  test('say so when there is no baseline', () => {
    assert.match(writeProfiles(tasks, null), /There is no baseline to count savings against\./);
  });
});

describe('no line is wider than 110 columns', () => {
  test('whatever models, tasks and gates are called and cost', () => {
    const name = fc.string({ minLength: 1, maxLength: 130, unit: fc.constantFrom('a', 'b', '-', '/', '.', ' ') });
    fc.assert(
      fc.property(name, name, fc.double({ min: 0, max: 1e6, noNaN: true }), (task, model, thousand) => {
        const counts = [
          { model, passed: 180, thousand, changes: { tier: model } },
          { model: `${model}2`, passed: 200, thousand: thousand + 1 },
        ];
        const gates = task.replaceAll(/[^ab]/g, 'x ').trim();
        const text = writeProfiles(
          [
            reportTask(profileOf(task.slice(0, 60), counts, { gates: [gates.slice(0, 60)] })),
            reportTask(profileOf('b', counts)),
          ],
          model,
        );
        const words = text.split(/\s/).map((word) => word.length);
        if (Math.max(...words) <= 100) assert.ok(widest(text) <= 110, `${widest(text)}`);
        for (const line of text.split('\n')) if (/^[┌│├└]/.test(line)) assert.ok(line.length <= 110, line);
      }),
      { numRuns: 60 },
    );
  });

  test('nor does a name reach the terminal with control characters', () => {
    const evil = { ...SMALL, model: 'a\u{1b}[31mred' };
    assert.ok(!writeProfiles([reportTask(profileOf('t\u{1b}', [evil]))], null).includes('\u{1b}'));
  });
});
