import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createApplier } from './applier.ts';
import { linesOf, sampleRow } from './sample-row.test.ts';
import { prepareDatabase } from './schema.ts';
import { openSegment } from './segment-reader.ts';
import { segmentFile } from './segments.ts';
import { openDatabase } from './sqlite.ts';
import type { WorkerNews } from './worker.ts';
import { createWorkerThread } from './worker-thread.ts';

/** A worker that says nothing fails its test instead of making it wait for ever. */
const timeout = 30_000;

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function createFile(path: string): void {
  const db = openDatabase(path);
  prepareDatabase(db);
  db.close();
}

test('a worker that crashes is told of, started again, and goes on where the tables are', { timeout }, async (t) => {
  const directory = temporary(t);
  const path = join(directory, 'ledger.sqlite');
  const line = linesOf(sampleRow());
  // The database is a directory at first: the worker cannot even begin.
  mkdirSync(path);
  // As after a crash in the middle: the first segment is applied and gone, the second is not.
  writeFileSync(join(directory, segmentFile('me', 1)), line);

  const news: WorkerNews[] = [];
  const applied = Promise.withResolvers<WorkerNews>();
  const thread = createWorkerThread({
    orders: { path, directory, instance: 'me', gatherMs: 0 },
    onNews(item) {
      news.push(item);
      if (item.kind === 'failed') {
        rmSync(path, { recursive: true });
        createFile(path);
      }
      if (item.kind === 'applied' && item.offset > 0) applied.resolve(item);
    },
  });
  t.after(() => thread.stop());
  thread.ref();
  thread.bell.setSegment(1);
  assert.deepEqual(await applied.promise, { kind: 'applied', segment: 1, offset: Buffer.byteLength(line) });
  assert.deepEqual(
    news.map((item) => item.kind),
    ['failed', 'applied', 'adopted', 'applied'],
  );
  await thread.stop();
  const db = openDatabase(path, { readOnly: true });
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM calls').get()?.['n'], 1);
  db.close();
});

test('a worker says how far the tables are even when there is nothing left to apply', { timeout }, async (t) => {
  const directory = temporary(t);
  const path = join(directory, 'ledger.sqlite');
  createFile(path);
  // As after a crash between a commit and the news of it: somebody may still be waiting for that news.
  const file = segmentFile('me', 0);
  const line = linesOf(sampleRow());
  writeFileSync(join(directory, file), line);
  const db = openDatabase(path);
  const segment = openSegment(join(directory, file));
  createApplier(db).step(file, segment);
  segment.close();
  db.close();

  const applied = Promise.withResolvers<WorkerNews>();
  const thread = createWorkerThread({
    orders: { path, directory, instance: 'me', gatherMs: 0 },
    onNews: (item) => {
      if (item.kind === 'applied') applied.resolve(item);
    },
  });
  t.after(() => thread.stop());
  thread.ref();
  assert.deepEqual(await applied.promise, { kind: 'applied', segment: 0, offset: Buffer.byteLength(line) });
  await Promise.all([thread.stop(), thread.stop()]);
});
