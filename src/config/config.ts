// The configuration as the rest of Tierline reads it: every default applied, every name checked, every unit in its name.
// Only data; it must never hold what the file said in two ways.
import type { JsonObject } from '../call/json.ts';
import type { DialectName } from '../dialect/neutral.ts';
import type { GateConfig } from '../gate/gate-config.ts';

/** A whole, checked configuration. Maps keep the order of the file. */
export interface Config {
  /** Where it was read from; null when it was made from the environment. */
  file: string | null;
  server: ServerConfig;
  /** Keys clients must show; empty means that everybody on the loopback address may call. */
  keys: readonly ClientKey[];
  providers: ReadonlyMap<string, ProviderConfig>;
  models: ReadonlyMap<string, ModelConfig>;
  /** The ladder, cheapest first. */
  tiers: readonly string[];
  /** Model that savings are counted against; null when none was named. */
  baseline: string | null;
  tasks: ReadonlyMap<string, TaskConfig>;
  /** Where `auto` goes when no task matches: the configured route, else the baseline, else null. */
  defaultRoute: RouteConfig | null;
  /** Whether what a translation would lose is a 400. */
  isStrict: boolean;
  timeouts: TimeoutsConfig;
  retries: RetriesConfig;
  breaker: BreakerConfig;
  ledger: LedgerConfig;
  answer: AnswerConfig;
  /** Share of a model's context window that a request may fill, 0 to 1. */
  contextGuardShare: number;
}

export interface ServerConfig {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  maxBodyBytes: number;
  /** Levels of nesting in a request's JSON. */
  maxDepth: number;
  shutdownGraceMs: number;
}

export interface ClientKey {
  key: string;
  tenant: string;
  name: string | null;
}

export type ProviderConfig = HttpProviderConfig | PackageProviderConfig | SimulatedProviderConfig;

export type AuthStyle = 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key' | 'none';

/** A provider that is spoken to over HTTP in one of our dialects. */
export interface HttpProviderConfig {
  kind: 'http';
  name: string;
  dialect: Exclude<DialectName, 'neutral'>;
  /** With the version in its path (`https://api.anthropic.com/v1`) and without a slash at the end. */
  baseUrl: string;
  apiKey: string | null;
  auth: AuthStyle;
  /** Extra headers, names in lower case. */
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** Azure's older form: the model is a deployment in the path. */
  hasModelInPath: boolean;
  isPrivate: boolean;
  /** Sent when the client named no version itself. */
  anthropicVersion: string;
  anthropicBeta: readonly string[];
  /** Upper bound of open connections. */
  connections: number;
}

/** A provider served by an AI SDK package. */
export interface PackageProviderConfig {
  kind: 'package';
  name: string;
  /** npm package name: `@ai-sdk/mistral`. */
  package: string;
  /** What its `create...` function gets: `options` of the file with apiKey, baseURL and headers filled in. */
  options: JsonObject;
  /** Values that must never appear in anything a client sees. */
  secrets: readonly string[];
  isPrivate: boolean;
}

/** The provider that Tierline simulates on the spot. */
export interface SimulatedProviderConfig {
  kind: 'simulated';
  name: string;
  dialect: Exclude<DialectName, 'gemini' | 'neutral'>;
  seed: number;
  /** 1 is lifelike, 10 ten times as fast. */
  speed: number;
  /** Share of the calls that find a model overloaded, 0 to 1, by the simulated model's name. */
  errorRates: Readonly<Record<string, number>>;
  isPrivate: true;
}

export interface ModelConfig {
  name: string;
  /** Null for a model that stands on no rung: it serves only who asks for it by name. */
  tier: string | null;
  /** At least one. */
  deployments: readonly DeploymentConfig[];
  /** The operator's own prices, USD per million tokens; what is missing comes from the catalog. */
  usdPerMillion: Readonly<PriceOverride> | null;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  /** What the model can do, when the operator says so; null leaves it to the catalog. */
  capabilities: readonly Capability[] | null;
}

export interface DeploymentConfig {
  provider: string;
  /** The provider's own name of the model. */
  upstreamModel: string;
  /** Above 0; shares of traffic are relative to the sum. */
  weight: number;
}

export interface PriceOverride {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
}

export const CAPABILITIES = ['tools', 'images', 'documents', 'audio', 'schema', 'reasoning'] as const;
export type Capability = (typeof CAPABILITIES)[number];

export const CONSEQUENCES = ['none', 'reviewed', 'reversible', 'irreversible'] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

export interface TaskConfig {
  name: string;
  owner: string | null;
  description: string | null;
  /** The request belongs to the task when any of these rules matches; empty means that it must be named. */
  match: readonly MatchRule[];
  consequence: Consequence | null;
  typicalOutputTokens: number | null;
  /** Only providers marked private may see this task. Every model of its route is checked for that. */
  isPrivate: boolean;
  isStrict: boolean;
  /** What an answer must pass; as many as the file has items, and the finish gate where it says nothing about that. */
  accept: readonly GateConfig[];
  route: RouteConfig;
}

/** All that is filled in must hold; a list of strings holds when one of them does. */
export interface MatchRule {
  /** By lower-case header name. */
  headers: ReadonlyMap<string, readonly string[]>;
  metadata: ReadonlyMap<string, readonly string[]>;
  /** Model names as clients write them; `*` stands for any run of characters. Empty: any. */
  models: readonly string[];
  /** URL paths: a prefix, or with `*` a pattern for the whole path. Empty: any. */
  paths: readonly string[];
  when: WhenRule | null;
}

/** Predicates over the View; null and empty ones hold always. */
export interface WhenRule {
  minInputTokens: number | null;
  maxInputTokens: number | null;
  hasTools: boolean | null;
  hasImages: boolean | null;
  hasSchema: boolean | null;
  stream: boolean | null;
  /** Lower case; one of them must be part of the lower-cased text. */
  contains: readonly string[];
  matches: RegExp | null;
}

/** A model, or every model of a tier in the order of the file. */
export interface RouteTarget {
  kind: 'model' | 'tier';
  name: string;
}

/** Models to try, in order; the first target is the route proper, the others are its fallbacks. */
export interface RouteConfig {
  targets: readonly [RouteTarget, ...RouteTarget[]];
}

export interface TimeoutsConfig {
  connectMs: number;
  firstByteMs: number;
  idleMs: number;
  totalMs: number;
}

export interface RetriesConfig {
  /** Exchanges per model, the first included. */
  maxAttempts: number;
  baseDelayMs: number;
  maxDelayMs: number;
  /** A longer `retry-after` is not waited for. */
  maxRetryAfterMs: number;
  /** Retries per live request, 0 to 1. */
  budgetShare: number;
}

export interface BreakerConfig {
  /** Share of failures from which the breaker opens, 0 to 1. */
  failureShare: number;
  minExchanges: number;
  windowMs: number;
  cooldownMs: number;
}

export interface LedgerConfig {
  /** Absolute when the configuration came from a file, except `:memory:`. */
  path: string;
  durability: 'journal' | 'commit';
}

export interface AnswerConfig {
  costInUsage: boolean;
  headers: boolean;
  litellmCompat: boolean;
}
