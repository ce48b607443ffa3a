// Compiles a configuration into what the router runs on: policy, deployments, prices. Done once per configuration, so
// that nothing of it is interpreted on the way of a request.

import { type Cost, UNKNOWN_COST } from './call/money.ts';
import { baselineCost } from './catalog/baseline-cost.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { type PricingOptions, priceUsage } from './catalog/price-usage.ts';
import { overrideSpec } from './catalog/spec-override.ts';
import { countTokens } from './catalog/token-count.ts';
import type { Config, DeploymentConfig, ModelConfig, RouteConfig, TaskConfig } from './config/config.ts';
import { createMatcher } from './config/match.ts';
import type { Delivered, Delivery } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { sleepUnlessGone } from './delivery/sleep.ts';
import type { Policy, PolicyModel, PolicyRoute, PolicyTask } from './policy/policy.ts';
import type { Connection } from './provider/connection.ts';
import type { Engine } from './router.ts';
import { Breaker } from './state/breaker.ts';
import { RetryBudget } from './state/retry-budget.ts';

export interface EngineParts {
  catalog: Catalog;
  /** By name of the configured provider. */
  connections: ReadonlyMap<string, Connection>;
}

/** Largest reply held in memory; longer ones are not what language models write. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** Output to allow when neither client nor catalog says a bound and the dialect demands one. */
const DEFAULT_MAX_TOKENS = 8192;

interface CompiledModel {
  name: string;
  tier: string;
  config: ModelConfig;
  /** What the catalog and the operator know of the model, by its first deployment. */
  spec: ModelSpec | null;
  deployments: PricedDeployment[];
}

interface PricedDeployment extends Deployment {
  spec: ModelSpec | null;
}

export function createEngine(config: Config, parts: EngineParts): Engine {
  const models = new Map([...config.models.values()].map((model) => [model.name, compileModel(model, config, parts)]));
  const specs = new Map<Deployment, ModelSpec | null>();
  for (const model of models.values())
    for (const deployment of model.deployments) specs.set(deployment, deployment.spec);
  const priceOf = (deployment: Deployment, usage: Parameters<typeof priceUsage>[0], options: PricingOptions): Cost =>
    priceUsage(usage, specs.get(deployment) ?? null, options);
  const baseline = config.baseline === null ? null : (models.get(config.baseline) ?? null);
  return {
    policy: compilePolicy(config, models),
    delivery: compileDelivery(config, models),
    isStrict: (task) => (task === null ? undefined : config.tasks.get(task)?.isStrict) ?? config.isStrict,
    hasCostInUsage: config.answer.costInUsage,
    costOf: (deployment, usage, options) => priceOf(deployment, usage, options).nanoUsd,
    defaultMaxTokens: (deployment) =>
      Math.min(specs.get(deployment)?.maxOutputTokens ?? DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS),
    pricing: (atMs) => ({
      costOf: (exchange, usage) =>
        priceOf(exchange.deployment, usage, { atMs, serviceTier: exchange.result.facts.serviceTier }),
      baselineModel: baseline?.name ?? null,
      baselineOf: (exchange, usage) =>
        baselineOf(baseline, { exchange, usage, atMs, served: specs.get(exchange.deployment) ?? null }),
    }),
  };
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

function compilePolicy(config: Config, models: ReadonlyMap<string, CompiledModel>): Policy {
  const tasks = [...config.tasks.values()].map((task) => compileTask(task, models));
  return {
    models: new Map([...models].map(([name, model]) => [name, policyModel(model, config.contextGuardShare)])),
    aliases: aliasesOf(models),
    tasks,
    tasksByName: new Map(tasks.map((task) => [task.name, task])),
    defaultRoute: config.defaultRoute === null ? null : compileRoute(config.defaultRoute, models),
  };
}

function policyModel({ name, tier, spec }: CompiledModel, share: number): PolicyModel {
  const window = spec?.effectiveWindow ?? spec?.contextWindow ?? null;
  const family = spec?.tokenizer ?? 'generic';
  return {
    name,
    tier,
    inputLimit: window === null ? null : Math.floor(window * share),
    countTokens: (text) => countTokens(text, family),
  };
}

/** `provider/model` and the provider's own name lead to a configured model, unless two models claim the same name. */
function aliasesOf(models: ReadonlyMap<string, CompiledModel>): Map<string, string> {
  const aliases = new Map<string, string>();
  const claimed = new Set<string>();
  for (const { name, config } of models.values()) {
    for (const { provider, upstreamModel } of config.deployments) {
      for (const alias of [`${provider}/${upstreamModel}`, upstreamModel]) {
        const owner = aliases.get(alias);
        if (owner !== undefined && owner !== name) claimed.add(alias);
        else aliases.set(alias, name);
      }
    }
  }
  for (const alias of claimed) aliases.delete(alias);
  return aliases;
}

function compileTask(task: TaskConfig, models: ReadonlyMap<string, CompiledModel>): PolicyTask {
  return {
    name: task.name,
    matches: createMatcher(task.match, (text) => countTokens(text, 'generic')),
    claimsModels: task.match.some((rule) => rule.models.length > 0),
    route: compileRoute(task.route, models),
  };
}

function compileRoute(route: RouteConfig, models: ReadonlyMap<string, CompiledModel>): PolicyRoute {
  const names = route.targets.flatMap(({ kind, name }) =>
    kind === 'model' ? [name] : [...models.values()].filter((model) => model.tier === name).map((model) => model.name),
  );
  const say = route.targets.map(({ kind, name }) => (kind === 'tier' ? `tier ${name}` : name)).join(', then ');
  return { models: [...new Set(names)], say };
}

function compileDelivery(config: Config, models: ReadonlyMap<string, CompiledModel>): Delivery {
  const { firstByteMs, idleMs, totalMs } = config.timeouts;
  const { maxAttempts, baseDelayMs, maxDelayMs, maxRetryAfterMs, budgetShare } = config.retries;
  const deployments = new Map([...models.values()].map((model) => [model.name, model.deployments]));
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
    },
    budget: new RetryBudget(budgetShare),
    deploymentsOf: (model) => deployments.get(model) ?? [],
    random: Math.random,
    sleep: sleepUnlessGone,
  };
}
