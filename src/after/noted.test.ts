import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../call/note.ts';
import { readNoted } from './noted.ts';
import { canaryOf, HOUR_MS, NOON_MS, noteOf, wordOf } from './watched.fixture.ts';

const read = (notes: Note[], sinceMs = 0) =>
  readNoted(
    notes.map((note) => ({ note })),
    { sinceMs },
  );
const gradeOf = (about: string, better: string, more: Partial<Note> = {}): Note =>
  noteOf({ kind: 'grade', about, body: { better, by: 'ann' }, ...more });

test('gaps are those of the canaries, with the last word of a person', () => {
  const notes = [
    canaryOf(-1, { id: 'a' }),
    canaryOf(null, { id: 'b' }),
    canaryOf(null),
    gradeOf('a', 'tie'),
    gradeOf('b', 'cheap'),
  ];
  assert.deepEqual(read(notes).gaps, [
    { task: 't', segments: ['tenant:acme'], gap: 0 },
    { task: 't', segments: ['tenant:acme'], gap: 1 },
  ]);
  assert.deepEqual(
    read(notes).grades,
    notes.slice(3).map(({ id }) => id),
  );
});

test('what was accepted does not count any more, of that task', () => {
  const at = (hours: number) => NOON_MS + hours * HOUR_MS;
  const notes = [
    canaryOf(-1, { atMs: at(0) }),
    canaryOf(-1, { atMs: at(0), task: 'other' }),
    wordOf('undo', { atMs: at(1) }),
    wordOf('accept', { atMs: at(1) }),
    canaryOf(0, { atMs: at(2) }),
  ];
  assert.deepEqual(
    read(notes).gaps.map(({ task, gap }) => [task, gap]),
    [
      ['other', -1],
      ['t', 0],
    ],
  );
  assert.deepEqual(read([...notes, wordOf('accept', { atMs: at(3) })]).gaps.length, 1);
});

test('canaries of a candidate on trial are left to its rollout', () => {
  const arm = (name: string, percent: number) => ({ arm: { rollout: 'r', arm: name, percent } });
  const notes = [
    canaryOf(-1, { body: arm('candidate', 20) }),
    canaryOf(-0.5, { body: arm('candidate', 100) }),
    canaryOf(0, { body: arm('base', 20) }),
  ];
  assert.deepEqual(
    read(notes).gaps.map(({ gap }) => gap),
    [-0.5, 0],
  );
});

test('what was spent is that of all canaries of the day, graded or not', () => {
  const notes = [
    canaryOf(0, { atMs: NOON_MS - HOUR_MS }),
    canaryOf(null, { atMs: NOON_MS }),
    canaryOf(0, { atMs: NOON_MS + 1, task: null, costs: [{ model: 'm', tier: null, provider: null, nanoUsd: null }] }),
    noteOf({ kind: 'feedback' }),
  ];
  const { spent } = read(notes, NOON_MS);
  assert.deepEqual(
    spent.map(({ costs }) => costs[0]?.nanoUsd),
    [1_000_000, null],
  );
});

test('actions come in their order; what is neither is passed over', () => {
  const notes = [
    wordOf('undo'),
    noteOf({ body: { action: 'bypass' } }),
    noteOf({ kind: 'alert' }),
    noteOf({ kind: 'feedback' }),
  ];
  assert.deepEqual(read(notes).actions, notes.slice(0, 2));
  assert.deepEqual(read([]), { gaps: [], spent: [], actions: [], grades: [] });
});
