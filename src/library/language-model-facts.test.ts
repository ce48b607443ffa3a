import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import type { NeutralFinish } from '../dialect/neutral.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { readSdkUsage } from '../provider/ai-sdk-reply.ts';
import { toSdkFinish, toSdkHeaders, toSdkUsage, toSdkWarnings, toTierlineMetadata } from './language-model-facts.ts';

test('a usage has every class, and the sums the SDK expects', () => {
  const usage = toUsage({
    inputTokens: 100,
    cacheReadTokens: 20,
    cacheWrite5mTokens: 3,
    cacheWrite1hTokens: 4,
    audioInputTokens: 5,
    outputTokens: 50,
    reasoningTokens: 30,
    audioOutputTokens: 6,
  });
  assert.deepEqual(toSdkUsage(usage), {
    inputTokens: { total: 132, noCache: 105, cacheRead: 20, cacheWrite: 7 },
    outputTokens: { total: 56, text: 26, reasoning: 30 },
    raw: { ...usage },
  });
});

test('a usage without sound comes back as it was through the reader of SDK models', () => {
  const usage = toUsage({
    inputTokens: 9,
    cacheReadTokens: 5,
    cacheWrite5mTokens: 2,
    outputTokens: 7,
    reasoningTokens: 3,
  });
  const told = toSdkUsage(usage);
  assert.deepEqual(readSdkUsage({ inputTokens: told.inputTokens, outputTokens: told.outputTokens }), usage);
});

test('an unknown usage has no counts, which is not zero', () => {
  assert.deepEqual(toSdkUsage(null).inputTokens.total, undefined);
  assert.deepEqual(toSdkUsage(null).outputTokens.total, undefined);
});

test('every finish has one of the SDK’s words, and keeps the provider’s', () => {
  const words: Record<NeutralFinish['reason'], string> = {
    stop: 'stop',
    stop_sequence: 'stop',
    length: 'length',
    tool_calls: 'tool-calls',
    refusal: 'content-filter',
    pause: 'other',
    unknown: 'other',
  };
  for (const [reason, unified] of Object.entries(words)) {
    assert.deepEqual(toSdkFinish({ reason: reason as NeutralFinish['reason'], raw: 'its word' }), {
      unified,
      raw: 'its word',
    });
  }
});

test('losses are warnings, each told once', () => {
  assert.deepEqual(toSdkWarnings(['a', 'b'], ['b']), [
    { type: 'unsupported', feature: 'a' },
    { type: 'unsupported', feature: 'b' },
  ]);
  assert.deepEqual(toSdkWarnings([], []), []);
});

test('the metadata is plain JSON, and what is not known stays null', () => {
  const metadata = toTierlineMetadata(sampleRow({ id: 'r', costNanoUsd: null, baselineNanoUsd: null }));
  assert.deepEqual(JSON.parse(JSON.stringify(metadata)), metadata);
  assert.deepEqual([metadata.requestId, metadata.costNanoUsd, metadata.baselineNanoUsd], ['r', null, null]);
});

test('headers are one text each', () => {
  assert.deepEqual(toSdkHeaders({ a: 'x', b: ['y', 'z'], c: undefined }), { a: 'x', b: 'y, z' });
});
