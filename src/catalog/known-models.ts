// What the price data lacks, kept by hand: limits, abilities and vocabularies, whoever sells the model. Read from the
// providers' own pages on the day named with each block; an entry that is not known is left out, never guessed.
import type { Capability, TokenizerFamily } from './model-spec.ts';

export interface KnownModel {
  /** Part of the name, found between its marks: `claude-haiku-4-5` in `us.anthropic.claude-haiku-4-5-20251001-v1:0`. */
  name: RegExp;
  tokenizer?: TokenizerFamily;
  contextWindow?: number;
  /** The most input tokens, where that is less than the window. */
  maxInputTokens?: number;
  maxOutputTokens?: number;
  capabilities?: readonly Capability[];
}

const TEXT: readonly Capability[] = ['tools'];
const SEES: readonly Capability[] = ['tools', 'images', 'documents'];
const REASONS: readonly Capability[] = ['tools', 'images', 'documents', 'reasoning'];
const OPENAI: readonly Capability[] = ['tools', 'images', 'documents', 'schema'];
const OPENAI_REASONS: readonly Capability[] = ['tools', 'images', 'documents', 'schema', 'reasoning'];
const GEMINI: readonly Capability[] = ['tools', 'images', 'documents', 'audio', 'schema', 'reasoning'];

const K = 1000;
const M = 1_000_000;

/** A name with its versions: dots and dashes are written both ways. */
export function named(name: string): RegExp {
  return new RegExp(`(?:^|[./:])${name.replaceAll('.', '[-.]')}(?![.\\d]|-\\d(?:[-.@]|$))`);
}

/** Entries that count with one vocabulary unless they say another. */
function family(tokenizer: TokenizerFamily, models: readonly KnownModel[]): readonly KnownModel[] {
  return models.map((model) => ({ tokenizer, ...model }));
}

// platform.claude.com/docs/en/about-claude/models/overview and /docs/models/<name>/overview, 2026-11-24.
// The new vocabulary since Opus 4.7: platform.claude.com/docs/en/build-with-claude/token-counting.
const CLAUDE = family('claude', [
  ...[
    'claude-fable-5.1',
    'claude-fable-5',
    'claude-opus-5.5',
    'claude-opus-5',
    'claude-sonnet-5.5',
    'claude-sonnet-5',
    'claude-haiku-5.5',
    'claude-opus-4.8',
    'claude-opus-4.7',
  ].map(
    (name): KnownModel => ({
      name: named(name),
      tokenizer: 'claude-new',
      contextWindow: M,
      maxOutputTokens: 128 * K,
      capabilities: OPENAI_REASONS,
    }),
  ),
  { name: named('claude-opus-4.6'), contextWindow: M, maxOutputTokens: 128 * K, capabilities: OPENAI_REASONS },
  { name: named('claude-sonnet-4.6'), contextWindow: M, maxOutputTokens: 64 * K, capabilities: OPENAI_REASONS },
  { name: named('claude-haiku-4.5'), contextWindow: 200 * K, maxOutputTokens: 64 * K, capabilities: OPENAI_REASONS },
  {
    name: named('claude-(?:sonnet|opus)-4.5'),
    contextWindow: 200 * K,
    maxOutputTokens: 64 * K,
    capabilities: OPENAI_REASONS,
  },
  { name: named('claude-opus-4.1'), contextWindow: 200 * K, maxOutputTokens: 32 * K, capabilities: OPENAI_REASONS },
  {
    name: named('claude-(?:opus-4|4-opus|opus-4.0)'),
    contextWindow: 200 * K,
    maxOutputTokens: 32 * K,
    capabilities: REASONS,
  },
  {
    name: named('claude-(?:sonnet-4|4-sonnet|sonnet-4.0)'),
    contextWindow: 200 * K,
    maxOutputTokens: 64 * K,
    capabilities: REASONS,
  },
  { name: named('claude-3.7-sonnet'), contextWindow: 200 * K, maxOutputTokens: 64 * K, capabilities: REASONS },
  { name: named('claude-3.5-(?:sonnet|haiku)'), contextWindow: 200 * K, maxOutputTokens: 8192, capabilities: SEES },
  {
    name: named('claude-3-(?:opus|sonnet|haiku)'),
    contextWindow: 200 * K,
    maxOutputTokens: 4096,
    capabilities: ['tools', 'images'],
  },
]);

