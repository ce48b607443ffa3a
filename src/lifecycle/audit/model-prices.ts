// Which model of the catalog a log means, and what a call on it costs. Logs name models in many ways; a name that fits nothing stays
// unknown, and so does its price.
import type { Catalog } from '../../catalog/catalog.ts';
import type { ModelSpec } from '../../catalog/model-spec.ts';
import { canonicalVendor } from '../../catalog/vendors.ts';

/** Who makes a model, by the beginning of its name. */
const MAKERS: readonly [vendor: string, name: RegExp][] = [
  ['anthropic', /^claude/],
  ['openai', /^(?:gpt|chatgpt|o\d(?:-|$)|text-embedding|codex|ft:gpt|davinci)/],
  ['google', /^(?:gemini|gemma|learnlm)/],
  ['deepseek', /^deepseek/],
  ['mistral', /^(?:mistral|mixtral|codestral|devstral|magistral|ministral|pixtral)/],
  ['x-ai', /^grok/],
  ['cohere', /^(?:command|embed-)/],
];

/** The maker of a model of that name; null when the name does not tell. */
export function makerOf(model: string): string | null {
  const name = (model.split('/').at(-1) ?? model).toLowerCase();
  const bare = name.replace(/^(?:(?:us|eu|apac|global)\.)?(?:anthropic|meta|mistral|amazon|cohere|openai)\./, '');
  return MAKERS.find(([, pattern]) => pattern.test(bare))?.[0] ?? null;
}

/** Finds models for the names of one log; each name is looked up once. */
export type FindModel = (provider: string | null, model: string) => ModelSpec | null;

export function createFindModel(catalog: Catalog): FindModel {
  const found = new Map<string, ModelSpec | null>();
  return (provider, model) => {
    const key = `${provider ?? ''}\n${model}`;
    let spec = found.get(key);
    if (spec === undefined) {
      spec = find(catalog, provider, model);
      if (found.size < 10_000) found.set(key, spec);
    }
    return spec;
  };
}

function find(catalog: Catalog, provider: string | null, model: string): ModelSpec | null {
  const ways: [string, string][] = [];
  if (provider !== null && provider !== '') ways.push([canonicalVendor(provider), model]);
  const slash = model.indexOf('/');
  if (slash > 0) ways.push([canonicalVendor(model.slice(0, slash)), model.slice(slash + 1)]);
  const maker = makerOf(model);
  // A server of one's own that the catalog does not know may call its model anything; a maker's name is trusted where nobody is named.
  if (maker !== null && (provider === null || isMakers(provider, maker))) ways.push([maker, model.slice(slash + 1)]);
  for (const [vendor, name] of ways) {
    const spec = catalog.find(vendor, name);
    if (spec !== null) return spec;
  }
  return null;
}

/** Providers under whose name a log files the maker's own API. */
function isMakers(provider: string, maker: string): boolean {
  const name = provider.toLowerCase();
  return canonicalVendor(name) === maker || /^(?:custom|helicone|litellm|text-completion-openai|vertex)/.test(name);
}
