// The configuration as the rest of Tierline reads it: every default applied, every name checked, every unit in its name.
// Only data; it must never hold what the file said in two ways.
import type { JsonObject } from '../call/json.ts';
import type { CallKind } from '../call/view.ts';
import type { DialectName } from '../dialect/neutral.ts';
import type { GateConfig } from '../gate/gate-config.ts';
import type { ReferenceConfig } from '../gate/reference-config.ts';
import type { PromiseName } from '../policy/predictor.ts';
import type { AlertsConfig } from './alerts-config.ts';
import type { CanaryConfig } from './canary-config.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { RolloutConfig } from './rollout-config.ts';
import type {
  AnswerConfig,
  BreakerConfig,
  CaptureConfig,
  LedgerConfig,
  ObjectsConfig,
  ResponsesConfig,
  RetriesConfig,
  ServerConfig,
  TimeoutsConfig,
} from './running-config.ts';
import type { WatchConfig } from './watch-config.ts';

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
  /** Whether every call goes to the model it asks for: routes, gates, rollouts and canaries are written and rest. */
  observes: boolean;
  /** Model that savings are counted against; null when none was named. */
  baseline: string | null;
  tasks: ReadonlyMap<string, TaskConfig>;
  /** What tenants are limited to; one without an entry may do anything. */
  tenants: ReadonlyMap<string, LimitsConfig>;
  /** Routes of `auto` when no task matches; the first that matches goes before `defaultRoute`. */
  rules: readonly RuleConfig[];
  /** Where `auto` goes when no task matches: the configured route, else the baseline, else null. */
  defaultRoute: RouteConfig | null;
  /** Routes that are tried in the place of a task's own, by task. */
  rollouts: ReadonlyMap<string, RolloutConfig>;
  /** Whether what a translation would lose is a 400. */
  isStrict: boolean;
  timeouts: TimeoutsConfig;
  retries: RetriesConfig;
  breaker: BreakerConfig;
  ledger: LedgerConfig;
  objects: ObjectsConfig;
  /** Null: no call is kept with its content. */
  capture: CaptureConfig | null;
  /** Null: no answer is answered again. */
  canary: CanaryConfig | null;
  watch: WatchConfig;
  responses: ResponsesConfig;
  answer: AnswerConfig;
  /** Whether marks for the provider's prompt cache are set where they pay, in calls without a task. */
  marksCache: boolean;
  /** Share of a model's context window that a request may fill, 0 to 1. */
  contextGuardShare: number;
  /** From which pass rate on a profiled model is taken, for tasks that do not say. */
  thresholds: ThresholdsConfig;
  judges: JudgesConfig;
  /** What makes vectors of requests, by the name that the file gives it. */
  encoders: ReadonlyMap<string, EncoderConfig>;
  /** To whom it is told when something is wrong, and what counts as wrong. */
  alerts: AlertsConfig;
}

/** What a judge is held against before its word counts. */
export interface JudgesConfig {
  /** Agreement with the labels beyond chance, at least: Cohen's kappa, 0 to 1. */
  kappa: number;
  /** Share of the wrong answers that it may let pass, 0 to 1. */
  falsePass: number;
  /** How far position, length or the vendor of an answer may move its verdicts, 0 to 1. */
  bias: number;
  /** Labelled answers that it takes at least. */
  minLabels: number;
}

/** Pass rates that a profile is held against, 0 to 1. */
export interface ThresholdsConfig {
  /** From here on a model is the default of its task. */
  defaultFrom: number;
  /** From here on it is, behind gates and with a canary; below, the next tier is. */
  gatedFrom: number;
  /** How sure an interval has to be: 0.95 leaves out the truth once in twenty times. */
  confidence: number;
}

/** What a task's requests look like, as an audit found or its owner says. Null stands for what nobody said. */
export interface InputConfig {
  typicalTokens: number | null;
  largestTokens: number | null;
  /** ISO 639-1 codes. */
  languages: readonly string[];
  /** `tools`, `schema`, `images`, `documents`, `code`, `tables`, `math`, `turns`. */
  structure: readonly InputStructure[];
}

export const INPUT_STRUCTURES = [
  'tools',
  'schema',
  'images',
  'documents',
  'audio',
  'code',
  'tables',
  'math',
  'turns',
] as const;
export type InputStructure = (typeof INPUT_STRUCTURES)[number];

export interface ClientKey {
  key: string;
  tenant: string;
  name: string | null;
}

export type ProviderConfig = HttpProviderConfig | PackageProviderConfig | SimulatedProviderConfig;

export type AuthStyle = 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key' | 'none';

export type HttpDialectName = Exclude<DialectName, 'neutral'>;

/** A provider that is spoken to over HTTP in our dialects. */
export interface HttpProviderConfig {
  kind: 'http';
  name: string;
  /** Everything it speaks; requests of other dialects are translated into the first. */
  dialects: readonly [HttpDialectName, ...HttpDialectName[]];
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
  region: string | null;
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
  region: string | null;
}

