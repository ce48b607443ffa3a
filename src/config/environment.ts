// A configuration without a file: a ladder from the provider keys found in the environment, else the simulated provider.
// It goes through the same checks as a file.
import type { JsonObject } from '../call/json.ts';
import { EMBEDDING_MODEL } from '../provider/simulated/embeddings.ts';
import { SIMULATED_MODELS } from '../provider/simulated/models.ts';
import { SIMULATED_TASKS } from '../provider/simulated/routing.ts';
import { CAPABILITIES, type Config } from './config.ts';
import { checkConfig, type Loading } from './load.ts';
import { type Environment, valueSource } from './source.ts';
import { WELL_KNOWN } from './well-known.ts';

const TIERS = ['small', 'mid', 'frontier'] as const;
type Tier = (typeof TIERS)[number];

/** What each provider puts on the ladder. The first one listed that has a key gets the rung's name. */
export const LADDERS: Readonly<Record<string, Partial<Record<Tier, string>>>> = {
  anthropic: { small: 'claude-haiku-4-5', mid: 'claude-sonnet-4-6', frontier: 'claude-opus-4-7' },
  openai: { small: 'gpt-5.4-mini', mid: 'gpt-5.4', frontier: 'gpt-5.5' },
  gemini: { small: 'gemini-2.5-flash-lite', mid: 'gemini-2.5-flash', frontier: 'gemini-2.5-pro' },
  deepseek: { small: 'deepseek-v4-flash', mid: 'deepseek-v4-pro' },
  mistral: { small: 'mistral-small-latest', mid: 'mistral-medium-latest', frontier: 'mistral-large-latest' },
  groq: { small: 'openai/gpt-oss-20b', mid: 'openai/gpt-oss-120b' },
  openrouter: {
    small: 'anthropic/claude-haiku-4.5',
    mid: 'anthropic/claude-sonnet-4.6',
    frontier: 'anthropic/claude-opus-4.7',
  },
};

/** What each provider makes vectors with; asked for by these names, so that its clients work unchanged. */
const EMBEDDINGS: Readonly<Record<string, readonly string[]>> = {
  openai: ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'],
  mistral: ['mistral-embed'],
};

export interface FoundConfig {
  config: Config;
  /** What was found, for the person who started the gateway. */
  sentence: string;
}

/** The configuration that the environment's keys allow. Throws ConfigError when a key is malformed. */
export function configFromEnvironment(env: Environment, observe = false): FoundConfig {
  const found = Object.keys(LADDERS).flatMap((provider) => {
    const variable = WELL_KNOWN.get(provider)?.keyVariables.find((name) => (env[name] ?? '').trim() !== '');
    return variable === undefined ? [] : [{ provider, variable }];
  });
  if (found.length === 0) {
    const sentence = 'No provider key was found in the environment, so every answer comes from the simulated provider.';
    return { config: check(simulatedDocument(), { env, observe }), sentence };
  }
  const document = ladderDocument(found.map(({ provider }) => provider));
  const named = found.map(({ provider, variable }) => `${provider} (${variable})`);
  const rungs = TIERS.flatMap((tier) =>
    tier in document.models ? [`${tier} ${String(document.models[tier]?.use)}`] : [],
  );
  return {
    config: check(document, { env, observe }),
    sentence: `Found ${list(named)} in the environment: ${rungs.join(', ')}.`,
  };
}

interface Document extends JsonObject {
  models: Record<
    string,
    {
      use: string;
      tier?: Tier;
      kind?: 'embedding';
      context_window?: number;
      max_output_tokens?: number;
      capabilities?: string[];
      price?: JsonObject;
    }
  >;
}

function ladderDocument(providers: readonly string[]): Document {
  const models: Document['models'] = {};
  for (const tier of TIERS) {
    for (const provider of providers) {
      const upstream = LADDERS[provider]?.[tier];
      if (upstream === undefined) continue;
      const name = tier in models ? upstream : tier;
      // The same upstream name may come from two providers; the first keeps it.
      models[name] ??= { use: `${provider}/${upstream}`, tier };
    }
  }
  for (const provider of providers) {
    for (const upstream of EMBEDDINGS[provider] ?? [])
      models[upstream] = { use: `${provider}/${upstream}`, kind: 'embedding' };
  }
  const dearest = TIERS.findLast((tier) => tier in models) ?? 'small';
  return {
    providers: Object.fromEntries(providers.map((provider) => [provider, {}])),
    models,
    baseline: dearest,
    default: 'mid' in models ? 'mid' : dearest,
  };
}

function simulatedDocument(): Document {
  const models: Document['models'] = {};
  for (const { name, tier, usdPerMillion, contextWindow, maxOutputTokens } of SIMULATED_MODELS) {
    models[tier] = {
      use: `simulated/${name}`,
      tier,
      context_window: contextWindow,
      max_output_tokens: maxOutputTokens,
      // What they cannot see they count as a word.
      capabilities: [...CAPABILITIES],
      price: {
        input: usdPerMillion.input,
        output: usdPerMillion.output,
        cache_read: usdPerMillion.cacheRead,
        cache_write_5m: usdPerMillion.cacheWrite5m,
        cache_write_1h: usdPerMillion.cacheWrite1h,
      },
    };
  }
  models['sim-embed'] = {
    use: `simulated/${EMBEDDING_MODEL.name}`,
    kind: 'embedding',
    context_window: EMBEDDING_MODEL.contextWindow,
    price: EMBEDDING_MODEL.usdPerMillion,
  };
  return {
    providers: { simulated: {} },
    models,
    baseline: 'frontier',
    default: 'mid',
    tasks: SIMULATED_TASKS,
  };
}

function check(document: Document, loading: Loading): Config {
  return checkConfig(valueSource(document), { file: null, label: 'the environment', ...loading });
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
