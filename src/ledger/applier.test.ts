import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApplier } from './applier.ts';
import { ROWS_PER_GENERATION } from './line-writer.ts';
import { FIRST_LINE, linesOf, sampleAttempt, sampleRow } from './sample-row.test.ts';
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

/** A row and the form that it needs: two lines. */
const lineOf = (id: string): string => linesOf(sampleRow({ id }));

test('applying twice from the same segment applies once', () => {
  const { applier, count, rollupCalls } = setUp();
  const segment = memorySegment(lineOf('a') + lineOf('b'));
  const first = applier.step('s', segment);
  assert.equal(first.lines, 4);
  assert.deepEqual(applier.step('s', segment), { offset: first.offset, lines: 0, skipped: 0 });
  segment.append(lineOf('c'));
  assert.equal(applier.step('s', segment).lines, 2);
  assert.deepEqual([count('calls'), count('attempts'), rollupCalls()], [3, 3, 3]);
});

test('a damaged note is set aside with what is wrong, and the lines after it are taken', () => {
  const { db, applier, count } = setUp();
  const note = { id: 'n', kind: 'canary', atMs: 1, tenant: 't', task: null, about: null, costs: [], body: {} };
  const damaged = ['!{"id":"torn', '!{"id":"m","kind":"gossip"}'];
  const text = `${damaged.join('\n')}\n!${JSON.stringify(note)}\n${lineOf('a')}`;
  assert.equal(applier.step('s', memorySegment(text)).skipped, 2);
  assert.deepEqual([count('notes'), count('calls'), count('skipped_lines')], [1, 1, 2]);
  const rows = db.prepare('SELECT line, why FROM skipped_lines').all();
  assert.deepEqual(
    rows.map(({ line }) => line),
    damaged,
  );
  assert.equal(rows[1]?.['why'], 'a note without its members');
});

