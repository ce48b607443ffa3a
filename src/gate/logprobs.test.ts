import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from './gate.ts';
import { createLogprobsGate } from './logprobs.ts';
import { answerOf, passes, verdictOf } from './sample.test.ts';

const gateOf = (min: number, at: 'first-token' | 'mean'): Gate => createLogprobsGate({ kind: 'logprobs', min, at });
const sure = (...probabilities: number[]): ReturnType<typeof answerOf> =>
  answerOf('x', { logprobs: probabilities.map(Math.log) });

test('the first token alone, or the geometric mean of all, must reach the bound', () => {
  assert.ok(passes(gateOf(0.8, 'first-token'), sure(0.9, 0.1)));
  assert.ok(!passes(gateOf(0.8, 'first-token'), sure(0.7, 1)));
  assert.ok(passes(gateOf(0.5, 'mean'), sure(0.9, 0.4)));
  assert.ok(!passes(gateOf(0.5, 'mean'), sure(0.9, 0.2)));
});

test('the score is the probability', () => {
  const verdict = verdictOf(gateOf(0.5, 'mean'), sure(0.25, 1));
  assert.ok(Math.abs((verdict.score ?? 0) - 0.5) < 1e-9);
  assert.match(verdict.reason, /^mean probability of a token 0\.500/);
  assert.match(verdictOf(gateOf(0.9, 'first-token'), sure(0.25)).reason, /first token 0\.250, below 0\.9/);
});

test('an answer without log probabilities fails: no evidence is not a good sign', () => {
  for (const at of ['first-token', 'mean'] as const) {
    for (const logprobs of [null, []]) {
      const verdict = verdictOf(gateOf(0, at), answerOf('x', { logprobs }));
      assert.deepEqual([verdict.pass, verdict.score], [false, null]);
      assert.match(verdict.reason, /without log probabilities/);
    }
  }
});

test('numbers that are no log probabilities do not leave the scale', () => {
  assert.equal(verdictOf(gateOf(0.5, 'mean'), answerOf('x', { logprobs: [0.5] })).score, 1);
  assert.equal(verdictOf(gateOf(0.5, 'mean'), answerOf('x', { logprobs: [-9999] })).score, 0);
});

test('the first token decides while the rest is written', () => {
  const question = { ask: '', turns: [], tools: [], schema: null, failedCalls: [] };
  const gate = gateOf(0.8, 'first-token');
  assert.equal(gate.early?.(sure(0.5), question)?.pass, false);
  assert.equal(gate.early?.(sure(0.9), question), null);
  assert.equal(gate.early?.(answerOf(''), question), null);
});
