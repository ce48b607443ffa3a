// What an answer out of a provider's batch costs: its model is known only by the provider's own name, its rate is that of
// batches. Prices only; who made the batch and where it is written down is decided elsewhere.
import { type Cost, UNKNOWN_COST } from './call/money.ts';
import type { Usage } from './call/usage.ts';
import type { CallKind } from './call/view.ts';
import { baselineCost } from './catalog/baseline-cost.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { priceUsage } from './catalog/price-usage.ts';

export interface BatchAnswer {
  /** Name of the configured provider. */
  provider: string;
  /** As the provider's answer says it. */
  model: string;
  usage: Usage | null;
  kind: CallKind;
  atMs: number;
}

export interface BatchPrice {
  /** The configured model that is served by it, else the provider's own name. */
  model: string;
  /** Null for a model that is not configured, or stands on no rung. */
  tier: string | null;
  cost: Cost;
  baselineModel: string | null;
  baseline: Cost;
}

export type PriceBatched = (answer: BatchAnswer) => BatchPrice;

interface Place {
  connection: { name: string };
  upstreamModel: string;
  spec: ModelSpec | null;
}

interface BatchModel {
  name: string;
  tier: string;
  spec: ModelSpec | null;
  deployments: readonly Place[];
}

export interface BatchPricing {
  catalog: Catalog;
  models: Iterable<BatchModel>;
  /** Null when savings are not counted. */
  baseline: BatchModel | null;
  /** Whether every answer is compared with itself. */
  isOwnBaseline?: boolean;
  /** Whose price list a configured provider is on. */
  vendorOf: (provider: string) => string;
}

/** Prices at the rate of batches; unknown where the catalog knows no such rate. Vectors are their own baseline. */
export function createBatchPricing(pricing: BatchPricing): PriceBatched {
  const { catalog, models, baseline, isOwnBaseline = false, vendorOf } = pricing;
  const all = [...models];
  return ({ provider, model, usage, kind, atMs }) => {
    const listed = catalog.find(vendorOf(provider), model);
    const found = findPlace(all, { provider, model, listed });
    const spec = found === null ? listed : found.place.spec;
    const name = found?.model.name ?? model;
    const cost = priceUsage(usage, spec, { atMs, batch: true });
    const tier = found?.model.tier === '' ? null : (found?.model.tier ?? null);
    if (kind === 'embedding' || isOwnBaseline) return { model: name, tier, cost, baselineModel: name, baseline: cost };
    return { model: name, tier, cost, ...compare() };

    function compare(): Pick<BatchPrice, 'baselineModel' | 'baseline'> {
      if (baseline === null) return { baselineModel: null, baseline: UNKNOWN_COST };
      if (name === baseline.name) return { baselineModel: name, baseline: cost };
      const models = { served: spec, baseline: baseline.spec };
      return { baselineModel: baseline.name, baseline: baselineCost(usage, models, { atMs, batch: true }) };
    }
  };
}

/** By the very name, else by what the catalog takes to be the same: answers often say the dated name of a model. */
function findPlace(
  models: readonly BatchModel[],
  { provider, model, listed }: { provider: string; model: string; listed: ModelSpec | null },
): { model: BatchModel; place: Place } | null {
  const isSame = (place: Place): boolean =>
    listed !== null && place.spec?.id === listed.id && place.spec.vendor === listed.vendor;
  for (const fits of [(place: Place) => place.upstreamModel === model, isSame]) {
    for (const candidate of models) {
      const place = candidate.deployments.find((one) => one.connection.name === provider && fits(one));
      if (place !== undefined) return { model: candidate, place };
    }
  }
  return null;
}