/** The provider that Tierline simulates on the spot. */
export interface SimulatedProviderConfig {
  kind: 'simulated';
  name: string;
  dialects: readonly ['openai-chat', 'openai-embeddings'] | readonly ['anthropic-messages'];
  seed: number;
  /** 1 is lifelike, 10 ten times as fast. */
  speed: number;
  /** Share of the calls that find a model overloaded, 0 to 1, by the simulated model's name. */
  errorRates: Readonly<Record<string, number>>;
  isPrivate: true;
  region: string | null;
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
  /** Whether it talks or makes vectors, when the operator or its name says so; null leaves it to the catalog. */
  kind: CallKind | null;
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

export const MODEL_KINDS = ['chat', 'embedding'] as const satisfies readonly CallKind[];

export const CONSEQUENCES = ['none', 'reviewed', 'reversible', 'irreversible'] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

export const PROMPT_CACHING = ['auto', 'off'] as const;

/** What a task or a tenant may use; the planner's guards hold every model against it. */
export interface LimitsConfig {
  /** Only private deployments may serve it. */
  isPrivate: boolean;
  /** Null: anywhere. */
  regions: readonly string[] | null;
  /** Null: every model. */
  allow: readonly RouteTarget[] | null;
  deny: readonly RouteTarget[];
  /** What one request may be expected to cost, nano-dollars; null: anything. */
  maxCostNanoUsd: number | null;
}

export interface TaskConfig extends LimitsConfig {
  name: string;
  owner: string | null;
  description: string | null;
  /** The request belongs to the task when any of these rules matches; empty means that it must be named. */
  match: readonly MatchRule[];
  consequence: Consequence | null;
  input: InputConfig;
  typicalOutputTokens: number | null;
  largestOutputTokens: number | null;
  /** Share of answers that the operator expects to pass, 0 to 1, until there is a record. */
  typicalPassRate: number | null;
  /** Calls a month; null when nobody said. */
  volume: number | null;
  /** How long an answer may take; what profiles are held against, not what calls are limited to. */
  latencyBudgetMs: number | null;
  /** How an answer is compared with the reference of its sample; null: by the form of the reference. */
  reference: ReferenceConfig | null;
  thresholds: ThresholdsConfig;
  isStrict: boolean;
  /** What an answer must pass; as many as the file has items, and the finish gate where it says nothing about that. */
  accept: readonly GateConfig[];
  marksCache: boolean;
  /** The first that matches replaces `route`. */
  rules: readonly RuleConfig[];
  route: RouteConfig;
}

export interface RuleConfig {
  /** Null matches everything. */
  when: MatchRule | null;
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
  hasCode: boolean | null;
  hasTables: boolean | null;
  hasMath: boolean | null;
  stream: boolean | null;
  /** ISO 639-1 codes of the last turn's language. */
  languages: readonly string[];
  tenants: readonly string[];
  time: TimeRule | null;
  /** Lower case; one of them must be part of the lower-cased text. */
  contains: readonly string[];
  matches: RegExp | null;
}

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** A time of day on some days of the week, in one time zone. */
export interface TimeRule {
  /** Minutes of the day. When `from` is after `to` the span passes midnight and belongs to the day it begins on. */
  fromMinute: number;
  toMinute: number;
  /** 0 is Sunday. Empty: every day. */
  days: readonly number[];
  /** IANA name: `Europe/Berlin`. */
  zone: string;
}

/** A model, or every model of a tier in the order of the file. */
export interface RouteTarget {
  kind: 'model' | 'tier';
  name: string;
}

/** Models to try, in order, and how. */
export interface RouteConfig {
  /** The route proper, then its fallbacks. At least one, but for a predicted route whose models only its artifact names. */
  targets: readonly RouteTarget[];
  /** How many targets are the route proper. */
  ownCount: number;
  /** Whether a target takes over when the one before failed in any way, gates included. */
  isCascade: boolean;
  /** How the targets of the route proper are sorted for each request; null: as they stand. */
  mode: ModeConfig | null;
  /** What chooses among the targets of the route proper for each request; null: nothing learned does. */
  predict: PredictConfig | null;
  /** Of each attempt of a cascade but the last. */
  attemptTimeoutMs: number | null;
  hedge: { below: number; afterMs: number } | null;
  /** When a gated answer may begin to flow. */
  stream: { mode: 'hold' | 'early' | 'first-tokens'; tokens: number };
  /** What the client gets when the last gated attempt fails its gates; null leaves it to the task's consequence. */
  otherwise: 'answer' | 'error' | null;
  /** Models known to be slower are left out. */
  latencyMs: number | null;
}

/** A route that a learned router decides. */
export interface PredictConfig {
  /** The artifact, absolute. */
  file: string;
  /** The pass rate that is asked of it, 0 to 1, or else what a request may cost on average; both null: as the artifact recommends. */
  quality: number | null;
  maxCostNanoUsd: number | null;
  /** The place that is asked of it by name; never together with either. */
  promise: PromiseName | null;
  /** Null: every model of the artifact. */
  among: readonly string[] | null;
  /** Goes first where there is no forecast; null: the artifact's reference. */
  static: string | null;
  /** Share of requests that get another model than the chosen one, 0 to 0.5. */
  exploreShare: number;
  /** How long the embedding of a request may take. */
  encoderTimeoutMs: number;
}

export type ModeConfig = { best: 'cost'; quality: number } | { best: 'quality'; maxCostNanoUsd: number };
