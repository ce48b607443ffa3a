import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPENING, onlyCalls, openingOf, plainly, settled, textOf } from './answer-text.ts';
import { answerOf, CALL_ONLY } from './sample.test.ts';

test('a text is looked at without the white space around it', () => {
  assert.equal(textOf(answerOf(' \n a b\t\ufeff')), 'a b');
});

test('half a character at the end of a text under way does not count', () => {
  assert.equal(settled('a \ud83d'), 'a');
  assert.equal(settled('a 😀'), 'a 😀');
  assert.equal(settled(''), '');
});

test('the opening is the text so far until it is too long to be looked at again and again', () => {
  assert.equal(openingOf(answerOf(' a')), 'a');
  assert.equal(openingOf(answerOf('a'.repeat(OPENING))), 'a'.repeat(OPENING));
  assert.equal(openingOf(answerOf('a'.repeat(OPENING + 1))), null);
});

test('only an answer that calls and says nothing has no text', () => {
  assert.equal(onlyCalls(CALL_ONLY), true);
  assert.equal(onlyCalls({ ...CALL_ONLY, text: 'Looking.' }), false);
  assert.equal(onlyCalls(answerOf('')), false);
});

test('phrases are compared in lower case, with plain apostrophes and single spaces', () => {
  assert.equal(plainly('I’m\n  SORRY'), "i'm sorry");
});
