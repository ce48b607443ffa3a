// Compiles the routing part of a configuration into the planner's policy: names become models, limits become sets, match
// rules become predicates. Done once per configuration.

import { leastCachedTokens } from './catalog/cache-minimum.ts';
import type { Catalog } from './catalog/catalog.ts';
import { type CharClasses, countTextClasses } from './catalog/char-classes.ts';
import { kindOf } from './catalog/model-kind.ts';
import type { ModelSpec } from './catalog/model-spec.ts';
import { priceUsage } from './catalog/price-usage.ts';
import { overrideSpec } from './catalog/spec-override.ts';
import { countTokens } from './catalog/token-count.ts';
import { vendorOf } from './catalog/vendors.ts';
import type {
  Config,
  LimitsConfig,
  ModelConfig,
  ProviderConfig,
  RouteConfig,
  RouteTarget,
  RuleConfig,
  TaskConfig,
} from './config/config.ts';
import { createMatcher } from './config/match.ts';
import type {
  Policy,
  PolicyDeployment,
  PolicyLimits,
  PolicyModel,
  PolicyRoute,
  PolicyRule,
  PolicyTask,
} from './policy/policy.ts';

/** What the catalog and the operator know of a model; `spec` is that of its first deployment. */
export interface ModelParts {
  name: string;
  /** Empty for a model without a tier. */
  tier: string;
  config: ModelConfig;
  spec: ModelSpec | null;
  deployments: readonly { spec: ModelSpec | null }[];
}

type Models = ReadonlyMap<string, ModelParts>;

/** The parts of a configuration's models without opening a connection to anybody. */
export function modelPartsOf(config: Config, catalog: Catalog): Models {
  const toParts = (model: ModelConfig): ModelParts => {
    const deployments = model.deployments.map(({ provider: name, upstreamModel }) => {
      const provider = config.providers.get(name);
      const vendor = vendorOf(name, provider?.kind === 'http' ? provider.baseUrl : undefined);
      return { spec: overrideSpec(catalog.find(vendor, upstreamModel), { vendor, id: upstreamModel }, model) };
    });
    return { name: model.name, tier: model.tier ?? '', config: model, spec: deployments[0]?.spec ?? null, deployments };
  };
  return new Map([...config.models.values()].map((model) => [model.name, toParts(model)]));
}

export function compilePolicy(config: Config, models: Models): Policy {
  const tasks = [...config.tasks.values()].map((task) => compileTask(task, models));
  const classesOf = rememberLast(countTextClasses);
  return {
    models: new Map([...models].map(([name, model]) => [name, compileModel(model, config, classesOf)])),
    aliases: aliasesOf(models),
    tasks,
    tasksByName: new Map(tasks.map((task) => [task.name, task])),
    rules: compileRules(config.rules, 'the file', models),
    defaultRoute: config.defaultRoute === null ? null : compileRoute(config.defaultRoute, models),
    tenants: new Map(
      [...config.tenants].map(([name, limits]) => [name, compileLimits(limits, `the tenant ${name}`, models)]),
    ),
    marksCache: config.marksCache,
  };
}

function compileModel(
  { name, tier, spec, config: model, deployments }: ModelParts,
  config: Config,
  classesOf: (text: string) => CharClasses,
): PolicyModel {
  const window = spec?.effectiveWindow ?? spec?.contextWindow ?? null;
  const family = spec?.tokenizer ?? 'generic';
  return {
    name,
    tier,
    rank: config.tiers.indexOf(tier),
    inputLimit: window === null ? null : Math.floor(window * config.contextGuardShare),
    window: spec?.contextWindow ?? null,
    leastCachedTokens: Math.max(...model.deployments.map(({ upstreamModel }) => leastCachedTokens(upstreamModel))),
    countTokens: (text) => countTokens(classesOf(text), family),
    capabilities: spec?.capabilities ?? null,
    kind: model.kind ?? kindOf(model.deployments[0]?.upstreamModel ?? '', spec),
    deployments: model.deployments.map(({ provider }) => compileDeployment(provider, config)),
    priceOf: (usage, atMs, allowed) => {
      let dearest = 0;
      for (const [at, deployment] of deployments.entries()) {
        if (allowed !== null && !allowed.includes(at)) continue;
        const { nanoUsd } = priceUsage(usage, deployment.spec, { atMs });
        if (nanoUsd === null) return null;
        dearest = Math.max(dearest, nanoUsd);
      }
      return dearest;
    },
  };
}

