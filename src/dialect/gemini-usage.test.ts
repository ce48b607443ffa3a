import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { totalInputTokens, toUsage, type Usage } from '../call/usage.ts';
import { pricedGeminiUsage, readGeminiUsage, writeGeminiUsage } from './gemini-usage.ts';

const table: [string, JsonObject, Partial<Usage>][] = [
  [
    'plain',
    { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
    { inputTokens: 11, outputTokens: 7 },
  ],
  [
    'cached tokens are inside the prompt',
    { promptTokenCount: 1000, cachedContentTokenCount: 600, candidatesTokenCount: 10, totalTokenCount: 1010 },
    { inputTokens: 400, cacheReadTokens: 600, outputTokens: 10 },
  ],
  [
    'thoughts are outside the candidates',
    { promptTokenCount: 20, candidatesTokenCount: 5, thoughtsTokenCount: 100, totalTokenCount: 125 },
    { inputTokens: 20, outputTokens: 105, reasoningTokens: 100 },
  ],
  [
    'what server-side tools brought in is input',
    { promptTokenCount: 20, toolUsePromptTokenCount: 300, candidatesTokenCount: 5, totalTokenCount: 325 },
    { inputTokens: 320, outputTokens: 5 },
  ],
  [
    'audio both ways',
    {
      promptTokenCount: 130,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 30 },
        { modality: 'AUDIO', tokenCount: 100 },
      ],
      candidatesTokenCount: 50,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 40 }],
    },
    { inputTokens: 30, audioInputTokens: 100, outputTokens: 10, audioOutputTokens: 40 },
  ],
  [
    'audio out of the cache is cached, not audio',
    {
      promptTokenCount: 130,
      cachedContentTokenCount: 90,
      promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 100 }],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 80 }],
    },
    { inputTokens: 20, cacheReadTokens: 90, audioInputTokens: 20 },
  ],
  ['a stream before its first token', { promptTokenCount: 9, totalTokenCount: 9 }, { inputTokens: 9 }],
  [
    'more cached than there was, and counts that are none',
    { promptTokenCount: 5, cachedContentTokenCount: 9, candidatesTokenCount: -3, thoughtsTokenCount: 'x' },
    { cacheReadTokens: 5 },
  ],
  ['nothing', {}, {}],
];

describe('usageMetadata', () => {
  for (const [name, metadata, classes] of table) {
    test(name, () => assert.deepEqual(readGeminiUsage(metadata), toUsage(classes)));
  }

  test('carries its cost when that is known', () => {
    const usage = toUsage({ inputTokens: 1, outputTokens: 2 });
    const context = { includeUsage: true, createdAtSeconds: 1 };
    assert.equal(pricedGeminiUsage(usage, { ...context, costUsd: () => 0.25 }).cost, 0.25);
    assert.equal('cost' in pricedGeminiUsage(usage, { ...context, costUsd: () => null }), false);
  });

  const counts = fc.record({
    inputTokens: fc.nat(10_000),
    cacheReadTokens: fc.nat(10_000),
    audioInputTokens: fc.nat(1000),
    outputTokens: fc.nat(10_000),
    audioOutputTokens: fc.nat(1000),
    reasoningShare: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test('what is written is read back, class by class', () => {
    fc.assert(
      fc.property(counts, ({ reasoningShare, ...classes }) => {
        const usage = toUsage({ ...classes, reasoningTokens: Math.floor(classes.outputTokens * reasoningShare) });
        assert.deepEqual(readGeminiUsage(writeGeminiUsage(usage)), usage);
      }),
    );
  });

  test('no class is ever negative, and the input adds up to what Gemini counted', () => {
    const count = fc.oneof(fc.nat(5000), fc.constantFrom(-1, 'x', null, 1.5));
    const details = fc.array(fc.record({ modality: fc.constantFrom('TEXT', 'AUDIO', 'IMAGE'), tokenCount: count }));
    const metadata = fc.record({
      promptTokenCount: fc.nat(5000),
      cachedContentTokenCount: count,
      toolUsePromptTokenCount: fc.nat(500),
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
      promptTokensDetails: details,
      cacheTokensDetails: details,
      candidatesTokensDetails: details,
    });
    fc.assert(
      fc.property(metadata, (source) => {
        const usage = readGeminiUsage(source);
        for (const [name, value] of Object.entries(usage)) assert.ok(value >= 0, name);
        assert.equal(totalInputTokens(usage), source.promptTokenCount + source.toolUsePromptTokenCount);
        assert.ok(usage.reasoningTokens <= usage.outputTokens);
      }),
    );
  });
});
