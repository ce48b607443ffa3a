import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as plainTest, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { DISK, type JournalFiles } from './journal.ts';
import { type LedgerOptions, openLedger } from './ledger.ts';
import { openLedgerReader } from './reader.ts';
import { linesOf, sampleRow, someRows } from './sample-row.test.ts';
import { journalDirectory } from './segments.ts';
import { openDatabase } from './sqlite.ts';

/** A ledger that never answers fails its test instead of making it wait for ever. */
function test(name: string, work: (t: TestContext) => Promise<void>): void {
  void plainTest(name, { timeout: 60_000 }, work);
}

function temporaryPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'deep', 'ledger.sqlite');
}

function idsIn(path: string): string[] {
  const reader = openLedgerReader(path);
  const ids = reader.calls({ limit: 10_000 }).map((entry) => entry.row.id);
  reader.close();
  return ids;
}

/** The disk, until it is told to be full. */
function fillableDisk(): { files: JournalFiles; fill: (isFull: boolean) => void } {
  let isFull = false;
  return {
    files: {
      ...DISK,
      write(fd, data) {
        if (isFull) throw new Error('ENOSPC: no space left on device, write');
        return DISK.write(fd, data);
      },
    },
    fill: (full) => {
      isFull = full;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('every row comes back as it was recorded, with its attempts', async () => {
  await fc.assert(
    fc.asyncProperty(someRows, async (rows) => {
      const ledger = openLedger({ path: ':memory:' });
      for (const row of rows) void ledger.record(row);
      await ledger.flush();
      const reader = openLedgerReader(ledger.path);
      assert.deepEqual(
        reader.calls({ limit: 1000 }).map((entry) => entry.row),
        rows,
      );
      for (const row of rows.slice(0, 3)) assert.deepEqual(reader.call(row.id), row);
      reader.close();
      await ledger.close();
    }),
    { numRuns: 8 },
  );
});

test('rows arrive by themselves, without a flush', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path });
  for (const id of ['a', 'b']) {
    await ledger.record(sampleRow({ id }));
    await until(() => idsIn(path).includes(id));
  }
  await ledger.close();
});

test('closing applies everything and leaves no journal behind', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path });
  for (let number = 0; number < 500; number++) void ledger.record(sampleRow({ id: `r${number}` }));
  await ledger.close();
  await ledger.close();
  assert.deepEqual(readdirSync(journalDirectory(path)), []);
  assert.equal(idsIn(path).length, 500);
});

test('the journal rotates and loses no row at the seams', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path, rotateBytes: 2000 });
  const ids: string[] = [];
  for (let round = 0; round < 20; round++) {
    for (let number = 0; number < 10; number++) {
      ids.push(`${round}-${number}`);
      void ledger.record(sampleRow({ id: `${round}-${number}` }));
    }
    if (round % 5 === 0) await ledger.flush();
  }
  await ledger.flush();
  assert.deepEqual(idsIn(path), ids);
  const segments = readdirSync(journalDirectory(path)).filter((file) => file.endsWith('.jsonl'));
  assert.equal(segments.length, 1, 'segments that are applied are removed');
  assert.ok(!segments[0]?.endsWith('-0.jsonl'), 'there was more than one');
  await ledger.close();
});

test('with durability commit a promise resolves when the row is in SQLite', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path, durability: 'commit' });
  const promises = ['a', 'b', 'c'].map((id) => ledger.record(sampleRow({ id })));
  for (const promise of promises) {
    assert.ok(promise instanceof Promise);
    await promise;
  }
  const db = openDatabase(path, { readOnly: true });
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM calls').get()?.['n'], 3);
  db.close();
  await ledger.close();
});

test('while the disk is full rows wait, health says so, and later they arrive in order', async (t) => {
  const path = temporaryPath(t);
  const { files, fill } = fillableDisk();
  const told: string[] = [];
  const ledger = openLedger({ path, files, onProblem: (sentence) => told.push(sentence) });
  await ledger.record(sampleRow({ id: 'a' }));
  fill(true);
  void ledger.record(sampleRow({ id: 'b' }));
  await ledger.record(sampleRow({ id: 'c' }));
  const health = ledger.health();
  assert.deepEqual([health.ok, health.pending, health.dropped], [false, 2, 0]);
  assert.match(health.error ?? '', /ENOSPC/);
  fill(false);
  void ledger.record(sampleRow({ id: 'd' }));
  await ledger.flush();
  assert.deepEqual(idsIn(path), ['a', 'b', 'c', 'd']);
  assert.deepEqual(ledger.health(), { ok: true, pending: 0, dropped: 0, skipped: 0 });
  assert.match(told.join('\n'), /^The ledger cannot write: ENOSPC.*\nThe ledger writes again\.$/);
  await ledger.close();
});

test('rows after a lost one are whole, even when the lost one was the first of its kind', async (t) => {
  const path = temporaryPath(t);
  const { files, fill } = fillableDisk();
  const ledger = openLedger({ path, files });
  fill(true);
  // Fills all the memory that there is for waiting rows.
  await ledger.record(sampleRow({ id: 'large', session: 'x'.repeat(32 * 1024 * 1024) }));
  await ledger.record(sampleRow({ id: 'lost', task: 'new' }));
  assert.deepEqual([ledger.health().pending, ledger.health().dropped], [1, 1]);
  fill(false);
  await until(() => ledger.health().ok);
  const row = sampleRow({ id: 'kept', task: 'new' });
  await ledger.record(row);
  await ledger.close();
  assert.deepEqual(idsIn(path), ['large', 'kept']);
  const reader = openLedgerReader(path);
  assert.deepEqual(reader.call('kept'), row);
  assert.equal(reader.skippedLines(), 0);
  reader.close();
});

