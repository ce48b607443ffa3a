import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import type { Report } from '../ledger/report.ts';
import { NOON_MS, sampleRow } from '../ledger/sample-row.test.ts';
import { type ReportOptions, reportCommand } from './report.ts';

const NOW = NOON_MS + 2 * 86_400_000;
let ledger: Ledger;

before(async () => {
  ledger = openLedger({ path: ':memory:' });
  const rows = [
    sampleRow({ id: '1', task: 'triage, "urgent"' }),
    sampleRow({
      id: '2',
      task: 'review\u001b[31m',
      escalated: true,
      costNanoUsd: 2_500_000_000,
      baselineNanoUsd: 10_000_000_000,
    }),
    sampleRow({ id: '3', task: null, costNanoUsd: null, costBasis: 'unknown', usage: null, atMs: NOW }),
  ];
  for (const row of rows) void ledger.record(row);
  await ledger.flush();
});

after(() => ledger.close());

function run(options: Omit<ReportOptions, 'ledger'> = {}): string {
  let text = '';
  const print = (more: string): void => {
    text += more;
  };
  reportCommand({ ledger: ledger.path, ...options }, print, NOW);
  return text;
}

/** The cells of the table's line that begins with `name`. */
function cellsOf(text: string, name: string): string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`│ ${name}`)) ?? '';
  return line
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

test('the table shows calls, tokens, money and what is unknown, without colours', () => {
  const text = run();
  assert.deepEqual(cellsOf(text, 'triage'), [
    'triage, "urgent"',
    '1',
    '0',
    '0',
    '120',
    '16.7%',
    '10',
    '$0.001',
    '$0.001',
    '$0.003',
    '$0.002',
    '66.7%',
    '-',
    '0',
  ]);
  assert.deepEqual(cellsOf(text, 'review').slice(7), ['$2.50', '$2.50', '$10.00', '$7.50', '75.0%', '-', '0']);
  assert.equal(cellsOf(text, 'review')[3], '1 (100.0%)');
  assert.equal(cellsOf(text, 'total')[3], '1 (33.3%)');
  assert.deepEqual(cellsOf(text, '(no task)').slice(7), ['-', '-', '$0.003', '-', '-', '-', '1']);
  assert.deepEqual(cellsOf(text, 'total').slice(1, 2), ['3']);
  assert.match(text, /Unknown: 1 call without a known cost, 0 without a known baseline; "saved" leaves out 1 call\./);
  assert.match(text, /Tokens: 1 call without a count/);
  assert.ok(!text.includes('\u001b'));
});

test('columns of what happened to no call are left out, so that the table fits a terminal', () => {
  const text = run({ task: 'triage, "urgent"' });
  assert.deepEqual(cellsOf(text, 'task').slice(7), ['per call', 'baseline', 'saved', 'saved %', 'by caches']);
  assert.match(run(), /escalated.*unknown/);
});

test('JSON carries the same report in nano-dollars', () => {
  const report = JSON.parse(run({ json: true, by: 'model' })) as Report & { skippedLines: number };
  assert.equal(report.by, 'model');
  assert.equal(report.rows[0]?.key, 'haiku');
  assert.equal(report.rows[0]?.costNanoUsd, 2_501_000_000);
  assert.equal(report.total.calls, 3);
  assert.equal(report.skippedLines, 0);
});

test('CSV quotes what needs it and leaves the unknown empty', () => {
  const lines = run({ csv: true }).split('\r\n');
  assert.match(
    lines[0] ?? '',
    /^task,calls,errors,.*,savings_usd,savings_share,cache_read_tokens,cache_write_tokens,cache_hit_rate,cache_savings_usd,cache_unpriced_tokens,predicted,explored,pinned,static,canaries,canary_usd,canary_unknown$/,
  );
  const line = (start: string): string => lines.find((candidate) => candidate.startsWith(start)) ?? '';
  assert.match(
    line('"triage, ""urgent"""'),
    /^"triage, ""urgent""",1,0,0,0,0,120,10,0,0\.001,0\.001,0,0\.003,0,1,0\.002,0\.6/,
  );
  assert.match(line(',1,'), /^,1,0,0,0,0,0,0,1,,,1,0\.003,0,0,,,0,0,,,0,0,0,0,0,0,0,0$/);
  assert.equal(lines.at(-1), '');
});

