// What an operator knows better than the catalog: prices of their contract, limits of their own server.

import { knownModel } from './known-models.ts';
import {
  type Capability,
  type ModelSpec,
  type Price,
  RATE_CLASSES,
  type RateClass,
  type Rates,
  toRate,
} from './model-spec.ts';

export interface SpecOverride {
  /** Dollars per million tokens, by class. A class that is given costs the same at every hour, date and length. */
  usdPerMillion?: Readonly<Partial<Record<RateClass, number>>> | null;
  contextWindow?: number | null;
  maxOutputTokens?: number | null;
  capabilities?: readonly Capability[] | null;
}

/**
 * The spec with what the operator said in place of what the catalog says. `named` describes a model that the catalog does
 * not list. Null stays null when nothing is known and nothing was said.
 */
export function overrideSpec(
  spec: ModelSpec | null,
  named: { vendor: string; id: string },
  override: SpecOverride,
): ModelSpec | null {
  const { usdPerMillion, contextWindow, maxOutputTokens, capabilities } = override;
  const said = [usdPerMillion, contextWindow, maxOutputTokens, capabilities].some((value) => value != null);
  if (!said) return spec;
  const base = spec ?? unlisted(named);
  return {
    ...base,
    contextWindow: contextWindow ?? base.contextWindow,
    effectiveWindow: contextWindow ?? base.effectiveWindow,
    maxOutputTokens: maxOutputTokens ?? base.maxOutputTokens,
    capabilities: capabilities ?? base.capabilities,
    prices: usdPerMillion == null ? base.prices : withRates(base.prices, usdPerMillion),
    source: usdPerMillion == null ? base.source : { ...base.source, url: 'configuration' },
  };
}

function unlisted({ vendor, id }: { vendor: string; id: string }): ModelSpec {
  const known = knownModel(id.toLowerCase());
  return {
    id,
    vendor,
    contextWindow: null,
    effectiveWindow: null,
    maxOutputTokens: null,
    capabilities: null,
    tokenizer: known.tokenizer ?? 'generic',
    prices: [],
    serviceTiers: {},
    source: { url: 'configuration', asOf: '' },
  };
}

function withRates(prices: readonly Price[], usdPerMillion: NonNullable<SpecOverride['usdPerMillion']>): Price[] {
  const own: Partial<Record<RateClass, number>> = {};
  for (const name of RATE_CLASSES) {
    const usd = usdPerMillion[name];
    if (usd !== undefined) own[name] = toRate(usd);
  }
  const merge = (rates: Rates): Rates => ({ ...rates, ...own });
  if (prices.length === 0) return [{ rates: own }];
  return prices.map((price) => ({
    ...price,
    rates: merge(price.rates),
    ...(price.longContext ? { longContext: { ...price.longContext, rates: merge(price.longContext.rates) } } : {}),
  }));
}
