// The compiled policy: what config/ hands to the planner. Plain data and pure functions, no I/O.
import type { NanoUsd } from '../call/money.ts';
import type { StreamRelease } from '../call/plan.ts';
import type { Usage } from '../call/usage.ts';
import type { Caller, CallKind, View } from '../call/view.ts';
import type { Capability } from '../catalog/model-spec.ts';
import type { Predictor } from './predictor.ts';

/** What the guards have to know of a place that serves a model. */
export interface PolicyDeployment {
  provider: string;
  dialects: readonly string[];
  isPrivate: boolean;
  /** Where it runs, as the operator says; null when they do not. */
  region: string | null;
}

export interface PolicyModel {
  name: string;
  tier: string;
  /** Position of its tier on the ladder, 0 for the lowest; -1 for a model without one. */
  rank: number;
  /** Tokens of input this model may be given: its effective window times the guard's share. Null when the window is not known. */
  inputLimit: number | null;
  /** Tokens of input and output together; null when not known. */
  window: number | null;
  /** Shorter prompts are not cached by its provider, though they be marked. */
  leastCachedTokens: number;
  /** How many tokens this model's vocabulary makes of a text. */
  countTokens: (text: string) => number;
  /** Null when not known. */
  capabilities: readonly Capability[] | null;
  /** Null when not known: it may be asked for both. */
  kind: CallKind | null;
  /** In the order of delivery's, so that a position means the same in both. */
  deployments: readonly PolicyDeployment[];
  /** Price at the dearest of the deployments at these positions (null: all); null as soon as one has no price. */
  priceOf: (usage: Usage, atMs: number, deployments: readonly number[] | null) => NanoUsd | null;
}

/** Restrictions of a task or of a tenant. */
export interface PolicyLimits {
  /** Whose they are, for the reasons: `the task triage`, `the tenant acme`. */
  of: string;
  isPrivate: boolean;
  /** Null: anywhere. */
  regions: readonly string[] | null;
  /** Null: every model. */
  allow: ReadonlySet<string> | null;
  deny: ReadonlySet<string>;
  /** What one request may be expected to cost; null: anything. */
  maxCostNanoUsd: NanoUsd | null;
}

/** A choice by what is known of the models: the cheapest that is good enough, or the best that is cheap enough. */
export type PolicyMode = { best: 'cost'; quality: number } | { best: 'quality'; maxCostNanoUsd: NanoUsd };

export interface PolicyHedge {
  /** Attempts whose known pass rate is below this are hedged. */
  below: number;
  afterMs: number;
}

/** A choice by what a learned router says of each request. */
export interface PolicyPredict {
  predictor: Predictor;
  /** The model of the route proper that comes first where there is no forecast. */
  static: string;
  /** Share of requests that get another model of the route proper than the chosen one, 0 to 0.5. */
  exploreShare: number;
  /** How long the predictor's encoder may take, where it wants one. */
  encoderTimeoutMs: number;
  /** Names the learned gate that goes through orders of more than one model; null: there is none, and every order is of one model. */
  gate: string | null;
}

/** What the operator wrote under `route`: models to try, in order, and how. */
export interface PolicyRoute {
  /** Every model, fallbacks included. */
  models: readonly string[];
  /** How many of them are the route proper; those after are fallbacks. */
  ownCount: number;
  /** Whether each model of the route proper takes over when the one before failed in any way. */
  isCascade: boolean;
  mode: PolicyMode | null;
  /** Null where nothing learned decides; else the route proper stands with the most trusted model first. */
  predict: PolicyPredict | null;
  attemptTimeoutMs: number | null;
  hedge: PolicyHedge | null;
  stream: StreamRelease;
  /** Null leaves it to the task. */
  otherwise: 'answer' | 'error' | null;
  /** Models known to be slower than this are left out; null: none are. */
  latencyMs: number | null;
  /** How the route reads in a reason: `tier small`, `haiku, then sonnet`. */
  say: string;
}

export interface PolicyRule {
  matches: (view: View, caller: Caller, nowMs: number) => boolean;
  route: PolicyRoute;
  /** How the rule reads in a reason: `rule 2 of the task triage`. */
  say: string;
}

/** A route that is tried on a growing share of a task's callers; how large that is comes in with the state. */
export interface PolicyRollout {
  candidate: PolicyRoute;
  /** Who has one route throughout: a conversation, or everybody of a tenant. */
  by: 'session' | 'tenant';
}

export interface PolicyTask {
  name: string;
  /** Whether the task's own `match` claims this request. */
  matches: (view: View, caller: Caller, nowMs: number) => boolean;
  /** Whether `match` names models, so that it takes over requests for a concrete model. */
  claimsModels: boolean;
  /** The first that matches replaces `route`. */
  rules: readonly PolicyRule[];
  route: PolicyRoute;
  /** What may take the place of `route` for a share of the callers; null: nothing does. */
  rollout: PolicyRollout | null;
  limits: PolicyLimits;
  /** Whether the task has gates for its answers. */
  hasGates: boolean;
  /** When the route does not say: an error for what cannot be undone. */
  otherwise: 'answer' | 'error';
  /** How long its answers usually are, until there is a record. */
  typicalOutputTokens: number | null;
  /** Whether marks and keys for the provider's prompt cache are set where they pay. */
  marksCache: boolean;
}

/** How calls go while nothing is routed. */
export interface PolicyObserving {
  /** What `auto` stands for; null when none is configured. */
  baseline: string | null;
  /** By dialect of the client, the only provider that there is for it: it gets the names that nobody knows. */
  soleProviders: ReadonlyMap<string, string>;
  /** Names that clients may use beside those of `models`, as far as they can be listed. */
  offered: readonly string[];
}

export interface Policy {
  /** While calls are observed, `get` also knows names that are on no list. */
  models: ReadonlyMap<string, PolicyModel>;
  /** Other names clients may use for a model: `openai/gpt-4o`, `gpt-4o`. */
  aliases: ReadonlyMap<string, string>;
  tasks: readonly PolicyTask[];
  tasksByName: ReadonlyMap<string, PolicyTask>;
  /** Routes of `auto` when no task matches: the first rule that matches, else the default route. */
  rules: readonly PolicyRule[];
  /** Where `auto` goes when no task matches; null when the operator gave none. */
  defaultRoute: PolicyRoute | null;
  tenants: ReadonlyMap<string, PolicyLimits>;
  /** The same as the task's, for calls without one. */
  marksCache: boolean;
  /** Null where calls are routed. */
  observing: PolicyObserving | null;
}