// developers.openai.com/api/docs/models/<name>, 2026-11-24. A window there is input and output together: what is left
// beside the largest answer is the input.
const GPT = family('o200k', [
  {
    name: named('gpt-6-(?:astra|sol|luna)'),
    contextWindow: 1_050_000,
    maxInputTokens: 922 * K,
    maxOutputTokens: 128 * K,
    capabilities: OPENAI_REASONS,
  },
  {
    name: named('gpt-5.6(?:-(?:sol|luna|terra))?'),
    contextWindow: 1_050_000,
    maxInputTokens: 922 * K,
    maxOutputTokens: 128 * K,
    capabilities: OPENAI_REASONS,
  },
  {
    name: named('gpt-5.4-(?:mini|nano)'),
    contextWindow: 400 * K,
    maxInputTokens: 272 * K,
    maxOutputTokens: 128 * K,
    capabilities: OPENAI_REASONS,
  },
  {
    name: named('gpt-5.[45]'),
    contextWindow: 1_050_000,
    maxInputTokens: 922 * K,
    maxOutputTokens: 128 * K,
    capabilities: OPENAI_REASONS,
  },
  { name: named('gpt-5(?:.\\d)?-chat'), contextWindow: 128 * K, maxOutputTokens: 16_384, capabilities: OPENAI },
  {
    name: named('gpt-5-pro'),
    contextWindow: 400 * K,
    maxInputTokens: 128 * K,
    maxOutputTokens: 272 * K,
    capabilities: OPENAI_REASONS,
  },
  {
    name: named('gpt-5(?:.[123])?'),
    contextWindow: 400 * K,
    maxInputTokens: 272 * K,
    maxOutputTokens: 128 * K,
    capabilities: OPENAI_REASONS,
  },
  { name: named('gpt-4.1'), contextWindow: 1_047_576, maxOutputTokens: 32_768, capabilities: OPENAI },
  {
    name: named('gpt-4o-2024-05-13'),
    contextWindow: 128 * K,
    maxOutputTokens: 4096,
    capabilities: ['tools', 'images'],
  },
  {
    name: named('gpt-4o(?:-mini)?-audio'),
    contextWindow: 128 * K,
    maxOutputTokens: 16_384,
    capabilities: ['tools', 'audio'],
  },
  { name: named('gpt-audio'), contextWindow: 128 * K, maxOutputTokens: 16_384, capabilities: ['tools', 'audio'] },
  { name: named('gpt-4o'), contextWindow: 128 * K, maxOutputTokens: 16_384, capabilities: OPENAI },
  { name: named('gpt-oss-(?:20|120)b'), contextWindow: 131_072, capabilities: ['tools', 'schema', 'reasoning'] },
  {
    name: named('o3-mini'),
    contextWindow: 200 * K,
    maxOutputTokens: 100 * K,
    capabilities: ['tools', 'schema', 'reasoning'],
  },
  { name: named('o1-(?:mini|preview)'), contextWindow: 128 * K, capabilities: ['reasoning'] },
  { name: named('o(?:1|3|4-mini)'), contextWindow: 200 * K, maxOutputTokens: 100 * K, capabilities: OPENAI_REASONS },
  {
    name: named('gpt-4-turbo'),
    tokenizer: 'cl100k',
    contextWindow: 128 * K,
    maxOutputTokens: 4096,
    capabilities: ['tools', 'images'],
  },
  { name: named('gpt-(?:3.5|35)'), tokenizer: 'cl100k', maxOutputTokens: 4096, capabilities: TEXT },
  { name: named('gpt-4'), tokenizer: 'cl100k', capabilities: TEXT },
  { name: named('gpt'), tokenizer: 'o200k' },
]);

// ai.google.dev/gemini-api/docs/models, 2026-11-24: input and output limits are counted apart.
const GOOGLE = family('gemini', [
  {
    name: named('gemini-2.0-flash'),
    contextWindow: 1_048_576,
    maxOutputTokens: 8192,
    capabilities: ['tools', 'images', 'documents', 'audio', 'schema'],
  },
  {
    name: named('gemini-(?:2.5|3(?:.\\d)?)-(?:pro|flash)'),
    contextWindow: 1_048_576,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
  },
  { name: named('gem(?:ini|ma)') },
]);

// api-docs.deepseek.com/quick_start/pricing, 2026-11-24. JSON output without a schema, no images.
const OTHERS: readonly KnownModel[] = [
  {
    name: named('deepseek-v4-(?:flash|pro)'),
    tokenizer: 'deepseek',
    contextWindow: M,
    maxOutputTokens: 384 * K,
    capabilities: ['tools', 'reasoning'],
  },
  { name: /deepseek(?!.*distill)/, tokenizer: 'deepseek' },
  { name: /llama-?3|llama-?4/, tokenizer: 'llama' },
];

const ALL: readonly KnownModel[] = [...CLAUDE, { name: /claude/, tokenizer: 'claude' }, ...GPT, ...GOOGLE, ...OTHERS];

/** Facts about the model of that name; its vocabulary is `generic` when it is not known. The first entry that fits counts. */
export function knownModel(id: string): Omit<KnownModel, 'name'> {
  return ALL.find((model) => model.name.test(id)) ?? { tokenizer: 'generic' };
}
