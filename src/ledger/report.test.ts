import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CallRow } from '../call/row.ts';
import { totalInputTokens, toUsage } from '../call/usage.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type LedgerReader, openLedgerReader } from './reader.ts';
import { NOON_MS, sampleRow } from './sample-row.test.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// Six calls whose sums are worked out by hand in the tests below.
const ROWS: CallRow[] = [
  sampleRow({ id: '1', costNanoUsd: 100, baselineNanoUsd: 300, latencyMs: 40 }),
  sampleRow({ id: '2', costNanoUsd: 500, baselineNanoUsd: 400, latencyMs: 150, model: 'sonnet', escalated: true }),
  sampleRow({ id: '3', costNanoUsd: 70, baselineNanoUsd: null, baselineBasis: 'unknown', atMs: NOON_MS + DAY_MS }),
  sampleRow({
    id: '4',
    task: null,
    costNanoUsd: null,
    costBasis: 'unknown',
    baselineNanoUsd: 900,
    usage: null,
    status: 'client_gone',
  }),
  sampleRow({
    id: '5',
    task: 'review',
    tenant: 'globex',
    costNanoUsd: 2_000,
    baselineNanoUsd: 6_000,
    costBasis: 'estimated',
    atMs: NOON_MS + DAY_MS + HOUR_MS,
    usage: toUsage({
      inputTokens: 1,
      cacheReadTokens: 2,
      cacheWrite5mTokens: 4,
      cacheWrite1hTokens: 8,
      audioInputTokens: 16,
      outputTokens: 32,
      audioOutputTokens: 64,
    }),
  }),
  sampleRow({
    id: '6',
    task: 'review',
    model: null,
    tier: null,
    provider: null,
    status: 'error',
    costNanoUsd: 0,
    attempts: [],
  }),
];

/** A ledger that never answers fails the tests instead of making them wait for ever. */
const LIMIT = { timeout: 60_000 };

let ledger: Ledger;
let reader: LedgerReader;

before(async () => {
  ledger = openLedger({ path: ':memory:' });
  for (const row of ROWS) void ledger.record(row);
  await ledger.flush();
  reader = openLedgerReader(ledger.path);
}, LIMIT);

after(async () => {
  reader.close();
  await ledger.close();
}, LIMIT);

test('a report by task adds up what was worked out by hand', () => {
  const { rows } = reader.report({ by: 'task' });
  assert.deepEqual(
    rows.map((row) => row.key),
    ['review', 'ticket-triage', null],
  );
  const triage = rows[1];
  assert.ok(triage);
  assert.equal(triage.calls, 3);
  assert.equal(triage.escalated, 1);
  assert.equal(triage.costNanoUsd, 670);
  assert.equal(triage.costPerCallNanoUsd, 223);
  assert.equal(triage.baselineNanoUsd, 700);
  assert.equal(triage.baselineUnknown, 1);
  assert.equal(triage.compared, 2);
  assert.equal(triage.savingsNanoUsd, 700 - 600);
  assert.equal(triage.savingsShare, 100 / 700);
  assert.equal(triage.inputTokens, 3 * 120);
  assert.equal(triage.outputTokens, 3 * 10);
  assert.equal(triage.latencyMeanMs, (40 + 150 + 412.25) / 3);
  assert.equal(triage.latencyP95Ms, 500);
});

test('a group of which nothing is known shows null, not zero', () => {
  const untasked = reader.report({ by: 'task' }).rows.find((row) => row.key === null);
  assert.ok(untasked);
  assert.deepEqual(
    [untasked.costNanoUsd, untasked.costPerCallNanoUsd, untasked.savingsNanoUsd, untasked.savingsShare],
    [null, null, null, null],
  );
  assert.deepEqual([untasked.costUnknown, untasked.usageUnknown, untasked.clientsGone], [1, 1, 1]);
  assert.equal(untasked.baselineNanoUsd, 900);
});

test('the total covers all groups and counts what is unknown apart', () => {
  const { total } = reader.report({ by: 'model' });
  assert.equal(total.calls, 6);
  assert.equal(total.errors, 1);
  assert.equal(total.attempts, 5);
  assert.equal(total.costNanoUsd, 100 + 500 + 70 + 2000);
  assert.deepEqual([total.costUnknown, total.baselineUnknown, total.compared, total.costEstimated], [1, 1, 4, 1]);
  assert.equal(total.savingsNanoUsd, 300 + 400 + 6000 + 3_000_000 - (100 + 500 + 2000));
});

test('every class of input is read, and audio is output too', () => {
  const [row] = reader.report({ by: 'tenant', tenant: 'globex' }).rows;
  assert.ok(row);
  assert.deepEqual([row.inputTokens, row.cacheReadTokens, row.cacheWriteTokens, row.outputTokens], [31, 2, 12, 96]);
});

test('days are UTC and in order, and calls without a model are a group of their own', () => {
  const days = reader.report({ by: 'day' }).rows;
  assert.deepEqual(
    days.map((row) => [row.key, row.calls]),
    [
      ['2026-03-01', 4],
      ['2026-03-02', 2],
    ],
  );
  const models = reader.report({ by: 'model' }).rows.map((row) => row.key);
  assert.deepEqual(new Set(models), new Set(['haiku', 'sonnet', null]));
});

