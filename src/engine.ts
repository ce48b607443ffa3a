// Compiles a configuration into what the router runs on: policy, deployments, prices. Done once per configuration, so
// that nothing of it is interpreted on the way of a request.

import { createBatchPricing } from './batch-price.ts';
import { type Cost, UNKNOWN_COST } from './call/money.ts';
import { baselineCost } from './catalog/baseline-cost.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { type PricingOptions, priceUsage } from './catalog/price-usage.ts';
import { overrideSpec } from './catalog/spec-override.ts';
import { compilePolicy, type ModelParts } from './compile-policy.ts';
import type { Config, DeploymentConfig, ModelConfig } from './config/config.ts';
import { withLearned } from './config/load-learned-gates.ts';
import type { Predictors } from './config/load-predictors.ts';
import { mapModels } from './config/observe.ts';
import type { Delivered, Delivery } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { sleepUnlessGone } from './delivery/sleep.ts';
import { createEncodeRequest, type RequestEncoder } from './encoding.ts';
import type { Gate } from './gate/gate.ts';
import { isFollowUp, pinAfter } from './policy/pin.ts';
import { NO_STATE, type PlanState } from './policy/state.ts';
import type { Connection } from './provider/connection.ts';
import { withRest } from './resting-predictor.ts';
import type { Engine, Holder } from './router.ts';
import { Breaker } from './state/breaker.ts';
import { History } from './state/history.ts';
import { Pins } from './state/pins.ts';
import { RetryBudget } from './state/retry-budget.ts';

export interface EngineParts {
  catalog: Catalog;
  /** By name of the configured provider. */
  connections: ReadonlyMap<string, Connection>;
  /** Outlives a configuration, so that a reload forgets no conversation; made anew when not given. */
  memory?: PolicyMemory;
  /** By task; none when not given. */
  gates?: ReadonlyMap<string, readonly Gate[]>;
  /** Those of predicted cascades, by key. */
  learnedGates?: ReadonlyMap<string, Gate>;
  /** What predicted routes ask; without theirs they are static. */
  predictors?: Predictors;
  /** By the name that predictors know them under; none when not given. */
  encoders?: ReadonlyMap<string, RequestEncoder>;
  /** What exploration draws, 0 to below 1; `Math.random` when not given. */
  random?: () => number;
  /** The rollouts that are running; none when not given. */
  rolloutOf?: PlanState['rolloutOf'];
  /** Models that tasks go without for a while; none when not given. */
  bypassOf?: PlanState['bypassOf'];
  /** Told when a predictor is not asked for a while. */
  warn?: ((sentence: string) => void) | undefined;
  /** What happens to calls that have ended; nothing when not given. */
  afterwards?: Engine['afterwards'];
}

/** What the planner is reminded of. */
export interface PolicyMemory {
  pins: Pins;
  history: History;
}

/** `history`: what is known already, from the ledger. */
export function createMemory(history = new History()): PolicyMemory {
  return { pins: new Pins(), history };
}

const NO_GATES: readonly Gate[] = [];

/** Largest reply held in memory; longer ones are not what language models write. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** Output to allow when neither client nor catalog says a bound and the dialect demands one. */
const DEFAULT_MAX_TOKENS = 8192;

interface CompiledModel extends ModelParts {
  deployments: PricedDeployment[];
}

interface PricedDeployment extends Deployment {
  spec: ModelSpec | null;
}

