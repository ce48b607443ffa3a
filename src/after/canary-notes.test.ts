import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../call/note.ts';
import { armIn, earlierNotes, gradeIn, standingGaps, wordIn } from './canary-notes.ts';
import { canaryOf, createFakeLedger, HOUR_MS, NOON_MS, noteOf, wordOf } from './watched.fixture.ts';

const gradeOf = (about: string | null, better: string): Note =>
  noteOf({ kind: 'grade', about, body: { better, by: 'ann' } });

test('notes of the past are canaries, grades and actions in their order, without the texts that they may hold', () => {
  const ledger = createFakeLedger();
  const texts = { turns: [{ role: 'user', text: 'secret' }], answers: { cheap: 'secret', reference: 'secret' } };
  ledger.note(canaryOf(0, { id: 'old', atMs: NOON_MS - HOUR_MS }));
  ledger.note(wordOf('undo', { id: 'b' }));
  ledger.note(canaryOf(null, { id: 'c', body: texts }));
  ledger.note(noteOf({ kind: 'feedback' }));
  ledger.note(noteOf({ kind: 'alert' }));
  ledger.note(gradeOf('c', 'tie'));
  const notes = earlierNotes(ledger.reader, NOON_MS);
  assert.deepEqual(
    notes.map(({ kind }) => kind),
    ['action', 'canary', 'grade'],
  );
  assert.doesNotMatch(JSON.stringify(notes), /secret/);
  assert.deepEqual(notes[1]?.body['segments'], ['tenant:acme']);
});

test('gaps are those of the canaries since the task was last accepted, with the last word of a person', () => {
  const notes = [
    canaryOf(-1, { id: 'a' }),
    canaryOf(-1, { id: 'b', task: 'other' }),
    wordOf('accept'),
    canaryOf(-1, { id: 'c' }),
    canaryOf(null, { id: 'd' }),
    canaryOf(null, { id: 'e' }),
    wordOf('undo'),
    gradeOf('c', 'tie'),
    gradeOf('d', 'cheap'),
    gradeOf('a', 'cheap'),
  ];
  assert.deepEqual(
    standingGaps(notes).map(({ note: { id }, gap }) => [id, gap]),
    [
      ['b', -1],
      ['c', 0],
      ['d', 1],
    ],
  );
});

test('a note grades the canary that it is, or is about; an answer that was refused counts for its rollout', () => {
  assert.deepEqual(gradeIn(canaryOf(-1, { id: 'can_1' })), { canary: 'can_1', gap: -1, isRefused: false });
  assert.deepEqual(gradeIn(gradeOf('can_1', 'cheap')), { canary: 'can_1', gap: 1, isRefused: false });
  const refused = (rolloutGap: number | null) => canaryOf(null, { id: 'can_2', body: { rolloutGap } });
  assert.deepEqual(gradeIn(refused(-1)), { canary: 'can_2', gap: -1, isRefused: true });
  for (const note of [
    refused(null),
    refused(2),
    canaryOf(null),
    gradeOf(null, 'tie'),
    gradeOf('x', 'both'),
    wordOf('undo'),
  ])
    assert.equal(gradeIn(note), null);
});

test('an arm is read strictly', () => {
  const arm = { rollout: 'r', arm: 'base', percent: 5 };
  assert.deepEqual(armIn({ body: { arm } }), arm);
  for (const one of [
    undefined,
    null,
    'r',
    [],
    {},
    { ...arm, arm: 'both' },
    { ...arm, rollout: 1 },
    { ...arm, percent: '5' },
  ])
    assert.equal(armIn({ body: { arm: one } }), null);
});

test('a word is of somebody, about a task', () => {
  assert.deepEqual(wordIn(wordOf('accept')), { action: 'accept', task: 't', by: 'ann' });
  assert.deepEqual(wordIn(wordOf('undo', { task: 'u' })), { action: 'undo', task: 'u', by: 'ann' });
  const others = [
    wordOf('undo', { task: null }),
    wordOf('undo', { kind: 'feedback' }),
    noteOf({ body: { action: 'accept' } }),
    noteOf({ body: { action: 'bypass', undone: true, by: 'ann' } }),
  ];
  for (const note of others) assert.equal(wordIn(note), null);
});
