import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastCachedTokens } from './cache-minimum.ts';

test('the shortest cached prompt is that of the very model, however its version is written', () => {
  for (const [model, tokens] of [
    ['claude-opus-5-5', 512],
    ['claude-opus-5', 512],
    ['claude-fable-5-1', 512],
    ['claude-sonnet-5.5', 512],
    ['claude-sonnet-5', 1024],
    ['claude-opus-4-8', 1024],
    ['claude-opus-4-7', 2048],
    ['claude-opus-4.6', 4096],
    ['anthropic/claude-opus-4.5', 4096],
    ['claude-haiku-4-5-20251001', 4096],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 4096],
    ['claude-sonnet-4-5', 1024],
    ['claude-opus-4-1', 1024],
    ['claude-3-5-haiku-20241022', 2048],
    ['Claude-Haiku-4-5', 4096],
  ] as const) {
    assert.equal(leastCachedTokens(model), tokens, model);
  }
});

test('a model that is not known caches from 1,024 tokens on', () => {
  assert.equal(leastCachedTokens('house-model'), 1024);
  assert.equal(leastCachedTokens('claude-haiku-9'), 1024);
});
