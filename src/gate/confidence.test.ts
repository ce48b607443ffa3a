import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfidenceGate } from './confidence.ts';
import type { Gate } from './gate.ts';
import { CALL_ONLY, passes, verdictOf } from './sample.test.ts';

const pointerGate = (pointer: string, isFenced = false): Gate =>
  createConfidenceGate({ kind: 'confidence', min: 0.7, place: { kind: 'pointer', pointer, isFenced } });
const patternGate = (pattern: RegExp): Gate =>
  createConfidenceGate({ kind: 'confidence', min: 0.7, place: { kind: 'pattern', pattern } });

test('an answer that says it is sure enough passes', () => {
  const gate = pointerGate('/confidence');
  for (const written of ['0.7', '1', '"0.9"', '"85%"', '" 70 % "']) {
    assert.ok(passes(gate, `{"confidence":${written}}`), written);
  }
  assert.equal(verdictOf(gate, '{"confidence":"85%"}').score, 0.85);
});

test('one that says it is less sure fails', () => {
  const verdict = verdictOf(pointerGate('/confidence'), '{"confidence":0.69}');
  assert.deepEqual([verdict.pass, verdict.score, verdict.reason], [false, 0.69, 'is sure by 0.69 only, below 0.7']);
});

test('one that does not say, or says what is no share, fails', () => {
  const gate = pointerGate('/confidence');
  const odd = ['85', '-0.5', '1.1', '"high"', '"1e0"', 'null', 'true', '"140%"', '[0.9]'];
  for (const text of ['{}', 'Sure.', '', ...odd.map((value) => `{"confidence":${value}}`)]) {
    assert.deepEqual([verdictOf(gate, text).pass, verdictOf(gate, text).score], [false, null], text);
  }
  assert.ok(!passes(gate, CALL_ONLY));
});

test('a pattern finds the number in prose, the last one there is', () => {
  const gate = patternGate(/confidence: (\d+%|[\d.]+)/iu);
  assert.ok(!passes(gate, 'Confidence: 90%'), 'flags are not kept');
  assert.ok(passes(gate, 'It is 4.\nconfidence: 90%'));
  assert.ok(!passes(gate, 'If confidence: 90% is asked for, mine is confidence: 0.2'));
  assert.ok(!passes(gate, 'I am confident.'));
});

test('a fence around the JSON is taken where it is allowed', () => {
  const fenced = '```json\n{"confidence":1}\n```';
  assert.ok(passes(pointerGate('/confidence', true), fenced));
  assert.ok(!passes(pointerGate('/confidence'), fenced));
});
