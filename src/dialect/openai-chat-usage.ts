// OpenAI's "usage" object and our disjoint classes. Its cached, written and audio tokens are inside `prompt_tokens`,
// its reasoning and audio tokens inside `completion_tokens`. Compatible providers vary; nothing here ever goes negative.
import { isObject, type JsonObject } from '../call/json.ts';
import { totalInputTokens, toUsage, type Usage } from '../call/usage.ts';
import { countOf, type TokenCount } from './token-count.ts';

/** Reads the usage of OpenAI and of compatible providers. Missing and malformed counts are zero. */
export function readOpenaiUsage(usage: JsonObject): Usage {
  const input = readInput(usage);
  return toUsage({ ...input, ...readOutput(usage, totalInputTokens(toUsage(input))) });
}

function readInput(usage: JsonObject): Partial<Usage> {
  const details = detailsOf(usage.prompt_tokens_details ?? usage.input_tokens_details);
  // DeepSeek splits the prompt into hit and miss; Moonshot writes `cached_tokens` beside the totals.
  const hit = countOf(usage.prompt_cache_hit_tokens);
  const prompt = countOf(usage.prompt_tokens ?? usage.input_tokens) || hit + countOf(usage.prompt_cache_miss_tokens);
  let rest = prompt;
  const take = (count: TokenCount): number => {
    const taken = Math.min(count, rest);
    rest -= taken;
    return taken;
  };
  const cacheReadTokens = take(countOf(details.cached_tokens ?? usage.cached_tokens) || hit);
  const cacheWrite5mTokens = take(countOf(details.cache_write_tokens));
  const audioInputTokens = take(countOf(details.audio_tokens));
  return { inputTokens: rest, cacheReadTokens, cacheWrite5mTokens, audioInputTokens };
}

function readOutput(usage: JsonObject, prompt: number): Partial<Usage> {
  const details = detailsOf(usage.completion_tokens_details ?? usage.output_tokens_details);
  const completion = countOf(usage.completion_tokens ?? usage.output_tokens);
  const reasoning = countOf(details.reasoning_tokens ?? usage.reasoning_tokens);
  // xAI counts reasoning beside the completion, not inside; the total shows which it was.
  const isOutside =
    reasoning > completion || (reasoning > 0 && countOf(usage.total_tokens) === prompt + completion + reasoning);
  const whole = isOutside ? completion + reasoning : completion;
  const audioOutputTokens = Math.min(countOf(details.audio_tokens), whole);
  const outputTokens = whole - audioOutputTokens;
  return { outputTokens, audioOutputTokens, reasoningTokens: Math.min(reasoning, outputTokens) };
}

function detailsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The usage object of a chat completion. Writes to a cache are told in the field that OpenAI and OpenRouter use. */
export function writeOpenaiUsage(usage: Usage): JsonObject {
  const prompt = totalInputTokens(usage);
  const completion = usage.outputTokens + usage.audioOutputTokens;
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      audio_tokens: usage.audioInputTokens,
      ...(written > 0 ? { cache_write_tokens: written } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
