import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from './gate.ts';
import { createPatternGate } from './pattern.ts';
import { CALL_ONLY, passes, rejectsEarly, verdictOf } from './sample.test.ts';

const gateOf = (pattern: RegExp): Gate => createPatternGate({ kind: 'pattern', pattern });

test('an answer passes when the pattern is found in it', () => {
  assert.ok(passes(gateOf(/^\d+$/u), '42\n'));
  assert.ok(passes(gateOf(/order \d/u), 'Your order 7 is on its way.'));
  assert.ok(passes(gateOf(/^.$/u), '😀'));
  assert.ok(passes(gateOf(/x/u), CALL_ONLY));
  const verdict = verdictOf(gateOf(/^\d+$/u), 'forty-two');
  assert.deepEqual([verdict.pass, verdict.score, verdict.reason], [false, 0, String.raw`does not match ^\d+$`]);
});

test('an answer is looked at anew each time, whatever flags the pattern had', () => {
  const gate = gateOf(/a/gu);
  for (let time = 0; time < 3; time++) assert.ok(passes(gate, 'a'));
});

test('an anchored pattern rejects what can no longer match', () => {
  assert.ok(rejectsEarly(gateOf(/^\d+$/u), 'The'));
  assert.ok(!rejectsEarly(gateOf(/^\d+$/u), ' 4'));
  assert.ok(!('early' in gateOf(/\d/u)));
});

test('a long beginning is no longer looked at', () => {
  assert.ok(!rejectsEarly(gateOf(/^a+$/u), `${'a'.repeat(2_000)}b`));
});
