// What a model consumed for one attempt, in classes that never overlap.
// Dialects sort their provider's counting into these classes; nothing else in Tierline knows how a provider counts.

/**
 * Token counts of one attempt. All input classes are disjoint; `outputTokens` contains `reasoningTokens`
 * and `outputTokens` excludes `audioOutputTokens`.
 * Sources: OpenAI "usage" object (cached and audio tokens are inside prompt_tokens), Anthropic "usage" object
 * (cache reads and writes are outside input_tokens), Gemini usageMetadata (cached inside promptTokenCount,
 * thoughts outside candidatesTokenCount).
 */
export interface Usage {
  /** Text and image input that was neither read from nor written to a prompt cache. */
  inputTokens: number;
  cacheReadTokens: number;
  /** Written to a prompt cache with the default time to live (5 minutes at Anthropic). */
  cacheWrite5mTokens: number;
  /** Written to a prompt cache with a time to live of one hour. */
  cacheWrite1hTokens: number;
  /** Everything the model generated as text, reasoning included. */
  outputTokens: number;
  /** The part of `outputTokens` that was reasoning. */
  reasoningTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
}

export const NO_USAGE: Readonly<Usage> = Object.freeze({
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioInputTokens: 0,
  audioOutputTokens: 0,
});

/** A usage record with the given classes filled in and every other class zero. */
export function toUsage(classes: Partial<Usage>): Usage {
  return { ...NO_USAGE, ...classes };
}

/** Tokens the model had to read, whatever they were billed as. */
export function totalInputTokens(usage: Usage): number {
  return (
    usage.inputTokens +
    usage.cacheReadTokens +
    usage.cacheWrite5mTokens +
    usage.cacheWrite1hTokens +
    usage.audioInputTokens
  );
}
