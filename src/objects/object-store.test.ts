import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../ledger/sqlite.ts';
import { type NewObject, type ObjectStore, objectsPath, openObjectStore } from './object-store.ts';

const DAY_MS = 86_400_000;

interface Opened {
  store: ObjectStore;
  clock: { nowMs: number };
}

function open(t: TestContext, limits: { retentionMs?: number; maxBytes?: number; path?: string } = {}): Opened {
  const clock = { nowMs: 1_000_000 };
  const store = openObjectStore({
    path: limits.path ?? ':memory:',
    retentionMs: limits.retentionMs ?? DAY_MS,
    maxBytes: limits.maxBytes ?? 1_000_000,
    now: () => clock.nowMs,
  });
  t.after(() => store.close());
  return { store, clock };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-objects-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const FILE: NewObject = { kind: 'file', id: 'file-1', tenant: 'acme', provider: 'openai' };
const idsOf = (store: ObjectStore, tenant = 'acme'): string[] =>
  store.list({ kind: 'file', tenant }).map(({ id }) => id);

test('what a tenant has bound it finds again, whole', (t) => {
  const { store } = open(t);
  assert.equal(store.bind({ ...FILE, json: '{"purpose":"batch"}' }), true);
  assert.deepEqual(store.find('file', 'file-1', 'acme'), {
    ...FILE,
    createdMs: 1_000_000,
    expiresMs: 1_000_000 + DAY_MS,
    json: '{"purpose":"batch"}',
  });
});

test('for another tenant, and as another kind, it does not exist', (t) => {
  const { store } = open(t);
  store.bind(FILE);
  assert.equal(store.find('file', 'file-1', 'globex'), null);
  assert.equal(store.find('batch', 'file-1', 'acme'), null);
  assert.equal(store.remove('file', 'file-1', 'globex'), false);
  assert.deepEqual(idsOf(store, 'globex'), []);
  assert.deepEqual(idsOf(store), ['file-1']);
  assert.equal(store.isForeign('file', 'file-1', 'globex'), true);
  assert.equal(store.isForeign('file', 'file-1', 'acme'), false);
  assert.equal(store.isForeign('file', 'file-2', 'globex'), false);
});

test('an id that is bound stays with its tenant and provider', (t) => {
  const { store } = open(t);
  store.bind(FILE);
  assert.equal(store.bind({ ...FILE, tenant: 'globex', json: '{}' }), false);
  assert.equal(store.bind({ ...FILE, provider: 'other', json: '{}' }), false);
  assert.equal(store.find('file', 'file-1', 'acme')?.json, null);
  assert.equal(store.find('file', 'file-1', 'globex'), null);
});

test('binding again replaces what is kept, keeps it when nothing is said, and never prolongs', (t) => {
  const { store, clock } = open(t);
  store.bind({ ...FILE, json: 'a' });
  clock.nowMs += 1000;
  assert.equal(store.bind(FILE), true);
  assert.equal(store.find('file', 'file-1', 'acme')?.json, 'a');
  assert.equal(store.bind({ ...FILE, json: 'b' }), true);
  const found = store.find('file', 'file-1', 'acme');
  assert.equal(found?.json, 'b');
  assert.equal(found.expiresMs, 1_000_000 + DAY_MS);
});

test('what was removed is gone, and its id free', (t) => {
  const { store } = open(t);
  store.bind(FILE);
  assert.equal(store.remove('file', 'file-1', 'acme'), true);
  assert.equal(store.remove('file', 'file-1', 'acme'), false);
  assert.equal(store.find('file', 'file-1', 'acme'), null);
  assert.equal(store.bind({ ...FILE, tenant: 'globex' }), true);
});

test('a list begins with the newest, goes on after an id, and ends at its limit', (t) => {
  const { store } = open(t);
  for (const id of ['a', 'b', 'c', 'd']) store.bind({ ...FILE, id });
  assert.deepEqual(idsOf(store), ['d', 'c', 'b', 'a']);
  const page = store.list({ kind: 'file', tenant: 'acme', limit: 2, before: 'd' });
  assert.deepEqual(
    page.map(({ id }) => id),
    ['c', 'b'],
  );
  assert.deepEqual(store.list({ kind: 'file', tenant: 'acme', before: 'unknown' }), []);
});

test('nothing is found after its time, and the time asked for is never longer than the retention', (t) => {
  const { store, clock } = open(t);
  store.bind({ ...FILE, id: 'short', keepMs: 1000 });
  store.bind({ ...FILE, id: 'long', keepMs: 9 * DAY_MS });
  clock.nowMs += 999;
  assert.deepEqual(idsOf(store), ['long', 'short']);
  clock.nowMs += 1;
  assert.equal(store.find('file', 'short', 'acme'), null);
  assert.equal(store.remove('file', 'short', 'acme'), false);
  assert.deepEqual(idsOf(store), ['long']);
  assert.equal(store.bind({ ...FILE, id: 'short', tenant: 'globex' }), true);
  clock.nowMs += DAY_MS;
  assert.deepEqual(idsOf(store), []);
});

test('what is over is deleted from the file', (t) => {
  const path = join(folderOf(t), 'objects');
  const { store, clock } = open(t, { path });
  store.bind(FILE);
  clock.nowMs += DAY_MS;
  store.limit({ retentionMs: DAY_MS, maxBytes: 1000 });
  const db = openDatabase(path, { readOnly: true });
  t.after(() => db.close());
  assert.equal(db.prepare('SELECT COUNT(*) AS rows FROM objects').get()?.['rows'], 0);
});

test('a shorter retention holds for what is there already', (t) => {
  const { store, clock } = open(t);
  store.bind(FILE);
  store.limit({ retentionMs: 5000, maxBytes: 1_000_000 });
  assert.equal(store.find('file', 'file-1', 'acme')?.expiresMs, 1_005_000);
  clock.nowMs += 5000;
  assert.equal(store.find('file', 'file-1', 'acme'), null);
});

test('when a kind holds too much, its oldest objects go, and no other kind is touched', (t) => {
  const { store } = open(t, { maxBytes: 10_000 });
  store.bind(FILE);
  for (let n = 0; n < 20; n++) {
    store.bind({ kind: 'response', id: `r${n}`, tenant: 'acme', provider: 'openai', json: 'x'.repeat(1000) });
  }
  const left = store.list({ kind: 'response', tenant: 'acme' }).map(({ id }) => id);
  assert.deepEqual(
    left,
    left.map((_, index) => `r${19 - index}`),
  );
  assert.ok(left.length >= 5 && left.length <= 7, String(left.length));
  assert.deepEqual(idsOf(store), ['file-1']);
});

test('bindings outlive the store, and its file is for its owner alone', (t) => {
  const path = objectsPath(join(folderOf(t), 'deep', 'ledger.db'));
  const first = openObjectStore({ path, retentionMs: DAY_MS, maxBytes: 1000 });
  first.bind(FILE);
  first.close();
  const second = openObjectStore({ path, retentionMs: DAY_MS, maxBytes: 1000 });
  t.after(() => second.close());
  assert.equal(second.find('file', 'file-1', 'acme')?.provider, 'openai');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('two gateways with one file see each other', (t) => {
  const path = join(folderOf(t), 'objects');
  const [a, b] = [open(t, { path }).store, open(t, { path }).store];
  a.bind(FILE);
  assert.equal(b.find('file', 'file-1', 'acme')?.id, 'file-1');
  assert.equal(b.bind({ ...FILE, tenant: 'globex' }), false);
});

test('a file that is no database, or of a newer release, is refused', (t) => {
  const folder = folderOf(t);
  const broken = join(folder, 'broken');
  writeFileSync(broken, 'this is no database, and long enough to be read as one'.repeat(20));
  assert.throws(() => openObjectStore({ path: broken, retentionMs: 1, maxBytes: 1 }), /not a database/);
  const newer = join(folder, 'newer');
  const db = openDatabase(newer);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(() => openObjectStore({ path: newer, retentionMs: 1, maxBytes: 1 }), /schema 99/);
});

test('law: whatever tenants bind and remove, everybody sees exactly what is theirs', (t) => {
  const step = fc.record({
    does: fc.constantFrom('bind' as const, 'remove' as const),
    id: fc.constantFrom('a', 'b', 'c'),
    tenant: fc.constantFrom('acme', 'globex'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { store } = open(t);
      const owners = new Map<string, string>();
      for (const { does, id, tenant } of steps) {
        const isFree = (owners.get(id) ?? tenant) === tenant;
        if (does === 'bind') {
          assert.equal(store.bind({ ...FILE, id, tenant }), isFree);
          if (isFree) owners.set(id, tenant);
        } else {
          assert.equal(store.remove('file', id, tenant), owners.get(id) === tenant);
          if (owners.get(id) === tenant) owners.delete(id);
        }
      }
      for (const tenant of ['acme', 'globex']) {
        const own = [...owners].filter(([, owner]) => owner === tenant).map(([id]) => id);
        assert.deepEqual(idsOf(store, tenant).sort(), own.sort());
      }
    }),
  );
});

test('what is written gets into the file without the writer, and what is closed in between is whole', async (t) => {
  const path = join(folderOf(t), 'objects');
  const store = openObjectStore({ path, retentionMs: DAY_MS, maxBytes: 1e9, now: () => 1_000_000 });
  for (let n = 0; n < 40; n++) store.bind({ ...FILE, id: `file-${n}`, json: 'x'.repeat(500_000) });
  const until = Date.now() + 20_000;
  // The writer would only begin with a log of a hundred megabytes.
  while (statSync(path).size < 20_000_000) {
    assert.ok(Date.now() < until, `${statSync(path).size} bytes after 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  store.bind({ ...FILE, id: 'last', json: 'y' });
  store.close();
  const again = openObjectStore({ path, retentionMs: DAY_MS, maxBytes: 1e9, now: () => 1_000_000 });
  t.after(() => again.close());
  assert.equal(again.list({ kind: 'file', tenant: 'acme', limit: 100 }).length, 41);
});

test('new limits come into force although nothing can be deleted at the moment', (t) => {
  const path = join(folderOf(t), 'objects.db');
  const { store, clock } = open(t, { path, retentionMs: 10_000 });
  store.bind(FILE);
  const other = openDatabase(path);
  t.after(() => other.close());
  other.exec('ALTER TABLE objects RENAME TO hidden');
  store.limit({ retentionMs: 5000, maxBytes: 1_000_000 });
  other.exec('ALTER TABLE hidden RENAME TO objects');
  store.bind({ ...FILE, id: 'file-2' });
  clock.nowMs += 5000;
  assert.equal(store.find('file', 'file-2', 'acme'), null);
});

test('a shorter retention binds what was bound before a restart', (t) => {
  const path = join(folderOf(t), 'objects.db');
  const { store } = open(t, { path, retentionMs: 10_000 });
  store.bind(FILE);
  const { store: next, clock } = open(t, { path, retentionMs: 5000 });
  clock.nowMs += 5000;
  assert.equal(next.find('file', 'file-1', 'acme'), null);
});
