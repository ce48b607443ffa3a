// What the baseline model would have cost for a call that another model answered. docs/money.md says what is assumed.
import { type Cost, UNKNOWN_COST } from '../call/money.ts';
import type { Usage } from '../call/usage.ts';
import type { ModelSpec } from './model-spec.ts';
import { type PricingOptions, priceUsage } from './price-usage.ts';
import { familyRatio } from './token-count.ts';
import type { TokenRatios } from './token-ratios.ts';

export interface BaselineOptions extends PricingOptions {
  /** Learned corrections, by `vendor/id`, of the estimates that families of vocabularies are compared with. */
  ratios?: TokenRatios;
}

/**
 * Price of the same call on the baseline: the same text, an answer as long, the prompt cache as warm. Measured when both
 * models count alike, estimated when tokens had to be scaled from one vocabulary to the other, unknown as `priceUsage`.
 */
export function baselineCost(
  usage: Usage | null,
  models: { served: ModelSpec | null; baseline: ModelSpec | null },
  options: BaselineOptions = {},
): Cost {
  const { served, baseline } = models;
  if (usage === null || baseline === null) return UNKNOWN_COST;
  if (served !== null && countAlike(served, baseline)) return priceUsage(usage, baseline, options);
  const cost = priceUsage(scaled(usage, scaleOf(served, baseline, options.ratios)), baseline, options);
  return cost.nanoUsd === null ? cost : { nanoUsd: cost.nanoUsd, basis: 'estimated' };
}

function countAlike(served: ModelSpec, baseline: ModelSpec): boolean {
  if (served.vendor === baseline.vendor && served.id === baseline.id) return true;
  return served.tokenizer === baseline.tokenizer && served.tokenizer !== 'generic';
}

function scaleOf(served: ModelSpec | null, baseline: ModelSpec, ratios: TokenRatios | undefined): number {
  const learned = (model: ModelSpec | null): number =>
    model === null || ratios === undefined ? 1 : ratios.ratioOf(`${model.vendor}/${model.id}`);
  return (familyRatio(served?.tokenizer ?? 'generic', baseline.tokenizer) * learned(baseline)) / learned(served);
}

/** Every class of text scaled alike. Audio is counted by time, whatever the vocabulary. */
function scaled(usage: Usage, scale: number): Usage {
  const times = (tokens: number): number => Math.round(tokens * scale);
  return {
    inputTokens: times(usage.inputTokens),
    cacheReadTokens: times(usage.cacheReadTokens),
    cacheWrite5mTokens: times(usage.cacheWrite5mTokens),
    cacheWrite1hTokens: times(usage.cacheWrite1hTokens),
    outputTokens: times(usage.outputTokens),
    reasoningTokens: times(usage.reasoningTokens),
    audioInputTokens: usage.audioInputTokens,
    audioOutputTokens: usage.audioOutputTokens,
  };
}
