import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLedger } from './ledger.ts';
import { openLedgerReader } from './reader.ts';
import { linesOf, sampleAttempt, sampleRow } from './sample-row.test.ts';
import { journalDirectory } from './segments.ts';
import { openDatabase } from './sqlite.ts';

async function ledgerWith(t: TestContext, ids: string[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'ledger.sqlite');
  const ledger = openLedger({ path });
  for (const id of ids) void ledger.record(sampleRow({ id }));
  await ledger.close();
  return path;
}

test('a ledger that is not there is told, and not created', () => {
  const path = join(tmpdir(), 'tierline-no-such', 'ledger.sqlite');
  assert.throws(() => openLedgerReader(path), /There is no ledger at .*tierline-no-such/);
  assert.throws(() => openLedgerReader(path), /There is no ledger/);
});

test('the newest calls come oldest first, and following goes on after the last', async (t) => {
  const reader = openLedgerReader(await ledgerWith(t, ['a', 'b', 'c', 'd']));
  const ids = (entries: { row: { id: string } }[]) => entries.map((entry) => entry.row.id);
  assert.deepEqual(ids(reader.calls({ limit: 2 })), ['c', 'd']);
  assert.deepEqual(ids(reader.calls()), ['a', 'b', 'c', 'd']);
  const second = reader.calls({ afterSeq: 0, limit: 2 })[1];
  assert.deepEqual(ids(reader.calls({ afterSeq: second?.seq ?? 0 })), ['c', 'd']);
  assert.deepEqual(reader.calls({ afterSeq: 99 }), []);
  reader.close();
});

test('a call is found by its id with its attempts in order', async (t) => {
  const path = await ledgerWith(t, ['a']);
  const row = sampleRow({ id: 'b', attempts: [1, 0].map((index) => sampleAttempt({ index, model: `m${index}` })) });
  const ledger = openLedger({ path });
  void ledger.record(row);
  await ledger.close();
  const reader = openLedgerReader(path);
  assert.deepEqual(
    reader.call('b')?.attempts.map((attempt) => attempt.model),
    ['m0', 'm1'],
  );
  assert.equal(reader.call('z'), null);
  reader.close();
});

test('a reader completes the tables with what a dead gateway left', async (t) => {
  const path = await ledgerWith(t, ['a']);
  writeFileSync(join(journalDirectory(path), 'dead-0.jsonl'), `${linesOf(sampleRow({ id: 'b' }))}torn`);
  const reader = openLedgerReader(path);
  assert.equal(reader.report({ by: 'task' }).total.calls, 2);
  assert.equal(reader.skippedLines(), 1);
  reader.close();
});

test('a reader leaves the journal of a living gateway alone', async (t) => {
  const path = await ledgerWith(t, []);
  const ledger = openLedger({ path });
  void ledger.record(sampleRow({ id: 'a' }));
  openLedgerReader(path).close();
  await ledger.flush();
  const reader = openLedgerReader(path);
  assert.deepEqual(
    reader.calls().map((entry) => entry.row.id),
    ['a'],
  );
  reader.close();
  await ledger.close();
});

test('a file that is no ledger, or a newer one, cannot be read', async (t) => {
  const path = await ledgerWith(t, []);
  const text = `${path}.txt`;
  writeFileSync(text, 'some text that is long enough to be taken for a database at first '.repeat(50));
  assert.throws(() => openLedgerReader(text), /cannot be read: .*not a database/);
  const db = openDatabase(path);
  db.exec('PRAGMA user_version = 42');
  db.close();
  assert.throws(() => openLedgerReader(path), /schema 42/);
});

test('the calls of a period are those that began in it, of one tenant or task where that is asked', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'ledger.sqlite');
  const ledger = openLedger({ path });
  for (const [id, atMs, tenant, task] of [
    ['a', 100, 'acme', 'x'],
    ['b', 200, 'globex', 'x'],
    ['c', 300, 'acme', null],
  ] as const)
    void ledger.record(sampleRow({ id, atMs, tenant, task, asks: 'schema?', maxOutputTokens: 7, messages: 3 }));
  await ledger.close();
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  const ids = (query: Parameters<typeof reader.period>[0]) => [...reader.period(query)].map(({ id }) => id);
  assert.deepEqual(ids({}), ['c', 'b', 'a']);
  assert.deepEqual(ids({ sinceMs: 200 }), ['c', 'b']);
  assert.deepEqual(ids({ sinceMs: 100, untilMs: 300 }), ['b', 'a']);
  assert.deepEqual(ids({ tenant: 'acme' }), ['c', 'a']);
  assert.deepEqual(ids({ task: 'x', tenant: 'globex' }), ['b']);
  assert.deepEqual(ids({ task: 'nothing' }), []);
  const [row] = reader.period({});
  assert.deepEqual([row?.asks, row?.maxOutputTokens, row?.messages, row?.attempts.length], ['schema?', 7, 3, 1]);
});

test('the side of a rollout is three columns, and NULL in rows that are of none or older', async (t) => {
  const path = await ledgerWith(t, ['plain']);
  const arm = { rollout: 'r-1', arm: 'candidate', percent: 2.5 } as const;
  const old = linesOf(sampleRow({ id: 'old' })).replace('"arm":null,', '');
  assert.ok(!old.includes('"arm"'));
  writeFileSync(join(journalDirectory(path), 'dead-0.jsonl'), old);
  const ledger = openLedger({ path });
  void ledger.record(sampleRow({ id: 'sided', arm }));
  await ledger.close();
  const reader = openLedgerReader(path);
  assert.deepEqual(
    ['sided', 'plain', 'old'].map((id) => reader.call(id)?.arm),
    [arm, null, null],
  );
  reader.close();
  const db = openDatabase(path, { readOnly: true });
  const columns = db.prepare('SELECT id, rollout, arm, rollout_percent FROM calls ORDER BY id').all();
  db.close();
  assert.deepEqual(
    columns.map((row) => Object.values(row)),
    [
      ['old', null, null, null],
      ['plain', null, null, null],
      ['sided', 'r-1', 'candidate', 2.5],
    ],
  );
});
