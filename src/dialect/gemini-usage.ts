// Gemini's `usageMetadata` and our disjoint classes. Its cached and audio tokens are inside `promptTokenCount`, its
// thoughts outside `candidatesTokenCount`, the results of server-side tools outside both. Nothing here goes negative.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { totalInputTokens, toUsage, type Usage } from '../call/usage.ts';
import type { ReplyContext } from './dialect.ts';
import { countOf, type TokenCount } from './token-count.ts';

/** Missing and malformed counts are zero. */
export function readGeminiUsage(metadata: JsonObject): Usage {
  const prompt = countOf(metadata.promptTokenCount);
  const cacheReadTokens = Math.min(countOf(metadata.cachedContentTokenCount), prompt);
  // Audio that came out of the cache is billed as cached.
  const audio = audioOf(metadata.promptTokensDetails) - audioOf(metadata.cacheTokensDetails);
  const audioInputTokens = Math.min(Math.max(audio, 0), prompt - cacheReadTokens);
  const candidates = countOf(metadata.candidatesTokenCount);
  const audioOutputTokens = Math.min(audioOf(metadata.candidatesTokensDetails), candidates);
  const reasoningTokens = countOf(metadata.thoughtsTokenCount);
  return toUsage({
    inputTokens: prompt - cacheReadTokens - audioInputTokens + countOf(metadata.toolUsePromptTokenCount),
    cacheReadTokens,
    audioInputTokens,
    outputTokens: candidates - audioOutputTokens + reasoningTokens,
    reasoningTokens,
    audioOutputTokens,
  });
}

function audioOf(details: Json | undefined): TokenCount {
  const entry = Array.isArray(details)
    ? details.find((item) => isObject(item) && item.modality === 'AUDIO')
    : undefined;
  return isObject(entry) ? countOf(entry.tokenCount) : 0;
}

/** The `usageMetadata` object. Gemini has no word for writes to a cache: they are part of the prompt. */
export function writeGeminiUsage(usage: Usage): JsonObject {
  const prompt = totalInputTokens(usage);
  const candidates = usage.outputTokens - usage.reasoningTokens + usage.audioOutputTokens;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + usage.reasoningTokens,
    ...(usage.cacheReadTokens > 0 ? { cachedContentTokenCount: usage.cacheReadTokens } : {}),
    ...(usage.reasoningTokens > 0 ? { thoughtsTokenCount: usage.reasoningTokens } : {}),
    ...audioDetails('promptTokensDetails', prompt, usage.audioInputTokens),
    ...audioDetails('candidatesTokensDetails', candidates, usage.audioOutputTokens),
  };
}

function audioDetails(name: string, whole: TokenCount, audio: TokenCount): JsonObject {
  if (audio === 0) return {};
  const text = { modality: 'TEXT', tokenCount: whole - audio };
  return { [name]: [text, { modality: 'AUDIO', tokenCount: audio }] };
}

/** The same with what it costs, when that is known. */
export function pricedGeminiUsage(usage: Usage, context: ReplyContext): JsonObject {
  const cost = context.costUsd(usage);
  return cost === null ? writeGeminiUsage(usage) : { ...writeGeminiUsage(usage), cost };
}
