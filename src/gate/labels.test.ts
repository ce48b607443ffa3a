import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { createLabelsGate } from './labels.ts';
import { CALL_ONLY, passes, rejectsEarly, verdictOf } from './sample.test.ts';

const gateOf = (rest: Partial<GateConfigOf<'one_of'>>): Gate =>
  createLabelsGate({ kind: 'one_of', values: [], at: null, ignoreCase: false, isFenced: false, ...rest });

test('an answer that is a label passes, any other fails with the labels told', () => {
  const gate = gateOf({ values: ['billing', 'bug'] });
  assert.ok(passes(gate, ' bug\n'));
  assert.equal(verdictOf(gate, 'bug').score, 1);
  for (const text of ['Bug', 'bugs', 'It is a bug', '', '"bug"', 'bug.']) assert.ok(!passes(gate, text), text);
  assert.equal(verdictOf(gate, 'x').reason, 'is none of billing, bug');
});

test('case is ignored where it is asked for', () => {
  const gate = gateOf({ values: ['Billing', 'straße'], ignoreCase: true });
  for (const text of ['BILLING', 'billing', 'Straße', 'STRASSE']) assert.ok(passes(gate, text), text);
  assert.ok(!passes(gate, 'bill'));
});

test('numbers and truth values are labels too', () => {
  const gate = gateOf({ values: [1, 2.5, true] });
  for (const text of ['1', '2.5', 'true']) assert.ok(passes(gate, text), text);
  assert.ok(!passes(gate, '3'));
});

test('a value inside a JSON answer is compared with its type', () => {
  const gate = gateOf({ values: ['bug', 1, false], at: '/a/0' });
  assert.ok(passes(gate, '{"a":["bug"]}'));
  assert.ok(passes(gate, '{"a":[1]}'));
  assert.ok(passes(gate, '{"a":[false]}'));
  const reason = (text: string): string => verdictOf(gate, text).reason;
  assert.equal(reason('{"a":["1"]}'), '/a/0 is none of bug, 1, false');
  assert.equal(reason('{"a":[]}'), 'has no value at /a/0');
  assert.equal(reason('{"a":[null]}'), '/a/0 is none of bug, 1, false');
  assert.equal(reason('{"a":[{"bug":1}]}'), '/a/0 is none of bug, 1, false');
  assert.equal(reason('bug'), 'is not JSON');
  assert.ok(passes(gateOf({ values: ['bug'], at: '/a', ignoreCase: true }), '{"a":"BUG"}'));
});

test('a fence around the JSON is taken where it is allowed', () => {
  const fenced = '```json\n{"a":"bug"}\n```';
  assert.ok(passes(gateOf({ values: ['bug'], at: '/a', isFenced: true }), fenced));
  assert.ok(!passes(gateOf({ values: ['bug'], at: '/a' }), fenced));
});

test('an answer that only calls tools has no label yet', () => {
  assert.ok(passes(gateOf({ values: ['bug'] }), CALL_ONLY));
  assert.ok(passes(gateOf({ values: ['bug'], at: '/a' }), CALL_ONLY));
});

test('a few characters tell that no label begins so', () => {
  const gate = gateOf({ values: ['billing', 'bug'] });
  for (const start of ['', ' ', 'b', 'bi', 'bug', 'billing\n']) assert.ok(!rejectsEarly(gate, start), start);
  for (const start of ['B', 'ba', 'bug r', 'Sure', 'billings']) assert.ok(rejectsEarly(gate, start), start);
  assert.ok(!rejectsEarly(gateOf({ values: ['bug'], ignoreCase: true }), 'BU'));
  assert.ok(rejectsEarly(gateOf({ values: ['bug'], at: '/a' }), 'Sure'));
  assert.ok(!rejectsEarly(gateOf({ values: ['bug'], at: '/a' }), '{"a":"feat'));
});

test('a long list of labels is told in part', () => {
  const values = Array.from({ length: 20 }, (_, index) => `label-${index}`);
  assert.match(verdictOf(gateOf({ values }), 'x').reason, /label-7, \.\.\.$/);
});
