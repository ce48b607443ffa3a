import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Ledger, openLedger } from './ledger.ts';
import { type CallLookup, createCallLookup } from './lookup.ts';
import { sampleRow } from './sample-row.test.ts';

function opened(t: TestContext, waitMs?: number): { ledger: Ledger; lookup: CallLookup } {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-lookup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ledger = openLedger({ path: join(folder, 'ledger.db') });
  const lookup = createCallLookup(ledger, waitMs);
  t.after(async () => {
    lookup.close();
    await ledger.close();
  });
  return { ledger, lookup };
}

test('a call is found at once, though it was recorded in this very turn', async (t) => {
  const { ledger, lookup } = opened(t);
  for (const id of ['req_1', 'req_2']) {
    void ledger.record(sampleRow({ id, tenant: 'acme' }));
    assert.equal((await lookup.find(id, 'acme'))?.id, id);
  }
});

test('a call of another tenant is none, and is looked for as long as none', async (t) => {
  const { ledger } = opened(t);
  let flushes = 0;
  const flush = (): Promise<void> => {
    flushes++;
    return ledger.flush();
  };
  const lookup = createCallLookup({ path: ledger.path, flush });
  t.after(() => lookup.close());
  void ledger.record(sampleRow({ id: 'req_1', tenant: 'acme' }));
  await ledger.flush();
  const counted: number[] = [];
  for (const [id, tenant] of [
    ['req_1', 'acme'],
    ['req_1', 'beta'],
    ['req_9', 'acme'],
  ] as const) {
    flushes = 0;
    const found = await lookup.find(id, tenant);
    assert.equal(found?.id, tenant === 'acme' && id === 'req_1' ? 'req_1' : undefined);
    counted.push(flushes);
  }
  assert.deepEqual(counted, [0, 1, 1]);
});

test('tables that do not keep up are waited for no longer than that', async (t) => {
  const { ledger } = opened(t);
  const lookup = createCallLookup({ path: ledger.path, flush: () => new Promise(() => undefined) }, 5);
  t.after(() => lookup.close());
  await assert.rejects(lookup.find('req_1', 'acme'), { code: 'internal', message: /behind at the moment/ });
});

test('an error of the ledger is told', async (t) => {
  const { ledger } = opened(t);
  const lookup = createCallLookup({ path: ledger.path, flush: () => Promise.reject(new Error('no disk')) });
  t.after(() => lookup.close());
  await assert.rejects(lookup.find('req_1', 'acme'), /no disk/);
});

test('what is closed finds nothing more, and may never have been opened', async (t) => {
  const { lookup } = opened(t);
  lookup.close();
  await assert.rejects(lookup.find('req_1', 'acme'), { code: 'shutting_down' });
});

test('a ledger in memory has calls to find, too', async (t) => {
  const ledger = openLedger({ path: ':memory:' });
  const lookup = createCallLookup(ledger);
  t.after(async () => {
    lookup.close();
    await ledger.close();
  });
  void ledger.record(sampleRow({ id: 'req_1', tenant: 'acme' }));
  assert.equal((await lookup.find('req_1', 'acme'))?.model, 'haiku');
});