test('closing on a full disk says how many rows are lost, and keeps the others', async (t) => {
  const path = temporaryPath(t);
  const { files, fill } = fillableDisk();
  const ledger = openLedger({ path, files, durability: 'commit' });
  await ledger.record(sampleRow({ id: 'a' }));
  fill(true);
  const lost = assert.rejects(ledger.record(sampleRow({ id: 'b' })), /closed before/);
  await assert.rejects(ledger.close(), /before 1 rows were on the disk: ENOSPC/);
  await lost;
  assert.deepEqual(idsIn(path), ['a']);
});

test('a row that cannot be written down, or comes after the end, is counted and throws nothing', async (t) => {
  const ledger = openLedger({ path: temporaryPath(t) });
  const endless = sampleRow();
  endless.reasons = [{ step: 'task', say: 1n as unknown as string }];
  void ledger.record(endless);
  assert.equal(ledger.health().dropped, 1);
  await ledger.close();
  void ledger.record(sampleRow());
  assert.equal(ledger.health().dropped, 2);
});

test('while SQLite refuses, rows stay in the journal and health says so; nothing is lost or doubled', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path });
  const db = openDatabase(path);
  db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no more'); END`);
  void ledger.record(sampleRow({ id: 'a' }));
  await until(() => !ledger.health().ok);
  assert.match(ledger.health().error ?? '', /no more/);
  void ledger.record(sampleRow({ id: 'b' }));
  db.exec('DROP TRIGGER refuse');
  db.close();
  await ledger.flush();
  assert.equal(ledger.health().ok, true);
  assert.deepEqual(idsIn(path), ['a', 'b']);
  await ledger.close();
});

test('rows that could not be applied before the end are applied by the next one to open the ledger', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path });
  const db = openDatabase(path);
  db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no more'); END`);
  void ledger.record(sampleRow({ id: 'a' }));
  await ledger.close();
  db.exec('DROP TRIGGER refuse');
  db.close();
  assert.deepEqual(idsIn(path), ['a']);
});

test('the journal of a dead instance is adopted, its torn end set aside and told', async (t) => {
  const path = temporaryPath(t);
  await openLedger({ path }).close();
  const directory = journalDirectory(path);
  const torn = linesOf(sampleRow({ id: 'torn' })).slice(0, -30);
  writeFileSync(join(directory, 'dead-0.jsonl'), linesOf(sampleRow({ id: 'a' })));
  writeFileSync(join(directory, 'dead-1.jsonl'), linesOf(sampleRow({ id: 'b' })) + torn);
  const told: string[] = [];
  const ledger = openLedger({ path, onProblem: (sentence) => told.push(sentence) });
  await ledger.flush();
  assert.equal(ledger.health().skipped, 1);
  assert.match(told[0] ?? '', /1 unreadable/);
  assert.deepEqual(idsIn(path), ['a', 'b']);
  const db = openDatabase(path, { readOnly: true });
  assert.equal(db.prepare('SELECT line FROM skipped_lines').get()?.['line'], torn.split('\n').at(-1));
  db.close();
  await ledger.close();
  assert.deepEqual(readdirSync(directory), []);
});

test('two ledgers on one file take turns and leave each other’s journal alone', async (t) => {
  const path = temporaryPath(t);
  const ledgers = [openLedger({ path }), openLedger({ path })];
  for (let number = 0; number < 200; number++) void ledgers[number % 2]?.record(sampleRow({ id: `r${number}` }));
  await Promise.all(ledgers.map((ledger) => ledger.flush()));
  assert.equal(new Set(idsIn(path)).size, 200);
  await ledgers[0]?.close();
  void ledgers[1]?.record(sampleRow({ id: 'last' }));
  await ledgers[1]?.close();
  const reader = openLedgerReader(path);
  assert.equal(reader.report({ by: 'task' }).total.calls, 201);
  reader.close();
});

test('the ledger is for its owner’s eyes only', async (t) => {
  const path = temporaryPath(t);
  const ledger = openLedger({ path });
  const mode = (file: string): number => statSync(file).mode & 0o777;
  assert.equal(mode(join(path, '..')), 0o700);
  assert.equal(mode(journalDirectory(path)), 0o700);
  assert.equal(mode(path), 0o600);
  await ledger.close();
});

test('a file that is no ledger, or a newer one, is refused in one sentence', async (t) => {
  const path = temporaryPath(t);
  const open = (options: LedgerOptions) => () => openLedger(options);
  await openLedger({ path }).close();
  const other = join(path, '..', 'notes.txt');
  writeFileSync(other, 'not a database, but long enough to be mistaken for one '.repeat(40));
  assert.throws(open({ path: other }), /notes\.txt cannot be used: .*not a database/);
  const db = openDatabase(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(open({ path }), /schema 99/);
});

test('a private ledger is gone after close', async () => {
  const ledger = openLedger({ path: ':memory:' });
  void ledger.record(sampleRow());
  await ledger.close();
  assert.throws(() => statSync(ledger.path), /ENOENT/);
});
