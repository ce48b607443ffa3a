import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeLine } from './line.ts';
import { sampleRow } from './sample-row.test.ts';
import { prepareDatabase } from './schema.ts';
import { segmentFile } from './segments.ts';
import { openDatabase } from './sqlite.ts';
import type { WorkerNews } from './worker.ts';
import { createWorkerThread } from './worker-thread.ts';

test('a worker that crashes is told of, started again, and goes on where the tables are', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'ledger.sqlite');
  const line = encodeLine(sampleRow());
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
        const db = openDatabase(path);
        prepareDatabase(db);
        db.close();
      }
      if (item.kind === 'applied') applied.resolve(item);
    },
  });
  thread.ref();
  thread.bell.setSegment(1);
  assert.deepEqual(await applied.promise, { kind: 'applied', segment: 1, offset: Buffer.byteLength(line) });
  assert.deepEqual(
    news.map((item) => item.kind),
    ['failed', 'adopted', 'applied'],
  );
  await thread.stop();
  const db = openDatabase(path, { readOnly: true });
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM calls').get()?.['n'], 1);
  db.close();
});
