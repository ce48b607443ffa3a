import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { pricedResponsesUsage, writeResponsesUsage } from './openai-responses-usage.ts';

const CONTEXT = { includeUsage: true, createdAtSeconds: 1 };

test('all input is in one count and all output in another, with their parts beside', () => {
  const usage = toUsage({
    inputTokens: 1,
    cacheReadTokens: 2,
    cacheWrite5mTokens: 4,
    cacheWrite1hTokens: 8,
    audioInputTokens: 16,
    outputTokens: 32,
    reasoningTokens: 5,
    audioOutputTokens: 64,
  });
  assert.deepEqual(writeResponsesUsage(usage), {
    input_tokens: 31,
    input_tokens_details: { cached_tokens: 2, cache_write_tokens: 12 },
    output_tokens: 96,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 127,
  });
});

test('what is written is read again as the same, but for audio and the longer cache', () => {
  const count = fc.nat(100_000);
  fc.assert(
    fc.property(count, count, count, count, count, (inputTokens, read, written, spoken, reasoningTokens) => {
      const usage = toUsage({
        inputTokens,
        cacheReadTokens: read,
        cacheWrite5mTokens: written,
        outputTokens: spoken + reasoningTokens,
        reasoningTokens,
      });
      assert.deepEqual(readOpenaiUsage(writeResponsesUsage(usage)), usage);
    }),
  );
});

test('a cost is a member of its own, and an unknown one is not there', () => {
  const usage = toUsage({ outputTokens: 1 });
  assert.equal(pricedResponsesUsage(usage, { ...CONTEXT, costUsd: () => 0.25 }).cost, 0.25);
  assert.ok(!('cost' in pricedResponsesUsage(usage, { ...CONTEXT, costUsd: () => null })));
});