test('a period is whole hours, from since up to but without until', () => {
  const callsIn = (sinceMs: number, untilMs: number): number =>
    reader.report({ by: 'task', sinceMs, untilMs }).total.calls;
  assert.equal(callsIn(NOON_MS + DAY_MS, NOON_MS + DAY_MS + HOUR_MS), 1);
  assert.equal(callsIn(NOON_MS + DAY_MS + 60_000, NOON_MS + DAY_MS + HOUR_MS + 1), 2);
  assert.equal(callsIn(NOON_MS + 2 * DAY_MS, NOON_MS + 3 * DAY_MS), 0);
});

test('tenant and task narrow a report', () => {
  assert.equal(reader.report({ by: 'day', task: 'review' }).total.calls, 2);
  assert.equal(reader.report({ by: 'day', task: 'review', tenant: 'acme' }).total.calls, 1);
  const nothing = reader.report({ by: 'day', task: 'review; DROP TABLE rollups' });
  assert.deepEqual([nothing.rows, nothing.total.calls, nothing.total.savingsShare], [[], 0, null]);
});

test('sums beyond what JavaScript counts exactly are rounded, not refused', async () => {
  const rich = openLedger({ path: ':memory:' });
  for (const id of ['a', 'b', 'c'])
    void rich.record(sampleRow({ id, costNanoUsd: 9_007_199_254_740_000, atMs: NOON_MS + id.charCodeAt(0) * HOUR_MS }));
  await rich.flush();
  const richReader = openLedgerReader(rich.path);
  const { costNanoUsd } = richReader.report({ by: 'task' }).total;
  assert.ok(Math.abs((costNanoUsd ?? 0) / 27_021_597_764_220_000 - 1) < 1e-12);
  richReader.close();
  await rich.close();
});

test('by provider, the share of input that was read from caches, and null where there was no input', () => {
  const { rows, total } = reader.report({ by: 'provider' });
  assert.deepEqual(
    rows.map((row) => row.key),
    ['anthropic', null],
  );
  const own = ROWS.flatMap(({ usage, provider }) => (usage === null || provider === null ? [] : [usage]));
  const read = own.reduce((sum, usage) => sum + usage.cacheReadTokens, 0);
  const all = own.reduce((sum, usage) => sum + totalInputTokens(usage), 0);
  assert.equal(rows[0]?.cacheHitRate, read / all);
  assert.equal(reader.report({ by: 'task', task: 'nothing' }).total.cacheHitRate, null);
  assert.ok((total.cacheHitRate ?? 0) > 0);
});

test('what caches saved is reads at the price of input less their own, less what writes cost more', () => {
  const rates = {
    input: 1_000_000_000,
    cacheRead: 100_000_000,
    cacheWrite5m: 1_250_000_000,
    cacheWrite1h: 2_000_000_000,
  };
  const asked: [string, string, number][] = [];
  const { rows, total } = reader.report({ by: 'task', task: 'review' }, (model, provider, atMs) => {
    asked.push([model, provider, atMs]);
    return model === '' ? null : rates;
  });
  const hour = NOON_MS + DAY_MS + HOUR_MS;
  assert.ok(asked.some(([model, provider, atMs]) => model === 'haiku' && provider === 'anthropic' && atMs === hour));
  assert.equal(rows[0]?.cacheSavingsNanoUsd, 2 * 900 - 4 * 250 - 8 * 1000);
  assert.equal(total.cacheSavingsNanoUsd, rows[0]?.cacheSavingsNanoUsd);
  assert.equal(total.cacheUnpricedTokens, 20, 'read in the call that no model answered');
});

test('without prices nothing is known of it, and it is told for how many tokens', () => {
  const { total } = reader.report({ by: 'task', task: 'review' });
  assert.deepEqual([total.cacheSavingsNanoUsd, total.cacheUnpricedTokens], [null, 20 + 2 + 4 + 8]);
  const half = reader.report({ by: 'task', task: 'review' }, () => ({
    input: 1e9,
    cacheRead: 1e8,
    cacheWrite5m: null,
    cacheWrite1h: null,
  }));
  assert.deepEqual([half.total.cacheSavingsNanoUsd, half.total.cacheUnpricedTokens], [22 * 900, 12]);
});

test('answers out of a batch, which nobody waited for, count in everything but the latencies', LIMIT, async (t) => {
  const own = openLedger({ path: ':memory:' });
  t.after(() => own.close());
  const batched = sampleRow({ id: 'b1/r1', costNanoUsd: 30, latencyMs: null, ttftMs: null, attempts: [] });
  for (const row of [batched, sampleRow({ id: 'c', costNanoUsd: 70, latencyMs: 1500 })]) void own.record(row);
  void own.record({ ...batched, costNanoUsd: 999 });
  await own.flush();
  const read = openLedgerReader(own.path);
  t.after(() => read.close());
  assert.deepEqual(read.call('b1/r1'), batched);
  const { total } = read.report({ by: 'task' });
  assert.deepEqual([total.calls, total.costNanoUsd], [2, 100]);
  assert.deepEqual([total.latencyMeanMs, total.latencyP95Ms], [1500, 2000]);
});
