// The "usage" object of a response; it is read by `readOpenaiUsage`. Cached and written tokens are inside `input_tokens`,
// reasoning inside `output_tokens`. Audio has no class here and counts as plain tokens.
// Source: ResponseUsage in the openai package 7.57, 2026-11-28.
import type { JsonObject } from '../call/json.ts';
import { totalInputTokens, type Usage } from '../call/usage.ts';
import type { ReplyContext } from './dialect.ts';

export function writeResponsesUsage(usage: Usage): JsonObject {
  const input = totalInputTokens(usage);
  const output = usage.outputTokens + usage.audioOutputTokens;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + output,
  };
}

/** The same with what it costs, when that is known. */
export function pricedResponsesUsage(usage: Usage, context: ReplyContext): JsonObject {
  const cost = context.costUsd(usage);
  return cost === null ? writeResponsesUsage(usage) : { ...writeResponsesUsage(usage), cost };
}