test('since and until bound the report', () => {
  assert.deepEqual(cellsOf(run({ since: '1d' }), 'total')[1], '1');
  assert.deepEqual(cellsOf(run({ until: '2026-03-02' }), 'total')[1], '2');
  assert.equal(run({ since: '2026-04-01' }), 'No calls in this period.\n');
});

test('what cannot be understood is refused in a sentence', () => {
  assert.throws(
    () => run({ by: 'colour' }),
    /"colour" is no grouping: choose one of task, model, provider, tenant, day/,
  );
  assert.throws(() => run({ since: 'soon' }), /"soon" is no time/);
  assert.throws(() => reportCommand({ ledger: '/no/such/ledger' }, () => {}), /There is no ledger at/);
});

test('what caches saved is in every form, with the prices at hand', () => {
  const cacheRates = () => ({ input: 5e12, cacheRead: 5e11, cacheWrite5m: null, cacheWrite1h: null });
  const asked = { by: 'provider', cacheRates };
  const cells = cellsOf(run(asked), 'anthropic');
  assert.deepEqual([cells[5], cells[12]], ['16.7%', '$0.18']);
  const report = JSON.parse(run({ ...asked, json: true })) as Report;
  assert.deepEqual(
    [report.by, report.total.cacheSavingsNanoUsd, report.total.cacheHitRate],
    ['provider', 180_000_000, 40 / 240],
  );
  const [head = '', line = ''] = run({ ...asked, csv: true }).split('\r\n');
  const field = (name: string): string | undefined => line.split(',')[head.split(',').indexOf(name)];
  assert.deepEqual(
    [field('cache_read_tokens'), field('cache_savings_usd'), field('cache_unpriced_tokens')],
    ['40', '0.18', '0'],
  );
  assert.match(run({ by: 'provider' }), /Caches: 40 tokens read or written have no known price/);
  assert.doesNotMatch(run(asked), /Caches:/);
});

test('how often predicted routes went by a forecast is told where there are any', async (t) => {
  assert.doesNotMatch(run(), /Predicted routes/);
  const other = openLedger({ path: ':memory:' });
  t.after(() => other.close());
  const prediction = { artifact: 'a', chances: {}, first: 'haiku', propensity: 1, encoderNanoUsd: 0 };
  const rows = [
    sampleRow({ id: '1', prediction: { ...prediction, how: 'predicted', why: null } }),
    sampleRow({ id: '2', prediction: { ...prediction, how: 'explored', why: 'no_evidence' } }),
    sampleRow({ id: '3', prediction: { ...prediction, how: 'pinned', why: null } }),
    sampleRow({ id: '4', prediction: { ...prediction, how: 'static', why: 'late' } }),
    sampleRow({ id: '5' }),
  ];
  for (const row of rows) void other.record(row);
  await other.flush();
  let text = '';
  reportCommand({ ledger: other.path }, (more) => (text += more), NOW);
  assert.match(
    text,
    /Predicted routes: 4 calls, 1 by forecast, 1 explored, 1 kept by a session, 1 static; 50\.0% without a forecast \(1 without evidence, 1 late\)\.\n/,
  );
  let json = '';
  reportCommand({ ledger: other.path, json: true }, (more) => (json += more), NOW);
  const { total } = JSON.parse(json) as Report;
  assert.deepEqual(
    [total.predicted, total.explored, total.pinned, total.static, total.unforeseen],
    [1, 1, 1, 1, { no_evidence: 1, broken: 0, late: 1, resting: 0 }],
  );
});
