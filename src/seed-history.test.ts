import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toUsage } from './call/usage.ts';
import { openLedger } from './ledger/ledger.ts';
import { sampleAttempt, sampleRow } from './ledger/sample-row.test.ts';
import { seedHistory } from './seed-history.ts';

test('a history begins with what the ledger remembers, and with nothing when there is none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-seed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'ledger.db');
  assert.equal(seedHistory(path).recordOf('t', 'm'), null);
  assert.equal(seedHistory(':memory:').recordOf('t', 'm'), null);
  const ledger = openLedger({ path });
  for (const outputTokens of [10, 30]) {
    const attempts = [sampleAttempt({ model: 'm', status: 'ok', usage: toUsage({ outputTokens }) })];
    void ledger.record(sampleRow({ id: `r${outputTokens}`, task: 't', attempts }));
  }
  await ledger.close();
  assert.equal(seedHistory(path).recordOf('t', 'm')?.outputTokens, 20);
});

test('a ledger that cannot be read is left to those who open it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-seed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'ledger.db');
  writeFileSync(path, 'this is no database');
  assert.equal(seedHistory(path).recordOf('t', 'm'), null);
});
