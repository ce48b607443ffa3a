// Opens what the configured providers need: connection pools, AI SDK packages, the simulated provider.
import path from 'node:path';
import { vendorOf } from './catalog/vendors.ts';
import type { Config, HttpDialectName, HttpProviderConfig, ProviderConfig } from './config/config.ts';
import { anthropicMessages } from './dialect/anthropic-messages.ts';
import type { Dialect } from './dialect/dialect.ts';
import { gemini } from './dialect/gemini.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import { openaiEmbeddings } from './dialect/openai-embeddings.ts';
import { openaiResponses } from './dialect/openai-responses.ts';
import { createAiSdkUpstream } from './provider/ai-sdk.ts';
import { createAiSdkConnection } from './provider/ai-sdk-connection.ts';
import { loadAiSdkProvider } from './provider/ai-sdk-load.ts';
import { type Connection, createHttpConnection, type ProviderHabits } from './provider/connection.ts';
import { createHttpUpstream } from './provider/http-upstream.ts';
import { createRawUpstream } from './provider/raw-upstream.ts';
import { startSimulatedProvider } from './provider/simulated/server.ts';

const DIALECTS: Record<HttpDialectName, Dialect> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
  'anthropic-messages': anthropicMessages,
  gemini,
};

const SIMULATED_CONNECTIONS = 1024;

export interface Connections {
  readonly byName: ReadonlyMap<string, Connection>;
  /** Lets running exchanges end, then closes every connection. */
  close: () => Promise<void>;
}

/** Rejects with an Error that says what to do when an AI SDK package cannot be loaded. */
export async function createConnections(config: Config): Promise<Connections> {
  const byName = new Map<string, Connection>();
  const closers: (() => Promise<void>)[] = [];
  for (const provider of config.providers.values()) {
    const opened = await open(provider, config);
    byName.set(provider.name, opened.connection);
    closers.push(opened.close);
  }
  return { byName, close: async () => void (await Promise.all(closers.map((close) => close()))) };
}

interface Opened {
  connection: Connection;
  close: () => Promise<void>;
}

async function open(provider: ProviderConfig, config: Config): Promise<Opened> {
  switch (provider.kind) {
    case 'http': {
      const connection = openHttp(provider, config.timeouts.connectMs);
      return { connection, close: () => connection.close() };
    }
    case 'package': {
      const { name, isPrivate, secrets, options } = provider;
      // Relative to the configuration, as the user's own imports would be.
      const resolveFrom = config.file === null ? process.cwd() : path.dirname(path.resolve(config.file));
      const sdk = await loadAiSdkProvider({
        packageName: provider.package,
        // Without this some packages ask for no usage when they stream.
        options: { name, includeUsage: true, ...options },
        resolveFrom,
      });
      const upstream = createAiSdkUpstream(sdk);
      const connection = createAiSdkConnection({ name, vendor: vendorOf(name), isPrivate, secrets, upstream });
      return { connection, close: () => connection.close() };
    }
    case 'simulated': {
      const { seed, speed, errorRates } = provider;
      const simulated = await startSimulatedProvider({ seed, speed, errorRates });
      const connection = openHttp(
        {
          kind: 'http',
          name: provider.name,
          dialects: provider.dialects,
          baseUrl: `${simulated.url}/v1`,
          apiKey: null,
          auth: 'none',
          headers: {},
          query: {},
          hasModelInPath: false,
          isPrivate: true,
          region: null,
          anthropicVersion: '2023-06-01',
          anthropicBeta: [],
          connections: SIMULATED_CONNECTIONS,
        },
        config.timeouts.connectMs,
      );
      return {
        connection,
        close: async () => {
          await connection.close();
          await simulated.close();
        },
      };
    }
  }
}

function openHttp(provider: HttpProviderConfig, connectMs: number): Connection {
  const url = new URL(provider.baseUrl);
  const vendor = vendorOf(provider.name, provider.baseUrl);
  return createHttpConnection({
    name: provider.name,
    vendor,
    habits: habitsOf(vendor, provider.hasModelInPath),
    dialects: dialectsOf(provider),
    isPrivate: provider.isPrivate,
    upstream: createHttpUpstream(url.origin, { connectMs, connections: provider.connections }),
    raw: createRawUpstream(url.origin, { connectMs }),
    basePath: url.pathname.replace(/\/$/, ''),
    apiKey: provider.apiKey,
    auth: provider.auth,
    headers: provider.headers,
    query: provider.query,
    hasModelInPath: provider.hasModelInPath,
    anthropicVersion: provider.anthropicVersion,
    anthropicBeta: provider.anthropicBeta,
  });
}

function dialectsOf({ dialects: [first, ...others] }: HttpProviderConfig): [Dialect, ...Dialect[]] {
  return [DIALECTS[first], ...others.map((name) => DIALECTS[name])];
}

/** Vendors whose newer models refuse `max_tokens`; everybody else's servers know that older name. */
const TAKE_MAX_COMPLETION_TOKENS: ReadonlySet<string> = new Set(['openai', 'azure', 'groq', 'openrouter', 'x-ai']);

/**
 * Vendors that document `prompt_cache_key` for chat completions (developers.openai.com/api/docs/guides/prompt-caching,
 * learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching, docs.mistral.ai; 2026-11-24), and our own.
 */
const TAKE_CACHE_KEY: ReadonlySet<string> = new Set(['openai', 'azure', 'mistral', 'simulated']);

/** Azure's dated API versions, with the model in the path, refuse members that are younger than they are. */
function habitsOf(vendor: string, isDated: boolean): ProviderHabits {
  return {
    takesCacheKey: !isDated && TAKE_CACHE_KEY.has(vendor.startsWith('simulated-') ? 'simulated' : vendor),
    maxTokensField: TAKE_MAX_COMPLETION_TOKENS.has(vendor) ? 'max_completion_tokens' : 'max_tokens',
    takesReasoningHistory: vendor === 'deepseek',
  };
}
