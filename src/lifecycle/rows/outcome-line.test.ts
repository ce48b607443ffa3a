import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../../call/usage.ts';
import type { KeptText } from '../profile/answer.ts';
import { toOutcomeLine } from './outcome-line.ts';

const finish: KeptText['finish'] = { reason: 'stop', raw: 'stop' };
const NOTHING = { pass: true, answer: null, usage: null, costNanoUsd: null };

describe('an outcome of a kept answer', () => {
  test('has everything that is known of it', () => {
    const usage = toUsage({ inputTokens: 100, outputTokens: 10 });
    const answer: KeptText = { text: 'yes', finish, logprobs: [-0.25, -0.75] };
    assert.deepEqual(toOutcomeLine({ pass: true, answer, usage, costNanoUsd: 120_000 }), {
      correct: 1,
      response: 'yes',
      input_tokens: 100,
      output_tokens: 10,
      cost_usd: 0.000_12,
      mean_logprob: -0.5,
    });
  });

  test('leaves out what nobody knows, and has a cost of nothing where it is known to be nothing', () => {
    assert.deepEqual(toOutcomeLine(NOTHING), { correct: 1 });
    assert.deepEqual(toOutcomeLine({ ...NOTHING, pass: false }), { correct: 0 });
    assert.deepEqual(toOutcomeLine({ ...NOTHING, costNanoUsd: 0 }), { correct: 1, cost_usd: 0 });
    assert.deepEqual(toOutcomeLine({ ...NOTHING, answer: { text: '', finish } }), { correct: 1, response: '' });
  });

  test('counts all input, cached or not, and all output', () => {
    const usage = toUsage({
      inputTokens: 1,
      cacheReadTokens: 10,
      cacheWrite5mTokens: 100,
      cacheWrite1hTokens: 1000,
      audioInputTokens: 10_000,
      outputTokens: 2,
      reasoningTokens: 1,
      audioOutputTokens: 20,
    });
    const { input_tokens: input, output_tokens: output } = toOutcomeLine({ ...NOTHING, usage });
    assert.deepEqual([input, output], [11_111, 22]);
  });

  test('no probability is above 1, and none is made of no tokens', () => {
    assert.equal(toOutcomeLine({ ...NOTHING, answer: { text: 'a', finish, logprobs: [1e-9] } }).mean_logprob, 0);
    const line = toOutcomeLine({ ...NOTHING, answer: { text: 'a', finish, logprobs: [] } });
    assert.equal('mean_logprob' in line, false);
  });

  test('law: dollars are the same nano-dollars when they are read again', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (costNanoUsd) => {
        const line = JSON.parse(JSON.stringify(toOutcomeLine({ ...NOTHING, costNanoUsd }))) as { cost_usd: number };
        assert.equal(Math.round(line.cost_usd * 1e9), costNanoUsd);
      }),
    );
  });
});
