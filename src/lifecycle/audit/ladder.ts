// The ladder that an audit reckons with: the configured models by tier, else the usual ones of each maker. It says on which rung a logged
// model stands, and which one is the next below. Rungs of models that nobody configured are told by their price.

import type { Catalog } from '../../catalog/catalog.ts';
import { kindOf } from '../../catalog/model-kind.ts';
import type { ModelSpec } from '../../catalog/model-spec.ts';
import { priceAt } from '../../catalog/price-usage.ts';
import { modelPartsOf } from '../../compile-policy.ts';
import type { Config } from '../../config/config.ts';
import { LADDERS } from '../../config/environment.ts';
import { createFindModel, type FindModel } from './model-prices.ts';

export interface Rung {
  tier: string;
  /** As a configuration or the provider calls it. */
  model: string;
  spec: ModelSpec;
  /** Nano-dollars for a million tokens, three of input to one of output. */
  blended: number;
}

export interface Ladder {
  /** Cheapest first. */
  tiers: readonly string[];
  findModel: FindModel;
  /** Null for a model without a known price. */
  tierOf: (spec: ModelSpec | null) => string | null;
  /** The model of the next cheaper tier: of the same maker, where there is one. Null when there is none below. */
  below: (spec: ModelSpec) => Rung | null;
  /** Models of a tier, cheapest first. */
  on: (tier: string) => readonly Rung[];
  /** Where the tiers come from, for people. */
  isConfigured: boolean;
}

const TIERS = ['small', 'mid', 'frontier'] as const;
/** Up to which price for a million tokens (three of input to one of output) a model counts as small, or mid. */
const BOUNDS_USD = [2.5, 8] as const;

/** `atMs`: the moment whose prices count, milliseconds since 1970. */
export function createLadder(catalog: Catalog, { config, atMs }: { config: Config | null; atMs: number }): Ladder {
  const findModel = createFindModel(catalog);
  const tiers: readonly string[] = config?.tiers ?? TIERS;
  const rungs = (config === null ? usualRungs(catalog) : configuredRungs(config, catalog))
    .flatMap(({ tier, model, spec }) => {
      const blended = blendedPrice(spec, atMs);
      return blended === null ? [] : [{ tier, model, spec, blended }];
    })
    .sort((one, other) => one.blended - other.blended);
  const standing = (spec: ModelSpec): Rung | undefined =>
    rungs.find((rung) => rung.spec.vendor === spec.vendor && rung.spec.id === spec.id);

  function tierOf(spec: ModelSpec | null): string | null {
    if (spec === null || kindOf(spec.id, spec) === 'embedding') return null;
    const price = blendedPrice(spec, atMs);
    const told = standing(spec)?.tier ?? (price === null ? null : byPrice(price));
    return told !== null && tiers.includes(told) ? told : null;
  }

  return {
    tiers,
    findModel,
    tierOf,
    below: (spec) => {
      const tier = tierOf(spec);
      const price = blendedPrice(spec, atMs);
      if (tier === null || price === null) return null;
      for (let at = tiers.indexOf(tier) - 1; at >= 0; at--) {
        const cheaper = rungs.filter((rung) => rung.tier === tiers[at] && rung.blended < price);
        const found = cheaper.find((rung) => rung.spec.vendor === spec.vendor) ?? (config === null ? null : cheaper[0]);
        if (found) return found;
      }
      return null;
    },
    on: (tier) => rungs.filter((rung) => rung.tier === tier),
    isConfigured: config !== null,
  };
}

interface Found {
  tier: string;
  model: string;
  spec: ModelSpec;
}

function configuredRungs(config: Config, catalog: Catalog): Found[] {
  return [...modelPartsOf(config, catalog).values()].flatMap(({ name, tier, spec }) =>
    tier === '' || spec === null ? [] : [{ tier, model: name, spec }],
  );
}

function usualRungs(catalog: Catalog): Found[] {
  return Object.entries(LADDERS).flatMap(([provider, models]) =>
    TIERS.flatMap((tier) => {
      const model = models[tier];
      const spec = model === undefined ? null : catalog.find(provider, model);
      return model === undefined || spec === null ? [] : [{ tier, model, spec }];
    }),
  );
}

function blendedPrice(spec: ModelSpec, atMs: number): number | null {
  const rates = priceAt(spec.prices, atMs)?.rates;
  if (rates?.input === undefined || rates.output === undefined) return null;
  return (3 * rates.input + rates.output) / 4;
}

function byPrice(blended: number): string {
  const usd = blended / 1e9;
  return usd < BOUNDS_USD[0] ? TIERS[0] : usd < BOUNDS_USD[1] ? TIERS[1] : TIERS[2];
}
