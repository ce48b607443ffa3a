// What the catalog knows of a model: its prices, limits, abilities and the vocabulary it counts with. Types only.
// Every rate is an integer: nano-dollars for a million tokens of one class, so 1 USD per million is 1e9.
import type { NanoUsd } from '../call/money.ts';

/** The classes of a usage record that have a price of their own. Reasoning is part of the output everywhere. */
export const RATE_CLASSES = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** Nano-dollars per million tokens. A class that is missing has no published price. */
export type Rates = Readonly<Partial<Record<RateClass, NanoUsd>>>;

/** One entry of a price list. */
export interface Price {
  rates: Rates;
  /**
   * Rates of the whole request, output included, once its input of all classes is longer than this. Not a rate for the
   * tokens above the mark: OpenAI (272k), Anthropic (200k, 100k) and Google (200k) all bill so.
   * Sources: developers.openai.com/api/docs/models/gpt-5.4 ("for the full session"),
   * platform.claude.com/docs/en/about-claude/pricing, ai.google.dev/gemini-api/docs/pricing; 2026-11-24.
   */
  longContext?: { aboveInputTokens: number; rates: Rates };
  /** First moment the entry holds, milliseconds since 1970; always, when not given. */
  validFromMs?: number;
  /** Minutes of the UTC day, from the first up to but without the second. It may pass midnight. */
  utcMinutes?: readonly [from: number, to: number];
}

/** Ways of being served that have a price of their own, as a provider names them in its answer. */
export type ServiceTier = 'batch' | 'flex' | 'priority';

/** A service tier as a fraction of the normal rates: `times / over`. */
export interface Multiplier {
  times: number;
  over: number;
  /** Classes that keep their normal rate. */
  except?: readonly RateClass[];
  /** The tier is not sold above the long-context mark, so such a request has no known price. */
  isShortContextOnly?: boolean;
}

export type Capability = 'tools' | 'images' | 'documents' | 'audio' | 'schema' | 'reasoning';

/** Vocabularies that count alike. `generic` stands for a model whose vocabulary is not known. */
export type TokenizerFamily =
  | 'o200k'
  | 'cl100k'
  | 'claude'
  | 'claude-new'
  | 'gemini'
  | 'deepseek'
  | 'llama'
  | 'generic';

export interface ModelSpec {
  /** The provider's own name, without date where it has one. */
  readonly id: string;
  /** Whose price list it is: `openai`, `anthropic`, `aws`. */
  readonly vendor: string;
  /** Tokens of input and output together, or of input where the provider counts only that. */
  readonly contextWindow: number | null;
  /** The most input tokens the model takes: less than the window where room for the answer is kept free. */
  readonly effectiveWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** Null when not known. */
  readonly capabilities: readonly Capability[] | null;
  readonly tokenizer: TokenizerFamily;
  /** In ascending order of precedence: the last entry that holds at a moment is the price. Empty: no price. */
  readonly prices: readonly Price[];
  readonly serviceTiers: Readonly<Partial<Record<ServiceTier, Multiplier>>>;
  /** Where the prices come from, and the day they were read: `2026-09-23`. */
  readonly source: { url: string; asOf: string };
}

/** Dollars per million tokens, as price pages write them, to a rate. */
export function toRate(usdPerMillion: number): NanoUsd {
  return Math.round(usdPerMillion * 1e9);
}
