import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ReportTask } from './advice.ts';
import { all, type Element, readMarkup, tableOf, textOf } from './markup.fixture.ts';
import { reportPage } from './page.ts';
import { type ModelCounts, profileOf, reportTask } from './report.fixture.ts';

const SMALL: ModelCounts = { model: 'small', passed: 199, thousand: 0.345 };
const MID: ModelCounts = { model: 'mid', passed: 200, thousand: 4 };
const FRONTIER: ModelCounts = { model: 'frontier', passed: 200, thousand: 7 };
const TRIAGE = reportTask(profileOf('triage', [SMALL, MID, FRONTIER]), {
  volume: 100_000,
  latencyBudgetMs: 500,
  owner: 'support',
});
const REVIEW = reportTask(profileOf('review', [{ ...SMALL, passed: 120 }, { ...MID, passed: 194 }, FRONTIER]));

const pageOf = (tasks: readonly ReportTask[], baseline: string | null = 'frontier'): string =>
  reportPage({ tasks, baseline });
const read = (tasks: readonly ReportTask[], baseline?: string | null): Element =>
  readMarkup(pageOf(tasks, baseline).trim());

describe('the page', () => {
  test('is whole, in one language, for every screen', () => {
    const page = read([TRIAGE, REVIEW]);
    const [html] = all(page, 'html');
    assert.equal(html?.attributes['lang'], 'en');
    assert.deepEqual(all(page, 'h1').map(textOf), ['Which model for which task']);
    assert.deepEqual(all(page, 'h2').map(textOf), ['triage', 'review', 'How sure is this?', 'How it was measured']);
    assert.ok(all(page, 'meta').some(({ attributes }) => attributes['name'] === 'viewport'));
  });

  test('has no script and asks for nothing, and its policy allows neither', () => {
    const text = pageOf([TRIAGE, REVIEW]);
    assert.doesNotMatch(text, /<script|<link|<iframe|<img|url\(|@import|javascript:|\son\w+=|https?:/i);
    const [policy] = all(readMarkup(text.trim()), 'meta').filter(
      ({ attributes }) => attributes['http-equiv'] !== undefined,
    );
    assert.match(policy?.attributes['content'] ?? '', /^default-src 'none'; style-src 'unsafe-inline';/);
  });

  test('is the same for the same profiles', () => {
    assert.equal(pageOf([TRIAGE, REVIEW]), pageOf([TRIAGE, REVIEW]));
  });

  test('has every id once, and every reference leads to one', () => {
    const elements = ['section', 'h2', 'svg', 'title', 'desc', 'a', 'p'].flatMap((tag) =>
      all(read([TRIAGE, REVIEW]), tag),
    );
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    assert.equal(new Set(ids).size, ids.length);
    const references = elements.flatMap(({ attributes }) => [
      ...(attributes['aria-labelledby'] ?? '').split(' ').filter(Boolean),
      ...(attributes['href'] ?? '').replace('#', '').split(' ').filter(Boolean),
    ]);
    assert.ok(references.length > 20);
    for (const reference of references) assert.ok(ids.includes(reference), reference);
  });

  test('looks the same on paper whatever the screen likes', () => {
    const style = pageOf([TRIAGE]);
    assert.match(style, /@media screen and \(prefers-color-scheme:dark\)/);
    assert.doesNotMatch(style, /@media \(prefers-color-scheme/);
    assert.match(style, /@media print/);
  });
});

describe('the top of the page', () => {
  test('says what to do and what it saves, then a line for each task', () => {
    const page = read([TRIAGE, REVIEW]);
    assert.match(
      textOf(all(page, 'p', 'headline')[0]),
      /^The recommended models save \$665\.50 a month: 95\.1\u{a0}% of what 1 task costs at frontier\.$/u,
    );
    assert.deepEqual(tableOf(page, 'What to do, task by task'), [
      ['Task', 'Take', 'Pass rate', '1,000 calls now', '1,000 calls then', 'Saving a month', 'Verdict'],
      ['triage support', 'small', '99.5 % 97.2 % to 99.9 %', '$7.00', '$0.345 95.1 % less', '$665.50', '● default'],
      ['review', 'frontier', '100 % 98.1 % to 100 %', '$7.00', '$7.00', '-', '● default for now'],
    ]);
  });

  test('what is not known is a dash and never nothing', () => {
    const unpriced = reportTask(profileOf('t', [{ ...SMALL, thousand: null }]), { volume: 1000 });
    const [, row] = tableOf(read([unpriced], null), 'What to do, task by task');
    assert.deepEqual(row, ['t', 'no model yet', '-', '-', '-', '-', '? undecided']);
  });

  test('a model behind gates stands with the one behind it, and what both come to', () => {
    const gated: ModelCounts = {
      model: 'small',
      passed: 182,
      accepted: 186,
      thousand: 1,
      changes: { verdict: 'gated' },
    };
    const [, row] = tableOf(read([reportTask(profileOf('t', [gated, FRONTIER]))]), 'What to do, task by task');
    assert.equal(row?.[1], 'small then frontier');
    assert.match(row?.[2] ?? '', /about 98 % with both$/);
  });
});

describe('a task on the page', () => {
  test('has its models with every figure of the profile', () => {
    const page = read([TRIAGE]);
    const [head, small] = tableOf(page, 'Models, cheapest first');
    assert.equal(head?.length, small?.length);
    assert.deepEqual(small, [
      'small',
      '99.5 %',
      '97.2 % to 99.9 %',
      '● default',
      '$0.345',
      '$0.347',
      '30 / 168',
      '240 ms / 2.10 s',
    ]);
  });

  test('has five charts, each with a title, a description and how to read it', () => {
    const page = read([TRIAGE]);
    const figures = all(page, 'figure');
    assert.equal(figures.length, 5);
    for (const figure of figures) {
      assert.ok(textOf(all(figure, 'figcaption')[0]).length > 10);
      assert.ok(textOf(all(figure, 'title')[0]).startsWith('triage: '));
      assert.ok(textOf(all(figure, 'desc')[0]).includes('frontier'));
    }
  });

  test('has the figures of a chart as a table behind it, where no other table has them', () => {
    const gates = tableOf(read([TRIAGE]), 'What each gate lets pass');
    assert.deepEqual(gates[1], ['reference', 'small', '200', '199', '99.5 %', '0']);
    assert.equal(gates.length, 1 + 2 * 3);
    assert.deepEqual(tableOf(read([TRIAGE]), 'Tokens of answers')[1], [
      'small',
      '60',
      '30',
      '136',
      '168',
      '194',
      '200',
    ]);
  });

  test('names what beats a model off the frontier', () => {
    const [list] = all(read([TRIAGE]), 'ul', 'beaten');
    assert.equal(textOf(list), 'frontier: mid is as good and costs 43 % less.');
    assert.equal(all(read([reportTask(profileOf('t', [SMALL]))]), 'ul', 'beaten').length, 0);
  });

  test('says what is not known', () => {
    assert.match(
      textOf(all(read([REVIEW]), 'ul', 'unknown')[0]),
      /calls there are in a month.*mid: what it is good for/,
    );
    assert.equal(all(read([TRIAGE]), 'ul', 'unknown').length, 0);
  });

  test('holds the time against the budget', () => {
    const [latency] = all(read([TRIAGE]), 'figure', 'latency');
    assert.match(textOf(latency), /budget of 500 ms/);
    assert.match(textOf(latency), /2\.10 s over/);
  });

  test('has the warnings of its profile before its figures', () => {
    const doubted = reportTask(profileOf('t', [SMALL], { warnings: ['The judge <big> was not graded.'] }));
    assert.equal(textOf(all(read([doubted]), 'ul', 'warnings')[0]), 'The judge <big> was not graded.');
    assert.equal(all(read([TRIAGE]), 'ul', 'warnings').length, 0);
    const command = reportTask(profileOf('t', [SMALL], { warnings: ['Run `tierline judge t` <now>.', 'one ` alone'] }));
    const [list] = all(read([command]), 'ul', 'warnings');
    assert.equal(textOf(list), 'Run tierline judge t <now>.one ` alone');
    assert.deepEqual(all(list as Element, 'code').map(textOf), ['tierline judge t']);
  });

  test('of which nothing is known yet has no charts and says so', () => {
    const page = read([reportTask(profileOf('new', []))]);
    assert.equal(all(page, 'svg').length, 0);
    assert.match(textOf(all(page, 'p', 'advice')[0]), /None of these models is good enough/);
  });
});

describe('the end of the page', () => {
  test('tells how sure each rate is', () => {
    const [, , mid] = tableOf(read([REVIEW]), 'Pass rates and what they rest on');
    assert.deepEqual(mid?.slice(0, 6), ['review', 'mid', '200', '200', '0', '97 %']);
    assert.match(mid?.[7] ?? '', /^[\d.]+ points$/);
    assert.match(mid?.[9] ?? '', /^about [\d,]+ more samples$/);
  });

  test('tells where everything comes from: samples, thresholds, dates, snapshots', () => {
    const page = read([TRIAGE]);
    assert.deepEqual(tableOf(page, 'Where the figures come from')[1], [
      'triage',
      '200',
      '200',
      'f29328818254e58c3d6a3261',
      '85 %',
      '95 %',
      '95 %',
      '100,000',
      '500 ms',
      '$2.50',
      '2026-11-01 10:30 UTC',
    ]);
    assert.deepEqual(tableOf(page, 'What answered, and when')[1], [
      'triage',
      'small',
      'up/small',
      'small-2026-01-01',
      '2026-11-01 10:00 UTC',
      '2026-11-01 10:20 UTC',
    ]);
  });

  test('sums that nobody knows are named beside what was spent', () => {
    const task = reportTask(profileOf('t', [SMALL], { spent: { nanoUsd: 1e9, unknown: 2 } }));
    assert.equal(tableOf(read([task]), 'Where the figures come from')[1]?.[9], '$1.00 and 2 unknown sums');
  });
});

describe('hostile names', () => {
  test('of tasks, models, gates, owners and snapshots are text, whatever they are', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '</title><script>alert(1)</script>',
        '"><svg onload=alert(1)>',
        "' onmouseover='x",
        ']]>',
        '<!--',
        '&lt;',
        '${x}',
      ),
    );
    fc.assert(
      fc.property(name, name, name, (task, model, gate) => {
        const counts: ModelCounts = {
          model,
          passed: 180,
          thousand: 1,
          changes: {
            tier: gate,
            snapshots: [task],
            upstream: [gate],
            byGate: [{ gate, judged: 9, passed: 8, broken: 1 }],
          },
        };
        const text = pageOf(
          [reportTask(profileOf(task, [counts, FRONTIER], { gates: [gate] }), { owner: model })],
          model,
        );
        assert.doesNotMatch(text, /<script|<svg [^>]*onload/i);
        const page = readMarkup(text.trim());
        assert.equal(all(page, 'svg').length, 5);
        assert.equal(all(page, 'section').length, 4);
      }),
      { numRuns: 60 },
    );
  });

  test('are all there, and break no table', () => {
    const evil = '<b>"bold" & \'quoted\'</b>';
    const page = read([reportTask(profileOf(evil, [{ ...SMALL, model: evil }]))], null);
    assert.equal(tableOf(page, 'What to do, task by task')[1]?.[0], evil);
    assert.equal(tableOf(page, 'Models, cheapest first')[1]?.[0], evil);
    assert.equal(textOf(all(page, 'h2')[0]), evil);
  });
});