export function createEngine(config: Config, parts: EngineParts): Engine {
  const specs = new WeakMap<Deployment, ModelSpec | null>();
  const models = mapModels(config, parts.catalog, (written) => {
    const model = compileModel(written, config, parts);
    for (const deployment of model.deployments) specs.set(deployment, deployment.spec);
    return model;
  });
  const priceOf = (deployment: Deployment, usage: Parameters<typeof priceUsage>[0], options: PricingOptions): Cost =>
    priceUsage(usage, specs.get(deployment) ?? null, options);
  const usual = config.baseline === null ? null : (models.get(config.baseline) ?? null);
  const { pins, history } = parts.memory ?? createMemory();
  const { predictors, random = Math.random, rolloutOf = NO_STATE.rolloutOf, bypassOf = NO_STATE.bypassOf } = parts;
  const draws = predictors !== undefined && predictors.size > 0;
  const policy = compilePolicy(config, models, watched(parts));
  return {
    policy,
    encode: createEncodeRequest(parts.encoders ?? new Map(), policy),
    planState: (nowMs) => ({
      nowMs,
      spends: true,
      draw: draws ? random() : NO_STATE.draw,
      embedding: null,
      pinOf: (key) => pins.get(key),
      rolloutOf,
      bypassOf,
      recordOf: (task, model) => history.recordOf(task, model),
    }),
    learn: ({ pin: order, attempts }, row) => {
      history.observe(row, isFollowUp(order, row.atMs));
      const pin = order === null ? null : pinAfter(order, attempts, row);
      if (order !== null && pin !== null) pins.set(order.key, pin);
    },
    gatesOf: (task, learnedGate = null) =>
      withLearned((task === null ? undefined : parts.gates?.get(task)) ?? NO_GATES, parts.learnedGates, learnedGate),
    delivery: compileDelivery(config, models),
    isStrict: (task) => (task === null ? undefined : config.tasks.get(task)?.isStrict) ?? config.isStrict,
    hasCostInUsage: config.answer.costInUsage,
    costOf: (deployment, usage, options) => priceOf(deployment, usage, options).nanoUsd,
    defaultMaxTokens: (deployment) =>
      Math.min(specs.get(deployment)?.maxOutputTokens ?? DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS),
    afterwards: parts.afterwards,
    holders: holdersOf(config, parts.connections),
    priceBatched: createBatchPricing({
      catalog: parts.catalog,
      models: models.values(),
      baseline: usual,
      isOwnBaseline: config.observes,
      vendorOf: (provider) => parts.connections.get(provider)?.vendor ?? provider,
    }),
    pricing: (atMs, against) => {
      const baseline = against === undefined ? usual : (models.get(against) ?? null);
      return {
        costOf: (exchange, usage) =>
          priceOf(exchange.deployment, usage, { atMs, serviceTier: exchange.result.facts.serviceTier }),
        baselineModel: baseline?.name ?? null,
        baselineOf: (exchange, usage) =>
          baselineOf(baseline, { exchange, usage, atMs, served: specs.get(exchange.deployment) ?? null }),
      };
    },
  };
}

function watched({ predictors = new Map(), warn = () => undefined }: EngineParts): Predictors {
  return new Map(
    [...predictors].map(([predict, predictor]) => [predict, withRest(predictor, { file: predict.file, warn })]),
  );
}

function holdersOf({ providers }: Config, connections: EngineParts['connections']): Holder[] {
  return [...providers.values()].flatMap(({ name, kind, region }) => {
    const connection = connections.get(name);
    return kind === 'http' && connection?.pass != null ? [{ connection, region }] : [];
  });
}

function baselineOf(
  baseline: CompiledModel | null,
  answer: { exchange: Delivered; usage: Parameters<typeof priceUsage>[0]; atMs: number; served: ModelSpec | null },
): Cost {
  if (baseline === null || answer.usage === null) return UNKNOWN_COST;
  const { usage, atMs, exchange } = answer;
  // The baseline itself answered: what it cost is what it would have cost.
  if (exchange.attempt.model === baseline.name) {
    return priceUsage(usage, answer.served, { atMs, serviceTier: exchange.result.facts.serviceTier });
  }
  const { serviceTier } = exchange.result.facts;
  return baselineCost(usage, { served: answer.served, baseline: baseline.spec }, { atMs, serviceTier });
}

function compileModel(config: ModelConfig, whole: Config, parts: EngineParts): CompiledModel {
  const deployments = config.deployments.map((deployment) => compileDeployment(deployment, config, { whole, parts }));
  return { name: config.name, tier: config.tier ?? '', config, spec: deployments[0]?.spec ?? null, deployments };
}

function compileDeployment(
  { provider, upstreamModel, weight }: DeploymentConfig,
  model: ModelConfig,
  { whole, parts }: { whole: Config; parts: EngineParts },
): PricedDeployment {
  const connection = parts.connections.get(provider);
  if (connection === undefined) throw new Error(`provider ${provider} of model ${model.name} has no connection`);
  const { vendor } = connection;
  return {
    connection,
    upstreamModel,
    weight,
    restUntil: 0,
    breaker: new Breaker(whole.breaker, () => performance.now()),
    spec: overrideSpec(parts.catalog.find(vendor, upstreamModel), { vendor, id: upstreamModel }, model),
  };
}

function compileDelivery(config: Config, models: ReadonlyMap<string, CompiledModel>): Delivery {
  const { firstByteMs, idleMs, totalMs } = config.timeouts;
  const { maxAttempts, baseDelayMs, maxDelayMs, maxRetryAfterMs, budgetShare } = config.retries;
  return {
    options: {
      firstByteMs,
      idleMs,
      totalMs,
      maxReplyBytes: MAX_REPLY_BYTES,
      maxAttempts,
      baseDelayMs,
      maxDelayMs,
      maxRetryAfterMs,
      keepAliveMs: config.timeouts.keepAliveMs,
    },
    budget: new RetryBudget(budgetShare),
    deploymentsOf: (model) => models.get(model)?.deployments ?? [],
    random: Math.random,
    sleep: sleepUnlessGone,
  };
}
