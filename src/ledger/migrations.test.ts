import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLedger } from './ledger.ts';
import { MIGRATIONS } from './migrations.ts';
import { openLedgerReader } from './reader.ts';
import { FIRST_LINE, FIRST_LINE_ROW, sampleRow } from './sample-row.test.ts';
import { openDatabase } from './sqlite.ts';

/** A ledger file as the first release left it, with the row of `FIRST_LINE` so many times. */
function firstFile(t: TestContext, rows: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'ledger.sqlite');
  const db = openDatabase(path);
  db.exec(`PRAGMA journal_mode = WAL; ${MIGRATIONS[0]}; PRAGMA user_version = 1`);
  const [head, ...texts] = FIRST_LINE.split('\t');
  const [, , ...call] = JSON.parse(head ?? '') as (string | number | null)[];
  const attempts = JSON.parse(texts.pop() ?? '') as (string | number | null)[][];
  const insert = (table: string, cells: (string | number | null)[]): void =>
    void db.prepare(`INSERT INTO ${table} VALUES (${cells.map(() => '?').join(', ')})`).run(...cells);
  for (let seq = 1; seq <= rows; seq++) {
    insert('calls', [seq * 2, seq === 1 ? 'req_old' : `req_${seq}`, ...call, ...texts]);
    for (const attempt of attempts) insert('attempts', [seq * 2, ...attempt]);
  }
  db.exec(`INSERT INTO segments VALUES ('a-0.jsonl', 7)`);
  db.close();
  return path;
}

test('a ledger of the first release keeps its rows, their places and what has been applied', (t) => {
  const path = firstFile(t, 3);
  const reader = openLedgerReader(path);
  assert.deepEqual(reader.call('req_old'), FIRST_LINE_ROW);
  assert.deepEqual(
    reader.calls().map(({ seq, row }) => [seq, row.id, row.attempts.length]),
    [
      [2, 'req_old', 2],
      [4, 'req_2', 2],
      [6, 'req_3', 2],
    ],
  );
  reader.close();
  const db = openDatabase(path, { readOnly: true });
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM forms').get()?.['n'], 1, 'the words are there once');
  assert.equal(db.prepare('SELECT offset FROM segments').get()?.['offset'], 7);
  assert.equal(db.prepare(`SELECT COUNT(*) AS n FROM sqlite_master WHERE name LIKE 'old%'`).get()?.['n'], 0);
  db.close();
});

test('rows with things unknown, and rows without attempts, are carried over', (t) => {
  const path = firstFile(t, 1);
  const db = openDatabase(path);
  db.exec(`DELETE FROM attempts; UPDATE calls SET task = NULL, model = NULL, input_tokens = NULL, stream = 0,
    cost_nano_usd = NULL, ttft_ms = NULL, reasons = '[]', latency_ms = 0.0004`);
  db.close();
  const reader = openLedgerReader(path);
  const row = reader.call('req_old');
  assert.deepEqual(
    [row?.task, row?.model, row?.usage, row?.stream, row?.costNanoUsd, row?.ttftMs, row?.reasons, row?.latencyMs],
    [null, null, null, false, null, null, [], 0],
  );
  assert.deepEqual(row?.attempts, []);
  reader.close();
});

test('a gateway goes on with a ledger of the first release', async (t) => {
  const path = firstFile(t, 1);
  const ledger = openLedger({ path });
  void ledger.record(sampleRow({ id: 'new' }));
  await ledger.close();
  assert.ok(existsSync(path));
  const reader = openLedgerReader(path);
  assert.deepEqual(
    reader.calls().map(({ seq, row }) => [seq, row.id]),
    [
      [2, 'req_old'],
      [3, 'new'],
    ],
  );
  reader.close();
});
