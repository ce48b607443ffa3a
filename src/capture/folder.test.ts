import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CaptureFolder, capturedFiles } from './folder.ts';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 28, 12);

function folderOf(t: TestContext): { path: string; folder: CaptureFolder; clock: { nowMs: number } } {
  const parent = mkdtempSync(join(tmpdir(), 'tierline-capture-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const path = join(parent, 'captured');
  const clock = { nowMs: NOON };
  const folder = new CaptureFolder(path, () => clock.nowMs);
  t.after(() => folder.close());
  return { path, folder, clock };
}

const read = (path: string, name: string): string => readFileSync(join(path, name), 'utf8');

test('there is no folder before the first line, and then only its owner may look into it', (t) => {
  const { path, folder } = folderOf(t);
  folder.limit({ retentionMs: DAY_MS, maxBytes: 1e6 });
  assert.deepEqual(capturedFiles(path), []);
  folder.append('one');
  folder.append('two');
  assert.equal(read(path, '2026-11-28.0000.jsonl'), 'one\ntwo\n');
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, '2026-11-28.0000.jsonl')).mode & 0o777, 0o600);
});

test('a day has a file of its own, and a day that is older than the retention goes', (t) => {
  const { path, folder, clock } = folderOf(t);
  folder.limit({ retentionMs: 2 * DAY_MS, maxBytes: 1e6 });
  for (let day = 0; day < 4; day++) {
    clock.nowMs = NOON + day * DAY_MS;
    folder.append(`day ${day}`);
  }
  assert.deepEqual(readdirSync(path).sort(), [
    '2026-11-29.0000.jsonl',
    '2026-11-30.0000.jsonl',
    '2026-12-01.0000.jsonl',
  ]);
  folder.limit({ retentionMs: 1, maxBytes: 1e6 });
  assert.deepEqual(readdirSync(path), ['2026-12-01.0000.jsonl']);
});

test('what is more than the limit goes in parts, the oldest first, and it never holds more', (t) => {
  const { path, folder } = folderOf(t);
  folder.limit({ retentionMs: DAY_MS, maxBytes: 8000 });
  for (let n = 0; n < 100; n++) {
    folder.append(`${n}`.padEnd(299, '.'));
    const bytes = capturedFiles(path).reduce((sum, { file }) => sum + statSync(file).size, 0);
    assert.ok(bytes <= 8000, `${bytes}`);
  }
  const kept = capturedFiles(path).flatMap(({ file }) => readFileSync(file, 'utf8').trim().split('\n'));
  assert.ok(kept.length > 15, `${kept.length}`);
  assert.deepEqual(
    kept.map((line) => Number.parseInt(line, 10)),
    Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index),
  );
});

test('a line that was torn by a kill is closed, so that it spoils only itself', (t) => {
  const { path, folder } = folderOf(t);
  folder.append('{"whole":1}');
  folder.close();
  appendFileSync(join(path, '2026-11-28.0000.jsonl'), '{"torn":');
  folder.append('{"whole":2}');
  assert.equal(read(path, '2026-11-28.0000.jsonl'), '{"whole":1}\n{"torn":\n{"whole":2}\n');
});

test('a file that somebody deletes is begun again, and other files are left alone', (t) => {
  const { path, folder } = folderOf(t);
  folder.append('one');
  rmSync(join(path, '2026-11-28.0000.jsonl'));
  writeFileSync(join(path, 'notes.txt'), 'mine');
  folder.limit({ retentionMs: 0, maxBytes: 1 });
  folder.append('two');
  assert.equal(read(path, '2026-11-28.0000.jsonl'), 'two\n');
  assert.equal(read(path, 'notes.txt'), 'mine');
});

test('two processes write into one folder without harm', (t) => {
  const { path, folder } = folderOf(t);
  const other = new CaptureFolder(path, () => NOON);
  t.after(() => other.close());
  for (let n = 0; n < 20; n++) (n % 2 === 0 ? folder : other).append(`${n}`);
  assert.deepEqual(
    read(path, '2026-11-28.0000.jsonl').trim().split('\n'),
    Array.from({ length: 20 }, (_, n) => `${n}`),
  );
});
