import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApplier } from './applier.ts';
import { encodeLine } from './line.ts';
import { sampleAttempt, sampleRow } from './sample-row.test.ts';
import { prepareDatabase } from './schema.ts';
import type { SegmentReader } from './segment-reader.ts';
import { openDatabase } from './sqlite.ts';

/** A segment in memory; `append` is the writer. */
function memorySegment(text = ''): SegmentReader & { append(more: string): void } {
  let bytes = Buffer.from(text);
  return {
    append(more) {
      bytes = Buffer.concat([bytes, Buffer.from(more)]);
    },
    lines: (offset) => bytes.subarray(offset, Math.max(offset, bytes.lastIndexOf(10) + 1)),
    rest: (offset) => bytes.subarray(offset),
    close() {},
  };
}

function setUp() {
  const db = openDatabase(':memory:');
  prepareDatabase(db);
  const count = (table: string): number => Number(db.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n']);
  const rollupCalls = (): number => Number(db.prepare('SELECT TOTAL(calls) AS n FROM rollups').get()?.['n']);
  return { db, applier: createApplier(db), count, rollupCalls };
}

const lineOf = (id: string): string => encodeLine(sampleRow({ id }));

test('applying twice from the same segment applies once', () => {
  const { applier, count, rollupCalls } = setUp();
  const segment = memorySegment(lineOf('a') + lineOf('b'));
  const first = applier.step('s', segment);
  assert.equal(first.lines, 2);
  assert.deepEqual(applier.step('s', segment), { offset: first.offset, lines: 0, skipped: 0 });
  segment.append(lineOf('c'));
  assert.equal(applier.step('s', segment).lines, 1);
  assert.deepEqual([count('calls'), count('attempts'), rollupCalls()], [3, 3, 3]);
});

test('a transaction that fails changes neither rows nor rollups nor the place, and can be repeated', () => {
  const { db, applier, count, rollupCalls } = setUp();
  const segment = memorySegment(lineOf('a') + lineOf('b'));
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON rollups BEGIN SELECT RAISE(ABORT, 'disk is full'); END`);
  assert.throws(() => applier.step('s', segment), /disk is full/);
  assert.deepEqual([count('calls'), count('attempts'), applier.offset('s')], [0, 0, 0]);
  db.exec('DROP TRIGGER full');
  assert.equal(applier.step('s', segment).lines, 2);
  assert.deepEqual([count('calls'), rollupCalls()], [2, 2]);
});

test('a second applier that remembers an older place follows the one in the file', () => {
  const { db, applier, rollupCalls } = setUp();
  const other = createApplier(db);
  const segment = memorySegment(lineOf('a'));
  applier.step('s', segment);
  segment.append(lineOf('b'));
  assert.equal(other.step('s', segment).lines, 1);
  assert.equal(applier.step('s', segment).lines, 0);
  assert.equal(rollupCalls(), 2);
});

test('a call that is in the tables already is not counted again, even from another segment', () => {
  const { applier, count, rollupCalls } = setUp();
  applier.step('s', memorySegment(lineOf('a')));
  const retried = encodeLine(sampleRow({ id: 'a', attempts: [sampleAttempt(), sampleAttempt({ index: 1 })] }));
  assert.equal(applier.step('t', memorySegment(retried)).lines, 1);
  assert.deepEqual([count('calls'), count('attempts'), rollupCalls()], [1, 1, 1]);
});

test('an unreadable line is set aside with its place, and the lines around it are applied', () => {
  const { db, applier, count } = setUp();
  const before = encodeLine(sampleRow({ id: 'a', tenant: 'größe' }));
  const step = applier.step('s', memorySegment(`${before}garbage\n${lineOf('b')}`));
  assert.deepEqual([step.lines, step.skipped, count('calls')], [3, 1, 2]);
  const { file, offset, line } = db.prepare('SELECT * FROM skipped_lines').get() ?? {};
  assert.deepEqual([file, offset, line], ['s', Buffer.byteLength(before), 'garbage']);
});

test('a line without its newline waits until the writer finishes it', () => {
  const { applier, count } = setUp();
  const whole = lineOf('a');
  const segment = memorySegment(whole.slice(0, 30));
  assert.equal(applier.step('s', segment).lines, 0);
  segment.append(whole.slice(30));
  assert.equal(applier.step('s', segment).lines, 1);
  assert.equal(count('calls'), 1);
});

test('finishing a segment sets its torn end aside once', () => {
  const { db, applier, count } = setUp();
  const segment = memorySegment(lineOf('a') + lineOf('b').slice(0, 30));
  applier.step('s', segment);
  assert.equal(applier.finish('s', segment).skipped, 1);
  assert.equal(applier.finish('s', segment).skipped, 0);
  assert.equal(count('skipped_lines'), 1);
  assert.equal(db.prepare('SELECT why FROM skipped_lines').get()?.['why'], 'torn');
});
