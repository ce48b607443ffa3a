import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { NO_USAGE, totalInputTokens, toUsage } from './usage.ts';

const COUNT = fc.nat(1_000_000);

test('classes that are not given are zero', () => {
  assert.deepEqual(toUsage({}), NO_USAGE);
  assert.deepEqual(toUsage({ outputTokens: 7 }), { ...NO_USAGE, outputTokens: 7 });
});

test('law: the input is the sum of its disjoint classes and nothing of the output', () => {
  fc.assert(
    fc.property(COUNT, COUNT, COUNT, COUNT, COUNT, COUNT, (a, b, c, d, e, out) => {
      const usage = toUsage({
        inputTokens: a,
        cacheReadTokens: b,
        cacheWrite5mTokens: c,
        cacheWrite1hTokens: d,
        audioInputTokens: e,
        outputTokens: out,
        reasoningTokens: out,
        audioOutputTokens: out,
      });
      assert.equal(totalInputTokens(usage), a + b + c + d + e);
    }),
  );
});

test('a usage is a fresh object each time, and the empty one cannot be changed', () => {
  const usage = toUsage({});
  usage.inputTokens = 5;
  assert.equal(NO_USAGE.inputTokens, 0);
  assert.equal(toUsage({}).inputTokens, 0);
  assert.throws(() => Object.assign(NO_USAGE, { inputTokens: 1 }), TypeError);
});