test('a transaction that fails changes neither rows nor rollups nor the place, and can be repeated', () => {
  const { db, applier, count, rollupCalls } = setUp();
  const segment = memorySegment(lineOf('a') + lineOf('b'));
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON rollups BEGIN SELECT RAISE(ABORT, 'disk is full'); END`);
  assert.throws(() => applier.step('s', segment), /disk is full/);
  assert.deepEqual([count('calls'), count('attempts'), applier.offset('s')], [0, 0, 0]);
  db.exec('DROP TRIGGER full');
  assert.equal(applier.step('s', segment).lines, 4);
  assert.deepEqual([count('calls'), rollupCalls()], [2, 2]);
});

test('a second applier that remembers an older place follows the one in the file', () => {
  const { db, applier, rollupCalls } = setUp();
  const other = createApplier(db);
  const segment = memorySegment(lineOf('a'));
  applier.step('s', segment);
  segment.append(lineOf('b'));
  assert.equal(other.step('s', segment).lines, 2);
  assert.equal(applier.step('s', segment).lines, 0);
  assert.equal(rollupCalls(), 2);
});

test('a call that is in the tables already is not counted again, even from another segment', () => {
  const { applier, count, rollupCalls } = setUp();
  applier.step('s', memorySegment(lineOf('a')));
  const retried = linesOf(sampleRow({ id: 'a', attempts: [sampleAttempt(), sampleAttempt({ index: 1 })] }));
  assert.equal(applier.step('t', memorySegment(retried)).lines, 2);
  assert.deepEqual([count('calls'), count('attempts'), rollupCalls()], [1, 1, 1]);
});

test('an unreadable line is set aside with its place, and the lines around it are applied', () => {
  const { db, applier, count } = setUp();
  const before = linesOf(sampleRow({ id: 'a', tenant: 'größe' }));
  const step = applier.step('s', memorySegment(`${before}garbage\n${lineOf('b')}`));
  assert.deepEqual([step.lines, step.skipped, count('calls')], [5, 1, 2]);
  const { file, offset, line } = db.prepare('SELECT * FROM skipped_lines').get() ?? {};
  assert.deepEqual([file, offset, line], ['s', Buffer.byteLength(before), 'garbage']);
});

test('a line without its newline waits until the writer finishes it', () => {
  const { applier, count } = setUp();
  const whole = lineOf('a');
  const middle = whole.length - 30;
  const segment = memorySegment(whole.slice(0, middle));
  assert.equal(applier.step('s', segment).lines, 1, 'the form');
  assert.equal(count('calls'), 0);
  segment.append(whole.slice(middle));
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

test('a row finds the form that another life of the applier has read already', () => {
  const { db, applier, count } = setUp();
  const [form = '', first = '', second = ''] = linesOf(sampleRow({ id: 'a' }), sampleRow({ id: 'b' })).split('\n');
  const segment = memorySegment(`${form}\n${first}\n`);
  applier.step('s', segment);
  segment.append(`${second}\n`);
  assert.deepEqual({ ...createApplier(db).step('s', segment), offset: 0 }, { offset: 0, lines: 1, skipped: 0 });
  assert.deepEqual([count('calls'), count('attempts')], [2, 2]);
});

test('the numbers of forms are those of their segment', () => {
  const { db, applier } = setUp();
  applier.step('s', memorySegment(linesOf(sampleRow({ id: 'a', model: 'haiku' }))));
  applier.step('t', memorySegment(linesOf(sampleRow({ id: 'b', model: 'opus' }))));
  applier.step('s', memorySegment(''));
  const models = db.prepare('SELECT model FROM calls ORDER BY seq').all();
  assert.deepEqual(
    models.map(({ model }) => model),
    ['haiku', 'opus'],
  );
});

test('rows of one form share it in the tables, and a form that is damaged takes its rows with it, not others', () => {
  const { db, applier, count } = setUp();
  const rows = ['a', 'b', 'c'].map((id) => sampleRow({ id }));
  applier.step('s', memorySegment(linesOf(...rows)));
  assert.deepEqual([count('entries'), count('forms')], [3, 1]);
  const damaged = linesOf(sampleRow({ id: 'd', task: 'other' }), sampleRow({ id: 'e' })).replace(
    '{"tenant"',
    '{tenant',
  );
  assert.equal(applier.step('t', memorySegment(damaged)).skipped, 2);
  assert.equal(count('calls'), 4);
  const why = db.prepare('SELECT why FROM skipped_lines ORDER BY offset').all();
  assert.match(String(why[1]?.['why']), /form is missing/);
});

test('after a transaction that failed, forms are put into the tables again', () => {
  const { db, applier, count } = setUp();
  const segment = memorySegment(lineOf('a'));
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'disk is full'); END`);
  assert.throws(() => applier.step('s', segment), /disk is full/);
  assert.equal(count('forms'), 0);
  db.exec('DROP TRIGGER full');
  applier.step('s', segment);
  assert.deepEqual([count('forms'), count('calls')], [1, 1]);
});

test('a line of the first release is applied', () => {
  const { db, applier } = setUp();
  const step = applier.step('s', memorySegment(`${FIRST_LINE}\n${lineOf('a')}`));
  assert.deepEqual([step.lines, step.skipped], [3, 0]);
  const reader = db.prepare('SELECT id, task, latency_ms, cost_nano_usd FROM calls ORDER BY seq').all();
  assert.deepEqual(
    reader.map((row) => ({ ...row })),
    [
      { id: 'req_old', task: 'triage', latency_ms: 412.331, cost_nano_usd: 1_260_000 },
      { id: 'a', task: 'ticket-triage', latency_ms: 412.25, cost_nano_usd: 1_000_000 },
    ],
  );
});

test('as many forms as rows are no burden: only those that rows can refer to are kept, and every row has its own', () => {
  const { db, applier } = setUp();
  const total = 2 * ROWS_PER_GENERATION + 10;
  const rows = Array.from({ length: total }, (_, i) => sampleRow({ id: `r${i}`, task: `task ${i}` }));
  assert.equal(applier.step('s', memorySegment(linesOf(...rows))).skipped, 0);
  const wrong = db.prepare(`SELECT COUNT(*) AS n FROM calls WHERE task <> 'task ' || (seq - 1)`).get()?.['n'];
  assert.equal(wrong, 0);
});
