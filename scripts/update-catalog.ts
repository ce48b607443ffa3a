// Writes src/catalog/prices.json from the price data of @pydantic/genai-prices. Run by hand after updating that package:
//   npm run catalog [YYYY-MM-DD]
// The date is the day the data was read by its authors; without one, the day the installed version was published.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type Provider,
} from '@pydantic/genai-prices';
import { RATE_CLASSES, type RateClass, type Rates, toRate } from '../src/catalog/model-spec.ts';
import type { ListedModel, ListedPrice, ListedVendor, PriceFile } from '../src/catalog/price-file.ts';

const PACKAGE = '@pydantic/genai-prices';
const TARGET = new URL('../src/catalog/prices.json', import.meta.url);

/** Vendors that sell tokens by the token. Left out: subscriptions, routers without prices of their own, embeddings only. */
const VENDORS = [
  'anthropic',
  'aws',
  'azure',
  'baseten',
  'cerebras',
  'cloudflare',
  'cohere',
  'deepseek',
  'fireworks',
  'google',
  'groq',
  'minimax',
  'mistral',
  'moonshotai',
  'novita',
  'openai',
  'openrouter',
  'perplexity',
  'together',
  'x-ai',
  'zai',
  'zhipuai',
];

const CLASS_OF: Record<string, RateClass> = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite5m',
  cache_write_1h_mtok: 'cacheWrite1h',
  input_audio_mtok: 'audioInput',
  output_audio_mtok: 'audioOutput',
};

/** Paid tools, billed beside the tokens, and the finer split of cached audio. A model that has them keeps its token prices. */
const IGNORED = new Set(['web_searches_kcount', 'storage_searches_kcount', 'cache_audio_read_mtok']);

const asOf = process.argv[2] ?? publishedOn(installedVersion());
const file: PriceFile = {
  asOf,
  source: `${PACKAGE} ${installedVersion()}, https://github.com/pydantic/genai-prices`,
  license: 'MIT, see NOTICE',
  vendors: Object.fromEntries(VENDORS.map((id) => [id, toVendor(id)])),
};
writeFileSync(TARGET, render(file));
const count = Object.values(file.vendors).reduce((sum, vendor) => sum + vendor.models.length, 0);
process.stdout.write(`prices.json: ${count} models of ${VENDORS.length} vendors as of ${asOf}\n`);

function installedVersion(): string {
  const manifest = new URL(`../node_modules/${PACKAGE}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function publishedOn(version: string): string {
  const times = JSON.parse(execFileSync('npm', ['view', PACKAGE, 'time', '--json'], { encoding: 'utf8' })) as Record<
    string,
    string
  >;
  const day = times[version]?.slice(0, 10);
  if (day === undefined) throw new Error(`no publication date of ${PACKAGE} ${version}: give the date as an argument`);
  return day;
}

function toVendor(id: string): ListedVendor {
  const provider = findProvider({ providerId: id }) as Provider;
  if (provider?.id !== id) throw new Error(`${PACKAGE} has no vendor ${id}`);
  const also = provider.fallback_model_providers;
  return {
    url: provider.pricing_urls?.[0] ?? '',
    ...(also ? { also } : {}),
    models: provider.models.flatMap((model) => toModel(model) ?? []),
  };
}

/** Null for a model whose bill has parts that a usage record cannot tell apart: an unknown price beats a wrong one. */
function toModel(model: ModelInfo): ListedModel | null {
  const id = model.id.toLowerCase();
  const entries: ConditionalPrice[] = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const prices = toPrices(entries, id);
  if (prices === null) return null;
  const names = [...new Set(namesOf(model.match))].filter((name) => name !== id);
  return {
    id,
    ...(names.length > 0 ? { names } : {}),
    ...(model.context_window ? { window: model.context_window } : {}),
    prices,
  };
}

function toPrices(entries: ConditionalPrice[], id: string): ListedPrice[] | null {
  let from: string | undefined;
  const prices: ListedPrice[] = [];
  for (const { constraint, prices: listed } of entries) {
    const keys = Object.keys(listed).filter((key) => !IGNORED.has(key));
    if (keys.some((key) => !(key in CLASS_OF))) return null;
    // Models that are given away have no keys; only where the name says so is that a price.
    if (!keys.includes('input_mtok') && !id.endsWith(':free')) return null;
    if (constraint?.type === 'start_date') from = constraint.start_date;
    const price: ListedPrice = { rates: keys.length === 0 ? { input: 0, output: 0 } : ratesOf(listed, 'base') };
    const above = keys.map((key) => listed[key]).find((value) => typeof value === 'object');
    if (above) price.above = { tokens: above.tiers[0]?.start ?? 0, rates: ratesOf(listed, 'tier') };
    // The hours of a day are listed after the date from which they were introduced.
    if (from !== undefined) price.from = from;
    if (constraint?.type === 'time_of_date')
      price.utc = [minuteOf(constraint.start_time), minuteOf(constraint.end_time)];
    prices.push(price);
  }
  return prices;
}

function ratesOf(listed: ConditionalPrice['prices'], which: 'base' | 'tier'): Rates {
  const rates: Partial<Record<RateClass, number>> = {};
  for (const [key, value] of Object.entries(listed)) {
    const name = CLASS_OF[key];
    if (name === undefined || value === undefined) continue;
    if (typeof value === 'number') rates[name] = toRate(value);
    else if (value.tiers.length === 1)
      rates[name] = toRate(which === 'base' ? value.base : (value.tiers[0]?.price ?? value.base));
    else throw new Error(`more than one long-context mark: ${JSON.stringify(value)}`);
  }
  return Object.fromEntries(RATE_CLASSES.flatMap((name) => (rates[name] === undefined ? [] : [[name, rates[name]]])));
}

function minuteOf(time: string): number {
  const parts = /^(\d\d):(\d\d):00Z$/.exec(time);
  if (parts === null) throw new Error(`not a full UTC minute: ${time}`);
  return Number(parts[1]) * 60 + Number(parts[2]);
}

/** Exact names stay, beginnings and parts become open names; patterns for dates are how every name is read anyway. */
function namesOf(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesOf);
  if ('and' in match) return match.and.flatMap(namesOf);
  if ('equals' in match) return [match.equals.toLowerCase()];
  if ('ends_with' in match) return [match.ends_with.toLowerCase()];
  if ('starts_with' in match) return [openName(match.starts_with)];
  if ('contains' in match) return [openName(match.contains)];
  return [];
}

function openName(start: string): string {
  const name = start.toLowerCase();
  // Fine-tuned models carry the owner's words behind the base model's name.
  if (name.startsWith('ft:')) return `${name.replace(/-$/, '')}-*`;
  return `${name.replace(/[-@]$/, '')}*`;
}

/** One model a line, so that a change of price is one line of a diff. */
function render(prices: PriceFile): string {
  const { vendors, ...head } = prices;
  const blocks = Object.entries(vendors).map(([id, { models, ...vendor }]) => {
    const lines = models.map((model) => `  ${JSON.stringify(model)}`).join(',\n');
    return `${JSON.stringify(id)}: ${JSON.stringify(vendor).slice(0, -1)},"models": [\n${lines}\n]}`;
  });
  return `${JSON.stringify(head).slice(0, -1)},\n"vendors": {\n${blocks.join(',\n')}\n}}\n`;
}
