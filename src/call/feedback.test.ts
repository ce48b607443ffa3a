import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFeedback, newestFeedback, weakFeedback } from './feedback.ts';
import type { Note } from './note.ts';

const note = (body: Note['body'], more: Partial<Note> = {}): Note => ({
  id: 'fb_1',
  kind: 'feedback',
  atMs: 1,
  tenant: 'acme',
  task: null,
  about: 'req_1',
  costs: [],
  body,
  ...more,
});

const said = (score: number | null, atMs = 1, more: Note['body'] = {}): Note =>
  note({ source: 'client', score, label: null, comment: null, reference: null, model: 'small', ...more }, { atMs });

test('what a client said comes out of its note', () => {
  const body = {
    source: 'client',
    score: 0.5,
    label: 'meh',
    comment: 'Too long.',
    reference: { a: [1] },
    model: 'small',
  };
  assert.deepEqual(clientFeedback(note(body)), body);
});

test('what is missing or of another kind in it was not said', () => {
  const nothing = { source: 'client', score: null, label: null, comment: null, reference: null, model: null };
  assert.deepEqual(clientFeedback(note({ source: 'client' })), nothing);
  assert.deepEqual(clientFeedback(note({ source: 'client', score: 3, label: 4, comment: {}, model: [] })), nothing);
});

test('a weak signal is no feedback of a client, and the other way round', () => {
  const weak = note({ source: 'weak', what: 'retried', similarity: 1, later: 'req_2' });
  assert.deepEqual(weakFeedback(weak), { source: 'weak', what: 'retried', similarity: 1, later: 'req_2' });
  assert.equal(clientFeedback(weak), null);
  assert.equal(weakFeedback(said(1)), null);
  assert.equal(weakFeedback(note({ source: 'weak', what: 'guessed' })), null);
});

test('notes of other kinds are neither', () => {
  for (const kind of ['canary', 'grade', 'alert', 'action'] as const) {
    assert.equal(clientFeedback(note({ source: 'client', score: 1 }, { kind })), null);
    assert.equal(weakFeedback(note({ source: 'weak', what: 'retried' }, { kind })), null);
  }
});

test('the newest counts that has what is asked for; of two at one time the later one', () => {
  const notes = [said(0.1, 5), said(0.2, 9), said(0.3, 9), said(null, 10), said(0.4, 1)];
  assert.equal(newestFeedback(notes)?.score, null);
  assert.equal(newestFeedback(notes, ({ score }) => score !== null)?.score, 0.3);
  assert.equal(
    newestFeedback(notes, ({ reference }) => reference !== null),
    null,
  );
  assert.equal(newestFeedback([]), null);
});
