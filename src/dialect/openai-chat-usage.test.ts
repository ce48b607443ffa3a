import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { totalInputTokens, toUsage, type Usage } from '../call/usage.ts';
import { readOpenaiUsage, writeOpenaiUsage } from './openai-chat-usage.ts';

const table: [string, JsonObject, Partial<Usage>][] = [
  ['plain', { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }, { inputTokens: 11, outputTokens: 7 }],
  [
    'OpenAI with everything: cached, written and audio are inside the prompt',
    {
      prompt_tokens: 1000,
      completion_tokens: 300,
      total_tokens: 1300,
      prompt_tokens_details: { cached_tokens: 600, audio_tokens: 50, cache_write_tokens: 100 },
      completion_tokens_details: {
        reasoning_tokens: 128,
        audio_tokens: 40,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    {
      inputTokens: 250,
      cacheReadTokens: 600,
      cacheWrite5mTokens: 100,
      audioInputTokens: 50,
      outputTokens: 260,
      reasoningTokens: 128,
      audioOutputTokens: 40,
    },
  ],
  [
    'DeepSeek: hit and miss beside the prompt',
    {
      prompt_tokens: 100,
      completion_tokens: 7,
      total_tokens: 107,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    { inputTokens: 36, cacheReadTokens: 64, outputTokens: 7 },
  ],
  [
    'hit and miss without a prompt count',
    { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36, completion_tokens: 1 },
    { inputTokens: 36, cacheReadTokens: 64, outputTokens: 1 },
  ],
  [
    'Moonshot: cached_tokens at the top',
    { prompt_tokens: 50, completion_tokens: 2, cached_tokens: 20 },
    { inputTokens: 30, cacheReadTokens: 20, outputTokens: 2 },
  ],
  [
    'reasoning beside the completion, as the total shows (xAI)',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45, completion_tokens_details: { reasoning_tokens: 30 } },
    { inputTokens: 10, outputTokens: 35, reasoningTokens: 30 },
  ],
  [
    'reasoning inside the completion, as the total shows',
    { prompt_tokens: 10, completion_tokens: 35, total_tokens: 45, completion_tokens_details: { reasoning_tokens: 30 } },
    { inputTokens: 10, outputTokens: 35, reasoningTokens: 30 },
  ],
  [
    'the names of the responses API',
    {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 1 },
    },
    { inputTokens: 5, cacheReadTokens: 4, outputTokens: 3, reasoningTokens: 1 },
  ],
  ['strings of digits', { prompt_tokens: '12', completion_tokens: '3' }, { inputTokens: 12, outputTokens: 3 }],
  ['nothing at all', {}, {}],
  [
    'nulls everywhere',
    { prompt_tokens: null, completion_tokens: null, prompt_tokens_details: null, completion_tokens_details: null },
    {},
  ],
  [
    'negative, fractional and odd values never go below zero',
    { prompt_tokens: -5, completion_tokens: 2.9, prompt_tokens_details: { cached_tokens: 'many' } },
    { outputTokens: 2 },
  ],
  [
    'more cached than there was prompt',
    { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 99, audio_tokens: 5 } },
    { cacheReadTokens: 10, outputTokens: 1 },
  ],
];

describe('readOpenaiUsage', () => {
  for (const [name, usage, classes] of table) {
    test(name, () => assert.deepEqual(readOpenaiUsage(usage), toUsage(classes)));
  }

  test('classes are disjoint: they always add up to the prompt and the completion, and none is negative', () => {
    const count = fc.option(fc.integer({ min: -10, max: 1000 }), { nil: null });
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 6, maxLength: 6 }),
        ([prompt, cached, audio, write, completion, out]) => {
          const usage = readOpenaiUsage({
            prompt_tokens: prompt ?? null,
            completion_tokens: completion ?? null,
            prompt_tokens_details: {
              cached_tokens: cached ?? null,
              audio_tokens: audio ?? null,
              cache_write_tokens: write,
            },
            completion_tokens_details: { audio_tokens: out ?? null },
          });
          assert.equal(totalInputTokens(usage), Math.max(0, prompt ?? 0));
          assert.equal(usage.outputTokens + usage.audioOutputTokens, Math.max(0, completion ?? 0));
          assert.ok(Object.values(usage).every((value) => value >= 0));
        },
      ),
    );
  });
});

describe('writeOpenaiUsage', () => {
  test('has the totals and the details of the real API', () => {
    const usage = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 71, reasoningTokens: 64 });
    assert.deepEqual(writeOpenaiUsage(usage), {
      prompt_tokens: 100,
      completion_tokens: 71,
      total_tokens: 171,
      prompt_tokens_details: { cached_tokens: 80, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 64,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    });
  });

  test('tells both kinds of cache writes together', () => {
    const written = writeOpenaiUsage(toUsage({ cacheWrite5mTokens: 3, cacheWrite1hTokens: 4 }));
    assert.equal(written.prompt_tokens, 7);
    assert.deepEqual(written.prompt_tokens_details, { cached_tokens: 0, audio_tokens: 0, cache_write_tokens: 7 });
  });

  test('what is written is read again as the same classes', () => {
    const count = fc.nat(1000);
    fc.assert(
      fc.property(count, count, count, count, count, count, (a, b, c, d, e, f) => {
        const usage = toUsage({
          inputTokens: a,
          cacheReadTokens: b,
          cacheWrite5mTokens: c,
          audioInputTokens: d,
          outputTokens: e + f,
          reasoningTokens: f,
        });
        assert.deepEqual(readOpenaiUsage(writeOpenaiUsage(usage)), usage);
      }),
    );
  });
});
