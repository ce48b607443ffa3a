import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFinishGate } from './finish.ts';
import type { Answer } from './gate.ts';
import { answerOf, passes, verdictOf } from './sample.test.ts';

const gate = createFinishGate();
const ended = (reason: Answer['finish']['reason'], raw: string = reason): Answer =>
  answerOf('text', { finish: { reason, raw } });

test('an answer that came to its end passes', () => {
  for (const reason of ['stop', 'stop_sequence', 'tool_calls', 'pause'] as const)
    assert.ok(passes(gate, ended(reason)));
});

test('one that was cut off does not', () => {
  assert.match(verdictOf(gate, ended('length')).reason, /length limit/);
  assert.match(verdictOf(gate, ended('refusal')).reason, /content filter/);
  assert.deepEqual(verdictOf(gate, ended('unknown', 'odd')).reason, 'has an unknown finish "odd"');
  assert.ok(!passes(gate, ended('length')) && !passes(gate, ended('refusal')) && !passes(gate, ended('unknown')));
});

test('one that is still being written, or broke off, does not', () => {
  assert.equal(verdictOf(gate, { ...ended('stop'), isComplete: false }).pass, false);
});
