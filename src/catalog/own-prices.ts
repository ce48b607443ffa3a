// Prices kept by hand on top of prices.json: models it has not yet, corrections, and the fractions at which providers sell
// batch, flex and priority service. Every entry names its page and the day it was read.
import { type ModelSpec, type Multiplier, type Price, type Rates, type ServiceTier, toRate } from './model-spec.ts';

export interface OwnPrice {
  vendor: string;
  id: string;
  names: readonly string[];
  prices: readonly Price[];
  source: ModelSpec['source'];
}

/** Anthropic's rates from input, output and the share of the input price that a cache read costs. */
function claude(input: number, output: number, readShare: number): Rates {
  return {
    input: toRate(input),
    output: toRate(output),
    cacheRead: toRate(input * readShare),
    cacheWrite5m: toRate(input * 1.25),
    cacheWrite1h: toRate(input * 2),
  };
}

const CLAUDE_PRICES = { url: 'https://platform.claude.com/docs/en/about-claude/pricing', asOf: '2026-11-24' };

export const OWN_PRICES: readonly OwnPrice[] = [
  {
    vendor: 'anthropic',
    id: 'claude-haiku-5-5',
    names: ['claude-haiku-5.5'],
    // Above 100,000 tokens of prompt, cache reads and writes included, the whole request costs five times as much.
    prices: [
      { rates: claude(0.1, 0.5, 0.1), longContext: { aboveInputTokens: 100_000, rates: claude(0.5, 2.5, 0.1) } },
    ],
    source: CLAUDE_PRICES,
  },
  {
    vendor: 'anthropic',
    id: 'claude-sonnet-5-5',
    names: ['claude-sonnet-5.5'],
    prices: [{ rates: claude(2, 10, 0.1) }, { rates: claude(2, 10, 0.05), validFromMs: Date.UTC(2026, 9, 7) }],
    source: CLAUDE_PRICES,
  },
];

/**
 * Names that mean another model of the same vendor by now. DeepSeek's two old names are the modes of V4 Flash since its
 * release (api-docs.deepseek.com/quick_start/pricing, note 1; 2026-11-24); the price data still has V3's prices for them.
 */
export const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['deepseek/deepseek-chat', 'deepseek-v4-flash'],
  ['deepseek/deepseek-reasoner', 'deepseek-v4-flash'],
]);

/** Sells Claude with Anthropic's own rule for one-hour cache writes, twice the input price, where the data has none. */
const SELLS_CLAUDE: ReadonlySet<string> = new Set(['anthropic', 'aws', 'google', 'openrouter']);

/** Fills in Claude's one-hour write price (aws.amazon.com/bedrock/pricing, Vertex and OpenRouter price pages; 2026-11-24). */
export function withHourWrites(vendor: string, id: string, rates: Rates): Rates {
  const { input, cacheWrite5m, cacheWrite1h } = rates;
  if (input === undefined || cacheWrite5m === undefined || cacheWrite1h !== undefined) return rates;
  return SELLS_CLAUDE.has(vendor) && id.includes('claude') ? { ...rates, cacheWrite1h: 2 * input } : rates;
}

const HALF: Multiplier = { times: 1, over: 2 };

/** Batch at half price: the providers' batch guides, 2026-11-24. Google does not halve cache reads. */
const BATCH: ReadonlyMap<string, Multiplier> = new Map([
  ['anthropic', HALF],
  ['azure', HALF],
  ['google', { ...HALF, except: ['cacheRead'] }],
  ['groq', HALF],
  ['mistral', HALF],
  ['openai', HALF],
]);

/** developers.openai.com/api/docs/pricing and openai.com/api-priority-processing, 2026-11-24. */
const PRIORITY: readonly [RegExp, times: number, over: number][] = [
  [/^gpt-5\.5$/, 5, 2],
  [/^gpt-5\.4(-mini)?$/, 2, 1],
  [/^gpt-5(\.[12])?$/, 2, 1],
  [/^gpt-5-mini$/, 9, 5],
  [/^gpt-4\.1(-mini)?$/, 7, 4],
  [/^gpt-4\.1-nano$/, 2, 1],
  [/^gpt-4o$/, 17, 10],
  [/^gpt-4o-2024-05-13$/, 7, 4],
  [/^gpt-4o-mini$/, 5, 3],
  [/^o3$/, 7, 4],
  [/^o4-mini$/, 20, 11],
];

/** Sold as flex at half price: developers.openai.com/api/docs/guides/flex-processing, 2026-11-24. */
const OPENAI_FLEX = /^(gpt-5(\.[1-6])?(-mini|-nano|-pro|-sol|-luna|-terra)?|o3|o4-mini)$/;

/** The fractions at which this model is sold; what is not here has no published price. */
export function serviceTiersOf(vendor: string, id: string): Partial<Record<ServiceTier, Multiplier>> {
  const tiers: Partial<Record<ServiceTier, Multiplier>> = {};
  const batch = BATCH.get(vendor);
  if (batch) tiers.batch = batch;
  if (vendor === 'google' && id.startsWith('gemini')) tiers.flex = HALF;
  if (vendor !== 'openai') return tiers;
  if (OPENAI_FLEX.test(id)) tiers.flex = HALF;
  const priority = PRIORITY.find(([name]) => name.test(id));
  if (priority) tiers.priority = { times: priority[1], over: priority[2], isShortContextOnly: true };
  return tiers;
}
