import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../../call/note.ts';
import { createRandom } from '../../stats/random.ts';
import { GapBook, gapOf, gradedGapOf, segmentsOfNote, settledGaps } from './gap-book.ts';

function note(id: string, more: Partial<Note> = {}): Note {
  return { id, kind: 'canary', atMs: 0, tenant: 't', task: 'a', about: null, costs: [], body: {}, ...more };
}

test('a book without canaries knows no gap', () => {
  const book = new GapBook();
  assert.deepEqual(book.of('a'), []);
  assert.deepEqual(book.all(), []);
});

test('the interval holds the gap that there is, and narrows', () => {
  const random = createRandom(7);
  const book = new GapBook();
  let width = 2;
  for (let at = 1; at <= 4_000; at++) {
    book.add({ task: 'a', segments: [], gap: random() < 0.1 ? -1 : 0 });
    const { low, high } = book.of('a')[0] ?? assert.fail();
    assert.ok(low <= -0.1 && high >= -0.1, `[${low}, ${high}] after ${at}`);
    assert.ok(high - low <= width);
    width = high - low;
  }
  assert.ok(width < 0.08, String(width));
  assert.ok(Math.abs((book.of('a')[0]?.mean ?? 0) + 0.1) < 0.02);
});

test('a gap that has changed is a new one, whose interval holds it', () => {
  const book = new GapBook();
  const take = (count: number, gap: number): void => {
    for (let at = 0; at < count; at++) book.add({ task: 'a', segments: [], gap });
  };
  take(200, -1);
  take(400, 0);
  const { graded, mean, low, high } = book.of('a')[0] ?? assert.fail();
  assert.ok(graded < 400, `${graded} of 600 are of today's gap`);
  assert.equal(mean, 0);
  assert.ok(low <= 0 && high >= 0, `[${low}, ${high}]`);
});

test('a gap that stays is taken for changed in one of twenty tasks at most', () => {
  let changed = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const random = createRandom(seed);
    const book = new GapBook();
    for (let at = 0; at < 1_000; at++) book.add({ task: 'a', segments: [], gap: random() < 0.2 ? -1 : 0 });
    if (book.of('a')[0]?.graded !== 1_000) changed++;
  }
  assert.ok(changed <= 5, `${changed} of 100`);
});

test('the segments of a task stand behind it, the worst first, and only with enough canaries', () => {
  const book = new GapBook();
  for (let at = 0; at < 300; at++) {
    const isBad = at % 3 === 0;
    book.add({ task: 'a', segments: [isBad ? 'tenant:bad' : 'tenant:good'], gap: isBad ? -1 : 0 });
  }
  book.add({ task: 'a', segments: ['tenant:new'], gap: -1 });
  assert.deepEqual(
    book.all().map(({ segment, graded }) => [segment, graded]),
    [
      [null, 301],
      ['tenant:bad', 100],
      ['tenant:good', 200],
    ],
  );
});

test('segments without end do not fill the memory', () => {
  const book = new GapBook();
  for (let round = 0; round < 20; round++)
    for (let at = 0; at < 500; at++) book.add({ task: 'a', segments: [`tenant:${at}`], gap: 0 });
  assert.equal(book.all().length, 65);
  assert.equal(book.of('a')[0]?.graded, 10_000);
});

test('a person has the last word, whoever graded before and however often they said something else', () => {
  const notes = [
    note('c1', { body: { gap: 0 } }),
    note('c2', { body: { gap: null } }),
    note('c3', { body: { gap: null } }),
    note('g1', { kind: 'grade', about: 'c1', body: { better: 'cheap' } }),
    note('g2', { kind: 'grade', about: 'c1', body: { better: 'reference' } }),
    note('g3', { kind: 'grade', about: 'c2', body: { better: 'tie' } }),
  ];
  assert.deepEqual(
    settledGaps(notes).map(({ note: { id }, gap }) => [id, gap]),
    [
      ['c1', -1],
      ['c2', 0],
    ],
  );
});

test('a gap is read strictly', () => {
  assert.equal(gapOf(note('c', { body: { gap: 2 } })), null);
  assert.equal(gapOf(note('c', { body: { gap: '1' } })), null);
  assert.equal(gapOf(note('c', { kind: 'feedback', body: { gap: 1 } })), null);
  assert.equal(gapOf(note('c', { body: { gap: -0.5 } })), -0.5);
  assert.equal(gradedGapOf(note('g', { kind: 'grade', body: { better: 'both' } })), null);
  assert.deepEqual(segmentsOfNote(note('c', { body: { segments: ['tenant:a', 3] } })), ['tenant:a']);
  assert.deepEqual(segmentsOfNote(note('c')), []);
});
