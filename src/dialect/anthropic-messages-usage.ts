// Anthropic's "usage" object and our disjoint classes. Its cache reads and writes are outside `input_tokens`, its
// thinking tokens inside `output_tokens`. Nothing here ever goes negative.
import { isObject, type JsonObject } from '../call/json.ts';
import { toUsage, type Usage } from '../call/usage.ts';
import { countOf } from './token-count.ts';

/** Reads a complete or merged usage object. Missing and malformed counts are zero. */
export function readAnthropicUsage(usage: JsonObject): Usage {
  const split = isObject(usage.cache_creation) ? usage.cache_creation : {};
  const written = countOf(usage.cache_creation_input_tokens);
  const cacheWrite1hTokens = countOf(split.ephemeral_1h_input_tokens);
  // Without the split, and for what the split leaves open, a write has the default time to live.
  const cacheWrite5mTokens = Math.max(countOf(split.ephemeral_5m_input_tokens), written - cacheWrite1hTokens);
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  const outputTokens = countOf(usage.output_tokens);
  return toUsage({
    inputTokens: countOf(usage.input_tokens),
    cacheReadTokens: countOf(usage.cache_read_input_tokens),
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: Math.min(countOf(details.thinking_tokens), outputTokens),
  });
}

/**
 * A stream tells usage in halves: input with message_start, output with message_delta, which repeats the counts it
 * knows and leaves the others out or null. A null never overrides a count.
 */
export function mergeAnthropicUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  return { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null)) };
}

/** The usage object of a message. Audio has no class at Anthropic and counts as plain tokens. */
export function writeAnthropicUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputTokens + usage.audioInputTokens,
    cache_creation_input_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite5mTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens + usage.audioOutputTokens,
    ...(usage.reasoningTokens > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoningTokens } } : {}),
  };
}
