// The catalog: finds what is known of a model by provider and name. A model that is not listed is null: the price of a
// similar one is never taken instead.

import { knownModel } from './known-models.ts';
import { fit, spellings } from './model-name.ts';
import { type ModelSpec, type Price, type Rates } from './model-spec.ts';
import { OWN_PRICES, type OwnPrice, SAME_AS, serviceTiersOf, withHourWrites } from './own-prices.ts';
import type { ListedModel, ListedPrice, ListedVendor, PriceFile } from './price-file.ts';
import prices from './prices.json' with { type: 'json' };
import { canonicalVendor } from './vendors.ts';

export interface Catalog {
  /** Day the bulk of the prices was read. */
  readonly asOf: string;
  /**
   * The model that `provider` (a vendor or a usual name of one) calls `model`, dated, versioned and prefixed names
   * included. Null when it is not listed. The same object for the same question. An empty provider leaves it to the
   * model's own prefix: `anthropic/claude-haiku-4-5`.
   */
  find: (provider: string, model: string) => ModelSpec | null;
  /** Every model there is, vendor by vendor. Made anew at each call. */
  list: () => ModelSpec[];
}

/** A catalog of the shipped prices; `overrides` are specs of the operator, which go before it, by vendor and id. */
export function createCatalog(overrides: readonly ModelSpec[] = []): Catalog {
  const file: PriceFile = prices as unknown as PriceFile;
  const found = new Map<string, ModelSpec | null>();
  const own = overrides.map((spec) => ({ ...spec, vendor: canonicalVendor(spec.vendor) }));
  return {
    asOf: file.asOf,
    find: (provider, model) => {
      const key = `${provider}\n${model}`;
      let spec = found.get(key);
      if (spec === undefined) {
        spec = findOwn(own, provider, model) ?? findListed(file, provider, model);
        // Names come from the configuration, so there are few; the bound is for a caller that asks for its clients' names.
        if (found.size >= MAX_REMEMBERED) found.clear();
        found.set(key, spec);
      }
      return spec;
    },
    list: () => [...own, ...listAll(file)],
  };
}

const MAX_REMEMBERED = 10_000;

function findOwn(own: readonly ModelSpec[], provider: string, model: string): ModelSpec | null {
  const vendor = canonicalVendor(provider);
  const names = spellings(vendor, model);
  return own.find((spec) => spec.vendor === vendor && names.includes(spec.id.toLowerCase())) ?? null;
}

function findListed(file: PriceFile, provider: string, model: string): ModelSpec | null {
  const vendor = canonicalVendor(provider);
  const listed = vendorOfFile(file, vendor);
  if (listed === null) {
    // A server of one's own may call a model `openai/gpt-oss-20b` and bill nothing, so a prefix alone says no price.
    const slash = model.indexOf('/');
    return provider === '' && slash > 0 ? findListed(file, model.slice(0, slash), model.slice(slash + 1)) : null;
  }
  for (const written of spellings(vendor, model)) {
    const spec = findIn(file, vendor, written);
    if (spec !== null) return spec;
  }
  for (const other of listed.also ?? []) {
    for (const written of spellings(vendor, model)) {
      const spec = findIn(file, other, written);
      // Sold at the maker's list price, but as that vendor's own product: batch and flex may differ.
      if (spec !== null) return { ...spec, vendor, serviceTiers: serviceTiersOf(vendor, spec.id) };
    }
  }
  return null;
}

function vendorOfFile(file: PriceFile, vendor: string): ListedVendor | null {
  return Object.hasOwn(file.vendors, vendor) ? (file.vendors[vendor] ?? null) : null;
}

/** The model whose listed name explains most of the written one. */
function findIn(file: PriceFile, vendor: string, written: string): ModelSpec | null {
  const name = SAME_AS.get(`${vendor}/${written}`) ?? written;
  let best = 0;
  let spec: (() => ModelSpec) | null = null;
  const consider = (names: readonly string[], toSpec: () => ModelSpec): void => {
    for (const listed of names) {
      const length = fit(listed, name);
      if (length > best) {
        best = length;
        spec = toSpec;
      }
    }
  };
  for (const model of OWN_PRICES) {
    if (model.vendor === vendor) consider([model.id, ...model.names], () => fromOwn(model));
  }
  const listed = vendorOfFile(file, vendor) as ListedVendor;
  for (const model of listed.models) {
    consider([model.id, ...(model.names ?? [])], () => fromListed(file, vendor, model));
  }
  return (spec as (() => ModelSpec) | null)?.() ?? null;
}

function listAll(file: PriceFile): ModelSpec[] {
  return Object.entries(file.vendors).flatMap(([vendor, { models }]) => [
    ...OWN_PRICES.filter((model) => model.vendor === vendor).map(fromOwn),
    ...models.filter((model) => !SAME_AS.has(`${vendor}/${model.id}`)).map((model) => fromListed(file, vendor, model)),
  ]);
}

function fromOwn({ vendor, id, prices: own, source }: OwnPrice): ModelSpec {
  return { ...described(vendor, id), prices: own, source };
}

function fromListed(file: PriceFile, vendor: string, model: ListedModel): ModelSpec {
  const spec = described(vendor, model.id, model.window);
  const complete = (rates: Rates): Rates => withHourWrites(vendor, model.id, rates);
  return {
    ...spec,
    prices: model.prices.map((price) => toPrice(price, complete)),
    source: { url: file.vendors[vendor]?.url ?? file.source, asOf: file.asOf },
  };
}

function described(vendor: string, id: string, listedWindow?: number): Omit<ModelSpec, 'prices' | 'source'> {
  const known = knownModel(id);
  const contextWindow = known.contextWindow ?? listedWindow ?? null;
  return {
    id,
    vendor,
    contextWindow,
    effectiveWindow: known.maxInputTokens ?? contextWindow,
    maxOutputTokens: known.maxOutputTokens ?? null,
    capabilities: known.capabilities ?? null,
    tokenizer: known.tokenizer ?? 'generic',
    serviceTiers: serviceTiersOf(vendor, id),
  };
}

function toPrice(listed: ListedPrice, complete: (rates: Rates) => Rates): Price {
  const price: Price = { rates: complete(listed.rates) };
  if (listed.above) price.longContext = { aboveInputTokens: listed.above.tokens, rates: complete(listed.above.rates) };
  if (listed.from !== undefined) price.validFromMs = Date.parse(`${listed.from}T00:00:00Z`);
  if (listed.utc) price.utcMinutes = listed.utc;
  return price;
}
