// Models as an estimate names and prices them: configured ones by their names, others by the catalog's. A name that could
// mean several prices is refused, never settled by chance.

import type { Catalog } from '../../catalog/catalog.ts';
import type { ModelSpec, TokenizerFamily } from '../../catalog/model-spec.ts';
import { priceAt } from '../../catalog/price-usage.ts';
import { vendorOf } from '../../catalog/vendors.ts';
import { type ModelParts, modelPartsOf } from '../../compile-policy.ts';
import type { Config } from '../../config/config.ts';
import { editDistance } from '../../config/nearest.ts';
import { Fraction, sum } from '../../stats/fraction.ts';
import { dependsOnHour, exactPrice, type PriceTime, type Tokens } from './price.ts';

export interface EstimatedModel {
  /** As it was asked for. */
  name: string;
  /** Where its calls go and for which share of them; the shares are 1 together. */
  places: readonly { share: Fraction; spec: ModelSpec | null }[];
}

/** Mean over the places of a model, in nano-dollars; null when the price of one of them is not known. */
export function priceOn({ places }: EstimatedModel, tokens: Tokens, time: PriceTime): Fraction | null {
  const parts = places.map(({ share, spec }) => exactPrice(tokens, spec, time)?.times(share) ?? null);
  return parts.every((part) => part !== null) ? sum(parts) : null;
}

/** What there is to say about the price of a model, as sentences; none for a price that is simply there. */
export function remarksOn({ name, places }: EstimatedModel, tokens: Tokens, time: PriceTime): string[] {
  const specs = places.flatMap(({ spec }) => spec ?? []);
  const long = specs.flatMap((spec) => spec.prices.at(-1)?.longContext?.aboveInputTokens ?? []);
  const remarks: string[] = [];
  if (places.some(({ spec }) => spec === null))
    remarks.push(`${name} has no price in the catalog; say it under \`price\`.`);
  if (specs.some((spec) => dependsOnHour(spec, time))) {
    const what = time.isSpread ? 'calls are taken to be spread evenly over the day' : 'this is the one of the moment';
    remarks.push(`The price of ${name} depends on the hour (UTC): ${what}.`);
  }
  if (long.length > 0 && tokens.isSum)
    remarks.push(
      `${name} costs more per token in calls of over ${Math.min(...long)} input tokens: none is taken to be so long.`,
    );
  if (long.some((mark) => !tokens.isSum && tokens.input.toNumber() > mark))
    remarks.push(`${name} is priced as a long call, of over ${Math.min(...long)} input tokens.`);
  return remarks;
}

/** Whether a token from the prompt cache has a price of its own, at every place; without one it costs what any input does. */
export function hasCachePrice({ places }: EstimatedModel, { atMs }: Pick<PriceTime, 'atMs'>): boolean {
  return places.every(({ spec }) => spec === null || priceAt(spec.prices, atMs)?.rates.cacheRead !== undefined);
}

/** Vocabulary of a model, of its first place. */
export function tokenizerOf({ places }: EstimatedModel): TokenizerFamily {
  return places[0]?.spec?.tokenizer ?? 'generic';
}

export interface Names {
  catalog: Catalog;
  /** Null without one. */
  config: Config | null;
}

/** A model by its configured name, `vendor/id` or the id alone. Throws a sentence for a name that is not known or not clear. */
export function findModel(name: string, { catalog, config }: Names): EstimatedModel {
  const configured = config === null ? undefined : configuredModels(config, catalog).get(name);
  if (configured !== undefined) return configured;
  const spec = findListed(name, catalog);
  if (spec !== null) return { name, places: [{ share: Fraction.ONE, spec }] };
  const near = nearestNames(name, [...(config?.models.keys() ?? []), ...listedNames(catalog)]);
  const guess =
    near.length === 0
      ? ''
      : ` Did you mean ${near.slice(0, -1).join(', ')}${near.length > 1 ? ' or ' : ''}${near.at(-1)}?`;
  throw new Error(`There is no model "${name}".${guess} \`tierline models <part of a name>\` lists what there is.`);
}

/** The models of a configuration, by name, each with its deployments by weight. */
export function configuredModels(config: Config, catalog: Catalog): Map<string, EstimatedModel> {
  return new Map([...modelPartsOf(config, catalog)].map(([name, parts]) => [name, fromParts(parts)]));
}

function fromParts({ name, config, deployments }: ModelParts): EstimatedModel {
  const weights = config.deployments.map(({ weight }) => Fraction.of(weight));
  const all = sum(weights);
  const places = deployments.map(({ spec }, index) => ({ share: (weights[index] as Fraction).over(all), spec }));
  return { name, places };
}

/** Makers before those who sell other people's models. */
const MAKERS = [
  'anthropic',
  'openai',
  'google',
  'deepseek',
  'mistral',
  'x-ai',
  'cohere',
  'moonshotai',
  'minimax',
  'zai',
];

function findListed(name: string, catalog: Catalog): ModelSpec | null {
  const slash = name.indexOf('/');
  const prefixed = slash > 0 ? catalog.find(vendorOf(name.slice(0, slash)), name.slice(slash + 1)) : null;
  if (prefixed !== null) return prefixed;
  for (const maker of MAKERS) {
    const spec = catalog.find(maker, name);
    if (spec !== null) return spec;
  }
  const vendors = [...new Set(catalog.list().map(({ vendor }) => vendor))];
  const sold = vendors.flatMap((vendor) => catalog.find(vendor, name) ?? []);
  if (sold.length > 1 && new Set(sold.map(({ prices }) => JSON.stringify(prices))).size > 1) {
    const offers = sold.map(({ vendor }) => `${vendor}/${name}`);
    throw new Error(`"${name}" is sold at several prices; name one of ${offers.join(', ')}.`);
  }
  return sold[0] ?? null;
}

function listedNames(catalog: Catalog): string[] {
  const known = new Set(MAKERS);
  return catalog.list().map(({ vendor, id }) => (known.has(vendor) ? id : `${vendor}/${id}`));
}

/** At most three, the nearest first; those that are as near keep the order of the list. */
function nearestNames(name: string, candidates: readonly string[]): string[] {
  const wanted = plain(name);
  const limit = Math.max(2, Math.floor(wanted.length * 0.4));
  const rated = [...new Set(candidates)].map((candidate) => {
    const other = plain(candidate);
    const isPart = wanted.length >= 3 && (other.includes(wanted) || (other.length >= 3 && wanted.includes(other)));
    return { candidate, distance: isPart ? 1 : editDistance(wanted, other) };
  });
  return rated
    .filter(({ distance }) => distance < limit)
    .toSorted((one, other) => one.distance - other.distance || one.candidate.length - other.candidate.length)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Case, marks between words and versions' dots are not what people get wrong. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-. ]/g, '');
}
