// The prices that a report reckons the savings of prompt caches with: those of the configuration, as calls are billed by.
import { type Catalog, createCatalog } from '../catalog/catalog.ts';
import type { ModelSpec } from '../catalog/model-spec.ts';
import { priceAt, rateOf } from '../catalog/price-usage.ts';
import { modelPartsOf } from '../compile-policy.ts';
import type { Config } from '../config/config.ts';
import type { CacheRates, CacheRatesOf } from '../ledger/cache-savings.ts';
import { findConfig } from './find-config.ts';

const UNKNOWN: CacheRatesOf = () => null;

/** A ledger that is named by its file can be read beside a configuration that is wrong: then no price is known. */
export function findCacheRates({ ledger, config }: { ledger?: string; config?: string }): CacheRatesOf {
  try {
    return createCacheRates(findConfig(config).config, createCatalog());
  } catch (error) {
    if (ledger === undefined || config !== undefined) throw error;
    return UNKNOWN;
  }
}

/** Normal rates of a context of usual length: which calls had another tier or a long context, no rollup tells. */
export function createCacheRates(config: Config, catalog: Catalog): CacheRatesOf {
  const models = modelPartsOf(config, catalog);
  return (name, provider, atMs) => {
    const model = models.get(name);
    if (model === undefined) return null;
    const there = model.deployments.filter((_, at) => model.config.deployments[at]?.provider === provider);
    const [first, ...others] = there.map(({ spec }) => ratesAt(spec, atMs));
    // Two of the provider's models behind one name are not told apart in a rollup.
    return others.every((rates) => JSON.stringify(rates) === JSON.stringify(first)) ? (first ?? null) : null;
  };
}

function ratesAt(spec: ModelSpec | null, atMs: number): CacheRates | null {
  const rates = spec === null ? undefined : priceAt(spec.prices, atMs)?.rates;
  if (rates?.input === undefined) return null;
  return {
    input: rates.input,
    cacheRead: rateOf(rates, 'cacheRead') ?? null,
    cacheWrite5m: rateOf(rates, 'cacheWrite5m') ?? null,
    cacheWrite1h: rateOf(rates, 'cacheWrite1h') ?? null,
  };
}
