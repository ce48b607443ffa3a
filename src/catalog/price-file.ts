// The shape of prices.json, which scripts/update-catalog.ts writes and the catalog reads. Types only.
import type { Rates } from './model-spec.ts';

export interface PriceFile {
  /** Day the prices were read: `2026-09-23`. */
  asOf: string;
  source: string;
  license: string;
  vendors: Record<string, ListedVendor>;
}

export interface ListedVendor {
  /** The vendor's own price page. */
  url: string;
  /** Vendors whose models this one sells at their list price. */
  also?: readonly string[];
  models: readonly ListedModel[];
}

export interface ListedModel {
  id: string;
  /** Further names, as `fit` reads them. */
  names?: readonly string[];
  window?: number;
  prices: readonly ListedPrice[];
}

export interface ListedPrice {
  rates: Rates;
  /** Rates of the whole request above so many input tokens. */
  above?: { tokens: number; rates: Rates };
  /** UTC day the price holds from. */
  from?: string;
  /** Minutes of the UTC day. */
  utc?: readonly [number, number];
}
