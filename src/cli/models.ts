// `tierline models`: what the catalog knows, as a table or as JSON. Makes text; printing it is the caller's.
import Table from 'cli-table3';
import { formatUsd, type NanoUsd } from '../call/money.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ModelSpec, Rates } from '../catalog/model-spec.ts';
import { priceAt, rateOf } from '../catalog/price-usage.ts';

export interface ModelsOptions {
  catalog: Catalog;
  /** Words that must all be in `vendor/id`; without any, the models of the makers whose limits are known. */
  filter?: string;
  json?: boolean;
  /** Moment the prices are shown for, milliseconds since 1970. */
  atMs: number;
}

const MAKERS: ReadonlySet<string> = new Set(['anthropic', 'openai', 'google', 'deepseek']);

/** The answer of `tierline models [filter]`, with a line break at the end. */
export function modelsCommand({ catalog, filter = '', json = false, atMs }: ModelsOptions): string {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const all = catalog.list();
  const models = all.filter((model) => {
    const name = `${model.vendor}/${model.id}`.toLowerCase();
    return words.length > 0
      ? words.every((word) => name.includes(word))
      : MAKERS.has(model.vendor) && model.capabilities !== null;
  });
  if (json) return `${JSON.stringify(models.map((model) => toRecord(model, atMs)))}\n`;
  if (models.length === 0)
    return `No model's name has ${JSON.stringify(filter)} in it; the catalog lists ${all.length}.\n`;
  return `${toTable(models, atMs)}\n${closing(catalog, { shown: models.length, all: all.length, isFiltered: words.length > 0 })}\n`;
}

function toRecord(model: ModelSpec, atMs: number): unknown {
  const price = priceAt(model.prices, atMs);
  return {
    ...model,
    prices: undefined,
    source: undefined,
    usdPerMillion: price && toUsdRates(price.rates),
    longContext: price?.longContext && {
      aboveInputTokens: price.longContext.aboveInputTokens,
      usdPerMillion: toUsdRates(price.longContext.rates),
    },
    dependsOnHour: price?.utcMinutes !== undefined || undefined,
    priceSource: model.source.url,
    priceAsOf: model.source.asOf,
  };
}

function toUsdRates(rates: Rates): Record<string, number> {
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, rate / 1e9]));
}

function toTable(models: readonly ModelSpec[], atMs: number): string {
  const table = new Table({
    head: ['model', 'in', 'out', 'cache read', 'write 5m / 1h', 'window', 'max out', 'abilities', 'price of'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const model of models) {
    const price = priceAt(model.prices, atMs);
    const rates: Rates = price?.rates ?? {};
    const mark = price?.longContext === undefined ? '' : '+';
    table.push([
      `${model.vendor}/${model.id}`,
      usd(rates.input) + mark,
      usd(rates.output) + mark,
      usd(rates.cacheRead),
      rates.cacheWrite5m === undefined ? '-' : `${usd(rates.cacheWrite5m)} / ${usd(rateOf(rates, 'cacheWrite1h'))}`,
      tokens(model.contextWindow),
      tokens(model.maxOutputTokens),
      model.capabilities?.join(' ') ?? '?',
      model.source.asOf,
    ]);
  }
  return table.toString();
}

function closing(catalog: Catalog, count: { shown: number; all: number; isFiltered: boolean }): string {
  const lines = ['USD per million tokens. +: a higher price above a mark of input tokens, see --json.'];
  if (count.shown < count.all)
    lines.push(
      `${count.shown} of ${count.all} models${count.isFiltered ? '' : '; give a part of a name to search all of them'}.`,
    );
  lines.push(`Prices as of ${catalog.asOf}.`);
  return lines.join('\n');
}

function usd(rate: NanoUsd | undefined): string {
  return rate === undefined ? '-' : formatUsd(rate);
}

function tokens(count: number | null): string {
  if (count === null) return '?';
  return count >= 1_000_000 ? `${Math.round(count / 10_000) / 100}M` : `${Math.round(count / 1000)}k`;
}
