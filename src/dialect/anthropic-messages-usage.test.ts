import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { toUsage, type Usage } from '../call/usage.ts';
import { mergeAnthropicUsage, readAnthropicUsage, writeAnthropicUsage } from './anthropic-messages-usage.ts';

const table: [string, JsonObject, Partial<Usage>][] = [
  ['plain', { input_tokens: 11, output_tokens: 7, service_tier: 'standard' }, { inputTokens: 11, outputTokens: 7 }],
  [
    'cache reads and writes are beside the input; a write without a split lives five minutes',
    { input_tokens: 5, cache_read_input_tokens: 80, cache_creation_input_tokens: 15, output_tokens: 7 },
    { inputTokens: 5, cacheReadTokens: 80, cacheWrite5mTokens: 15, outputTokens: 7 },
  ],
  [
    'the split says how long each write lives',
    {
      input_tokens: 5,
      cache_creation_input_tokens: 556,
      cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
      cache_read_input_tokens: 1800,
      output_tokens: 503,
    },
    { inputTokens: 5, cacheWrite5mTokens: 456, cacheWrite1hTokens: 100, cacheReadTokens: 1800, outputTokens: 503 },
  ],
  [
    'a split without the sum',
    {
      input_tokens: 1,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 9 },
      output_tokens: 1,
    },
    { inputTokens: 1, cacheWrite1hTokens: 9, outputTokens: 1 },
  ],
  [
    'a sum greater than its split: the rest lives five minutes',
    {
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 10 },
    },
    { cacheWrite5mTokens: 20, cacheWrite1hTokens: 10 },
  ],
  [
    'thinking is inside the output',
    { input_tokens: 1, output_tokens: 71, output_tokens_details: { thinking_tokens: 64 } },
    { inputTokens: 1, outputTokens: 71, reasoningTokens: 64 },
  ],
  ['nothing at all', {}, {}],
  [
    'nulls, strings and negative numbers',
    {
      input_tokens: '3',
      output_tokens: -1,
      cache_creation: null,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      output_tokens_details: null,
    },
    { inputTokens: 3 },
  ],
];

describe('readAnthropicUsage', () => {
  for (const [name, usage, classes] of table) {
    test(name, () => assert.deepEqual(readAnthropicUsage(usage), toUsage(classes)));
  }
});

describe('mergeAnthropicUsage', () => {
  test('the later half overrides what it knows and keeps what it leaves out or null', () => {
    const merged = mergeAnthropicUsage(
      { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 },
      { output_tokens: 42, input_tokens: null, cache_read_input_tokens: 5 },
    );
    assert.deepEqual(merged, { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 42 });
  });
});

describe('writeAnthropicUsage', () => {
  test('has the fields of the real API', () => {
    const usage = toUsage({
      inputTokens: 5,
      cacheReadTokens: 80,
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 5,
      outputTokens: 7,
    });
    assert.deepEqual(writeAnthropicUsage(usage), {
      input_tokens: 5,
      cache_creation_input_tokens: 15,
      cache_read_input_tokens: 80,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 5 },
      output_tokens: 7,
    });
  });

  test('counts audio as plain tokens', () => {
    const written = writeAnthropicUsage(
      toUsage({ inputTokens: 1, audioInputTokens: 2, outputTokens: 3, audioOutputTokens: 4 }),
    );
    assert.equal(written.input_tokens, 3);
    assert.equal(written.output_tokens, 7);
  });

  test('what is written is read again as the same classes', () => {
    const count = fc.nat(1000);
    fc.assert(
      fc.property(count, count, count, count, count, count, (a, b, c, d, e, f) => {
        const usage = toUsage({
          inputTokens: a,
          cacheReadTokens: b,
          cacheWrite5mTokens: c,
          cacheWrite1hTokens: d,
          outputTokens: e + f,
          reasoningTokens: f,
        });
        assert.deepEqual(readAnthropicUsage(writeAnthropicUsage(usage)), usage);
      }),
    );
  });
});
