import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import { tailCommand } from './tail.ts';

async function ledgerWith(t: TestContext, ids: string[]): Promise<Ledger> {
  const ledger = openLedger({ path: ':memory:' });
  t.after(() => ledger.close());
  for (const id of ids) void ledger.record(sampleRow({ id }));
  await ledger.flush();
  return ledger;
}

function collect(): { lines: string[]; print: (text: string) => void } {
  const lines: string[] = [];
  return { lines, print: (text) => void lines.push(text) };
}

test('a line tells time, task, model, status, tokens, cost and times', async (t) => {
  const ledger = await ledgerWith(t, ['a']);
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path }, print);
  const words = (lines[0] ?? '').trimEnd().split(/ {2,}/);
  assert.deepEqual(words, [
    '2026-03-01T12:00:00.000Z',
    'ticket-triage',
    'haiku (small)',
    'ok',
    '120 / 10',
    '$0.001',
    '412 ms',
    'first 89 ms',
  ]);
});

test('with ids a line begins with what explain takes', async (t) => {
  const ledger = await ledgerWith(t, ['req_7']);
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path, ids: true }, print);
  assert.match(lines[0] ?? '', /^\S+Z {2}req_7 {2}ticket-triage {2}/);
});

test('what a client wrote cannot break the line, and what is unknown is a dash', async (t) => {
  const ledger = await ledgerWith(t, []);
  void ledger.record(
    sampleRow({
      task: 'a\nb\u001b[2J',
      model: null,
      status: 'error',
      errorCode: 'upstream_error',
      usage: null,
      costNanoUsd: null,
    }),
  );
  await ledger.flush();
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path }, print);
  assert.match(lines.join(''), /^\S+ {2}a\ufffdb\ufffd\[2J +- +error upstream_error +- +- +412 ms {2}first 89 ms\n$/);
});

test('a line tells which other models were tried, and what became of them', async (t) => {
  const ledger = await ledgerWith(t, []);
  const verdict = { gate: 'pattern', pass: false, score: 0, reason: 'no', costNanoUsd: 0 };
  const tried = [
    sampleAttempt({ verdicts: [{ ...verdict, gate: 'finish', pass: true }, verdict] }),
    sampleAttempt({ index: 1, model: 'local', status: 'error', errorCode: 'upstream_error' }),
    sampleAttempt({ index: 2, model: 'slow', status: 'partial', stopped: 'late' }),
  ];
  const escalated = [...tried, sampleAttempt({ index: 3, model: 'sonnet' })];
  const hedged = [sampleAttempt(), sampleAttempt({ index: 1, model: 'sonnet', status: 'partial', stopped: 'beaten' })];
  void ledger.record(sampleRow({ model: 'sonnet', escalated: true, attempts: escalated }));
  void ledger.record(sampleRow({ id: 'b', attempts: hedged }));
  void ledger.record(sampleRow({ id: 'c', model: null, attempts: tried, ttftMs: null }));
  void ledger.record(sampleRow({ id: 'd', model: null, attempts: tried.slice(1, 2) }));
  await ledger.flush();
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path }, print);
  assert.deepEqual(
    lines.map((line) => / {2}(tried .*)\n$/.exec(line)?.[1]),
    [
      'tried haiku (pattern), local (upstream_error), slow (late)',
      'tried sonnet (beaten)',
      'tried haiku (pattern), local (upstream_error), slow (late)',
      undefined,
    ],
  );
});

test('it begins with the newest calls and --json prints whole rows', async (t) => {
  const ledger = await ledgerWith(t, ['a', 'b', 'c']);
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path, lines: 2, json: true }, print);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [sampleRow({ id: 'b' }), sampleRow({ id: 'c' })],
  );
});

test('following prints calls as they end, each once, until it is told to stop', async (t) => {
  const ledger = await ledgerWith(t, ['old']);
  const stop = new AbortController();
  const seen: string[] = [];
  const done = tailCommand(
    { ledger: ledger.path, lines: 0, follow: true, json: true, pollMs: 5, signal: stop.signal },
    (text) => {
      seen.push((JSON.parse(text) as { id: string }).id);
      if (seen.length === 3) stop.abort();
    },
  );
  void ledger.record(sampleRow({ id: 'a' }));
  await ledger.flush();
  for (const id of ['b', 'c']) void ledger.record(sampleRow({ id }));
  await ledger.flush();
  await done;
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('without a ledger there is a sentence, not a stack of SQLite', async () => {
  await assert.rejects(
    tailCommand({ ledger: '/no/such/ledger' }, () => {}),
    /There is no ledger at/,
  );
});

test('a line tells of a predicted route that was explored, or static, and of no other', async (t) => {
  const ledger = await ledgerWith(t, []);
  const prediction = { artifact: 'a', chances: {}, first: 'haiku', propensity: 1, encoderNanoUsd: 0 };
  for (const [how, why] of [
    ['predicted', null],
    ['pinned', 'late'],
    ['explored', null],
    ['static', 'no_evidence'],
  ] as const)
    void ledger.record(sampleRow({ id: how, prediction: { ...prediction, how, why } }));
  await ledger.flush();
  const { lines, print } = collect();
  await tailCommand({ ledger: ledger.path }, print);
  assert.deepEqual(
    lines.map((line) => /first 89 ms(?: {2}(.*))?\n$/.exec(line)?.[1]),
    [undefined, undefined, 'explored', 'static (no evidence)'],
  );
});
