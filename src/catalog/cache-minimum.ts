// The shortest prompt that Anthropic caches, by model. A shorter one is answered without cache and without an error.
// platform.claude.com/docs/en/build-with-claude/prompt-caching, "Cache limitations", 2026-09-26.
import { named } from './known-models.ts';

const LEAST: readonly (readonly [tokens: number, models: readonly string[]])[] = [
  [512, ['claude-(?:fable|mythos)-5.1', 'claude-(?:fable|mythos)-5', 'claude-(?:opus|sonnet)-5.5', 'claude-opus-5']],
  [2048, ['claude-opus-4.7', 'claude-3.5-haiku', 'claude-3-haiku']],
  [4096, ['claude-opus-4.6', 'claude-opus-4.5', 'claude-haiku-4.5']],
];
/** Of all other Claude models, and of models that are not known. */
const USUAL = 1024;

const PATTERNS = LEAST.flatMap(([tokens, models]) => models.map((model) => ({ tokens, pattern: named(model) })));

/** The least tokens of a prompt that the model, by its provider's name for it, caches. */
export function leastCachedTokens(upstreamModel: string): number {
  return PATTERNS.find(({ pattern }) => pattern.test(upstreamModel.toLowerCase()))?.tokens ?? USUAL;
}
