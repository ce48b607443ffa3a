import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSegment } from './segment-reader.ts';
import { listSegments, lockInstance, segmentFile } from './segments.ts';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('segments are listed by instance and number, and nothing else is', (t) => {
  const directory = temporary(t);
  for (const file of [
    segmentFile('b', 0),
    segmentFile('a', 10),
    segmentFile('a', 9),
    'a.lock',
    'notes.txt',
    'a-x.jsonl',
  ])
    writeFileSync(join(directory, file), '');
  assert.deepEqual(
    listSegments(directory).map((segment) => segment.file),
    ['a-9.jsonl', 'a-10.jsonl', 'b-0.jsonl'],
  );
  assert.deepEqual(listSegments(join(directory, 'missing')), []);
});

test('an instance is locked once at a time and its lock file goes with the lock', (t) => {
  const directory = temporary(t);
  const first = lockInstance(directory, 'a');
  assert.ok(first);
  assert.equal(lockInstance(directory, 'a'), null);
  assert.ok(lockInstance(directory, 'b'), 'another instance is free');
  first.dispose();
  assert.equal(existsSync(join(directory, 'a.lock')), false);
  const again = lockInstance(directory, 'a');
  assert.ok(again);
  again.dispose();
});

test('a lock file without a holder does not count as a lock', (t) => {
  const directory = temporary(t);
  writeFileSync(join(directory, 'a.lock'), '');
  const lock = lockInstance(directory, 'a');
  assert.ok(lock);
  lock.dispose();
});

test('a reader hands out whole lines only, and follows the growing file', (t) => {
  const path = join(temporary(t), 'a-0.jsonl');
  writeFileSync(path, 'one\ntw');
  const segment = openSegment(path);
  t.after(() => segment.close());
  assert.equal(String(segment.lines(0)), 'one\n');
  assert.equal(String(segment.lines(4)), '');
  assert.equal(String(segment.rest(4)), 'tw');
  appendFileSync(path, 'o\nthree\n');
  assert.equal(String(segment.lines(4)), 'two\nthree\n');
  assert.equal(String(segment.lines(14)), '');
});

test('a line longer than a chunk is read whole', (t) => {
  const path = join(temporary(t), 'a-0.jsonl');
  const long = `${'x'.repeat(100)}\n`;
  writeFileSync(path, `ab\n${long}torn${'y'.repeat(90)}`);
  const segment = openSegment(path, 8);
  t.after(() => segment.close());
  assert.equal(String(segment.lines(0)), 'ab\n');
  assert.equal(String(segment.lines(3)), long);
  assert.equal(segment.rest(104).length, 94);
});
