import assert from 'node:assert/strict';
import { test } from 'node:test';
import { responseOf } from './response-of.ts';

const call = { id: 'call_1', name: 'look_up', arguments: '{"id":7}' };

test('an answer is its text, as it is', () => {
  assert.equal(responseOf({ text: ' 42\n', toolCalls: [], refusal: null }), ' 42\n');
  assert.equal(responseOf({ text: '', toolCalls: [], refusal: null }), '');
});

test('calls of tools are a line of JSON, behind the text where there is one, without the id that differs every time', () => {
  const json = '[{"name":"look_up","arguments":"{\\"id\\":7}"}]';
  assert.equal(responseOf({ text: '', toolCalls: [call], refusal: null }), json);
  assert.equal(responseOf({ text: 'One moment.', toolCalls: [call], refusal: null }), `One moment.\n${json}`);
  assert.equal(responseOf({ text: '\n', toolCalls: [call], refusal: null }), json);
});

test('a refusal of its own is what is said when nothing else is', () => {
  assert.equal(responseOf({ text: '', toolCalls: [], refusal: 'I cannot.' }), 'I cannot.');
  assert.equal(responseOf({ text: 'Well.', toolCalls: [], refusal: 'I cannot.' }), 'Well.');
});
