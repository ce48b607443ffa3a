// What observing means for a configuration: which provider serves a name that nobody configured, and what rests. It must never change what a
// client asked for: a name goes to a provider as it is, or nowhere.
import { GrowingMap } from '../call/growing-map.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { makerOf } from '../catalog/maker.ts';
import { kindOf } from '../catalog/model-kind.ts';
import { canonicalVendor, vendorOf } from '../catalog/vendors.ts';
import type { Config, DeploymentConfig, ModelConfig } from './config.ts';

/** The configuration as a gateway works by it: one that observes tries nothing out and answers nothing again. */
export function atWork(config: Config): Config {
  return config.observes ? { ...config, canary: null, rollouts: new Map() } : config;
}

/** The configuration with its routes in force, for commands that ask what they would do. */
export function asRouted(config: Config): Config {
  return { ...config, observes: false };
}

/**
 * What `make` makes of each configured model, by name. While the configuration observes, `get` also knows the names that its providers are
 * taken to serve; they are on no list but `offers`.
 */
export function mapModels<Made>(
  config: Config,
  catalog: Catalog,
  make: (model: ModelConfig) => Made,
): ReadonlyMap<string, Made> {
  const given = [...config.models.values()].map((model): [string, Made] => [model.name, make(model)]);
  if (!config.observes) return new Map(given);
  const find = finderOf(config, catalog);
  return new GrowingMap(given, {
    make: (name) => {
      const model = find(name);
      return model === null ? undefined : make(model);
    },
    offers: offeredBy(config, catalog),
  });
}

/** A configured provider with the vendor whose price list it is on. */
interface Seller {
  provider: string;
  vendor: string;
}

function sellersOf({ providers }: Pick<Config, 'providers'>): Seller[] {
  return [...providers.values()].map((provider) => ({
    provider: provider.name,
    vendor: vendorOf(provider.name, provider.kind === 'http' ? provider.baseUrl : undefined),
  }));
}

/** Names that a URL path and a ledger can hold; of providers' own names there are none beyond that. */
const NAME = /^(?!auto(?:\/|$))[\w@][\w.:@+~-]*(?:\/[\w@][\w.:@+~-]*)*$/;
const LONGEST_NAME = 200;

/**
 * Models that are called by their provider at the provider itself (openrouter.ai/docs/guides/routing/routers, console.groq.com/docs/compound).
 */
const PREFIXED_AT_HOME = /^(?:openrouter\/[^/]+|groq\/compound[\w-]*)$/;

type Place = Omit<DeploymentConfig, 'weight'>;

/** Null for a name that no provider is known to serve. The same name always finds the same model. */
function finderOf(config: Config, catalog: Catalog): (name: string) => ModelConfig | null {
  const sellers = sellersOf(config);
  return (name) => {
    if (name.length > LONGEST_NAME || !NAME.test(name)) return null;
    const place = placeOfListed(name, sellers, catalog) ?? placeOfPrefixed(name, sellers);
    return place === null ? null : toModel(name, place);
  };
}

/** By the price lists: an application that knew nothing of us meant whoever calls a model so. The maker goes before those who resell it. */
function placeOfListed(name: string, sellers: readonly Seller[], catalog: Catalog): Place | null {
  const isListed = (seller: Seller): boolean =>
    !isOwnPrefix(name, seller) && catalog.find(seller.vendor, name) !== null;
  const listing = sellers.filter(isListed);
  const maker = makerOf(name);
  const seller = listing.find(({ vendor }) => vendor === maker) ?? listing[0];
  return seller === undefined ? null : { provider: seller.provider, upstreamModel: name };
}

/** By the provider that is named in front, by its name in the file before its vendor's. */
function placeOfPrefixed(name: string, sellers: readonly Seller[]): Place | null {
  const { prefix, rest } = split(name);
  const seller = sellers.find(({ provider }) => provider === prefix) ?? sellers.find((one) => isOwnPrefix(name, one));
  if (seller === undefined) return null;
  const atHome = `${seller.vendor}/${rest}`;
  return { provider: seller.provider, upstreamModel: PREFIXED_AT_HOME.test(atHome) ? atHome : rest };
}

function isOwnPrefix(name: string, { provider, vendor }: Seller): boolean {
  const { prefix } = split(name);
  return prefix !== null && (prefix === provider || canonicalVendor(prefix) === vendor);
}

function split(name: string): { prefix: string | null; rest: string } {
  const slash = name.indexOf('/');
  return slash < 1 ? { prefix: null, rest: name } : { prefix: name.slice(0, slash), rest: name.slice(slash + 1) };
}

function toModel(name: string, place: Place): ModelConfig {
  return {
    name,
    tier: null,
    deployments: [{ ...place, weight: 1 }],
    usdPerMillion: null,
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: null,
    kind: null,
  };
}

/** The catalog's own names of models that talk or make vectors, of every vendor there is a provider of. */
function offeredBy(config: Config, catalog: Catalog): string[] {
  const vendors = new Set(sellersOf(config).map(({ vendor }) => vendor));
  const upstreams = [...config.models.values()].flatMap(({ deployments }) => deployments);
  const taken = new Set([...config.models.keys(), ...upstreams.map(({ upstreamModel }) => upstreamModel)]);
  const names = catalog
    .list()
    .filter((spec) => vendors.has(spec.vendor) && kindOf(spec.id, spec) !== null)
    .map(({ id }) => id);
  return [...new Set(names)].filter((name) => NAME.test(name) && !taken.has(name));
}

/** Dialects that the same clients speak. */
const FAMILIES: readonly (readonly string[])[] = [
  ['openai-chat', 'openai-responses', 'openai-embeddings'],
  ['anthropic-messages'],
  ['gemini'],
];

/** By dialect of the client, the only provider that there is for it: it gets the names that nobody knows. */
export function soleProviders({ providers }: Pick<Config, 'providers'>): Map<string, string> {
  const all = [...providers.values()].map((provider) => ({
    name: provider.name,
    speaks: provider.kind === 'package' ? [] : (provider.dialects as readonly string[]),
  }));
  const sole = new Map<string, string>();
  for (const family of FAMILIES) {
    const speaking = all.filter(({ speaks }) => family.some((dialect) => speaks.includes(dialect)));
    for (const dialect of family) {
      const exact = speaking.filter(({ speaks }) => speaks.includes(dialect));
      const candidates = [all, speaking, exact].find(({ length }) => length === 1);
      if (candidates?.[0] !== undefined) sole.set(dialect, candidates[0].name);
    }
  }
  if (all.length === 1 && all[0] !== undefined) sole.set('neutral', all[0].name);
  return sole;
}