function compileDeployment(name: string, { providers }: Config): PolicyDeployment {
  const provider = providers.get(name);
  return {
    provider: name,
    dialects: dialectsOf(provider),
    isPrivate: provider?.isPrivate ?? false,
    region: provider?.region ?? null,
  };
}

function dialectsOf(provider: ProviderConfig | undefined): readonly string[] {
  if (provider === undefined || provider.kind === 'package') return ['neutral'];
  return provider.dialects;
}

/** The models of a plan count the same text, each in its own vocabulary. */
function rememberLast<Value>(read: (text: string) => Value): (text: string) => Value {
  let last: { text: string; value: Value } | null = null;
  return (text) => {
    if (last === null || last.text !== text) last = { text, value: read(text) };
    return last.value;
  };
}

/** `provider/model` and the provider's own name lead to a configured model, unless two models claim the same name. */
function aliasesOf(models: Models): Map<string, string> {
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

function compileTask(task: TaskConfig, models: Models): PolicyTask {
  const of = `the task ${task.name}`;
  return {
    name: task.name,
    matches: createMatcher(task.match, countGenericTokens),
    claimsModels: task.match.some((rule) => rule.models.length > 0),
    rules: compileRules(task.rules, of, models),
    route: compileRoute(task.route, models),
    limits: compileLimits(task, of, models),
    hasGates: task.accept.length > 0,
    otherwise: task.consequence === 'irreversible' ? 'error' : 'answer',
    typicalOutputTokens: task.typicalOutputTokens,
    marksCache: task.marksCache,
  };
}

function countGenericTokens(text: string): number {
  return countTokens(text, 'generic');
}

function compileRules(rules: readonly RuleConfig[], of: string, models: Models): PolicyRule[] {
  return rules.map(({ when, route }, index) => ({
    matches: when === null ? () => true : createMatcher([when], countGenericTokens),
    route: compileRoute(route, models),
    say: `rule ${index + 1} of ${of}`,
  }));
}

function compileLimits(limits: LimitsConfig, of: string, models: Models): PolicyLimits {
  return {
    of,
    isPrivate: limits.isPrivate,
    regions: limits.regions,
    allow: limits.allow === null ? null : new Set(namesOf(limits.allow, models)),
    deny: new Set(namesOf(limits.deny, models)),
    maxCostNanoUsd: limits.maxCostNanoUsd,
  };
}

function compileRoute(route: RouteConfig, models: Models): PolicyRoute {
  const { targets, ownCount, isCascade, mode, attemptTimeoutMs, hedge, stream, otherwise, latencyMs } = route;
  return {
    models: namesOf(targets, models),
    ownCount: namesOf(targets.slice(0, ownCount), models).length,
    isCascade,
    mode,
    attemptTimeoutMs,
    hedge,
    stream,
    otherwise,
    latencyMs,
    say: sayRoute(route),
  };
}

/** Names of the models that targets stand for, each once. */
export function namesOf(targets: readonly RouteTarget[], models: Models): string[] {
  const names = targets.flatMap(({ kind, name }) =>
    kind === 'model' ? [name] : [...models.values()].filter((model) => model.tier === name).map((model) => model.name),
  );
  return [...new Set(names)];
}

function sayRoute({ targets, ownCount, isCascade, mode }: RouteConfig): string {
  const words = targets.map(({ kind, name }) => (kind === 'tier' ? `tier ${name}` : name));
  const fallbacks = words.slice(ownCount).map((word) => `, then ${word}`);
  const own = words.slice(0, ownCount);
  if (isCascade) return `cascade ${own.join(' > ')}${fallbacks.join('')}`;
  if (mode !== null) return `best ${mode.best} among ${own.join(', ')}${fallbacks.join('')}`;
  return words.join(', then ');
}
