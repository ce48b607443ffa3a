import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Note } from '../call/note.ts';
import { createNoting } from './noting.ts';
import { noteOf } from './watched.fixture.ts';

test('notes are handed on', () => {
  const kept: Note[] = [];
  const note = createNoting({ note: (one) => void kept.push(one), warn: (sentence) => assert.fail(sentence) });
  const one = noteOf({});
  note(one);
  assert.deepEqual(kept, [one]);
});

test('a ledger that keeps none is told of once, until it keeps one again; nobody has to catch anything', async () => {
  const warned: string[] = [];
  let work: () => unknown = () => Promise.reject(new Error('no space'));
  const note = createNoting({ note: () => work(), warn: (sentence) => void warned.push(sentence) });
  const uncaught: unknown[] = [];
  const hear = (reason: unknown): void => void uncaught.push(reason);
  process.on('unhandledRejection', hear);
  for (let at = 0; at < 3; at++) note(noteOf({}));
  await turn();
  work = () => assert.fail('thrown at once');
  note(noteOf({}));
  await turn();
  assert.deepEqual(warned, ['watching: a note was not kept: no space']);
  work = () => Promise.resolve();
  note(noteOf({}));
  await turn();
  work = () => Promise.reject(new Error('no space again'));
  note(noteOf({}));
  await turn();
  await turn();
  process.off('unhandledRejection', hear);
  assert.equal(warned[1], 'watching: a note was not kept: no space again');
  assert.deepEqual(uncaught, []);
});
