// Compiles the routing part of a configuration into the planner's policy: names become models, limits become sets, match
// rules become predicates. Done once per configuration.

import { GrowingMap } from './call/growing-map.ts';
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
  PredictConfig,
  ProviderConfig,
  RouteConfig,
  RouteTarget,
  RuleConfig,
  TaskConfig,
} from './config/config.ts';
import { gateKey } from './config/load-learned-gates.ts';
import type { Predictors } from './config/load-predictors.ts';
import { createMatcher } from './config/match.ts';
import { mapModels, soleProviders } from './config/observe.ts';
import type { RolloutConfig } from './config/rollout-config.ts';
import type {
  Policy,
  PolicyDeployment,
  PolicyLimits,
  PolicyModel,
  PolicyPredict,
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
  return mapModels(config, catalog, toParts);
}

/** What routes are compiled with. */
interface Ground {
  models: Models;
  predictors: Predictors;
  tiers: readonly string[];
}

const NO_PREDICTORS: Predictors = new Map();

/** Without its predictor a predicted route is its static one. */
export function compilePolicy(config: Config, models: Models, predictors: Predictors = NO_PREDICTORS): Policy {
  const ground: Ground = { models, predictors, tiers: config.tiers };
  const tasks = [...config.tasks.values()].map((task) => compileTask(task, config.rollouts.get(task.name), ground));
  const classesOf = rememberLast(countTextClasses);
  return {
    models: compileModels(models, (model) => compileModel(model, config, classesOf)),
    aliases: aliasesOf(models),
    tasks,
    tasksByName: new Map(tasks.map((task) => [task.name, task])),
    rules: compileRules(config.rules, 'the file', { ground }),
    defaultRoute: config.defaultRoute === null ? null : compileRoute(config.defaultRoute, ground),
    tenants: new Map(
      [...config.tenants].map(([name, limits]) => [name, compileLimits(limits, `the tenant ${name}`, models)]),
    ),
    marksCache: config.marksCache,
    observing: config.observes
      ? {
          baseline: config.baseline,
          soleProviders: soleProviders(config),
          offered: models instanceof GrowingMap ? models.offers : [],
        }
      : null,
  };
}

/** Where the parts of a model can be made of its name, so can the model. */
function compileModels(models: Models, compile: (parts: ModelParts) => PolicyModel): Policy['models'] {
  const given = [...models].map(([name, parts]): [string, PolicyModel] => [name, compile(parts)]);
  if (!(models instanceof GrowingMap)) return new Map(given);
  return new GrowingMap(given, {
    make: (name) => {
      const parts = models.get(name);
      return parts === undefined ? undefined : compile(parts);
    },
  });
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

function compileTask(task: TaskConfig, rollout: RolloutConfig | undefined, ground: Ground): PolicyTask {
  const of = `the task ${task.name}`;
  const { models } = ground;
  // A wrong answer that cannot be taken back is no price for learning.
  const isCautious = task.consequence === 'irreversible';
  const route = compileRoute(task.route, ground, { isCautious, isGated: true });
  const rules = compileRules(task.rules, of, { ground, isCautious, isGated: true });
  return {
    name: task.name,
    matches: createMatcher(task.match, countGenericTokens),
    claimsModels: task.match.some((rule) => rule.models.length > 0),
    rules,
    route,
    rollout:
      rollout === undefined
        ? null
        : { candidate: compileRoute(rollout.candidate, ground, { isCautious, isGated: true }), by: rollout.by },
    limits: compileLimits(task, of, models),
    // A cascade of an artifact has a gate of its own.
    hasGates: task.accept.length > 0 || [route, ...rules.map((rule) => rule.route)].some(isLearnedCascade),
    otherwise: task.consequence === 'irreversible' ? 'error' : 'answer',
    typicalOutputTokens: task.typicalOutputTokens,
    marksCache: task.marksCache,
  };
}

function isLearnedCascade({ predict }: PolicyRoute): boolean {
  return predict !== null && predict.gate !== null;
}

function countGenericTokens(text: string): number {
  return countTokens(text, 'generic');
}

function compileRules(
  rules: readonly RuleConfig[],
  of: string,
  { ground, ...way }: { ground: Ground } & Partial<PredictedWay>,
): PolicyRule[] {
  return rules.map(({ when, route }, index) => ({
    matches: when === null ? () => true : createMatcher([when], countGenericTokens),
    route: compileRoute(route, ground, way),
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

interface PredictedWay {
  /** Nothing is explored. */
  isCautious: boolean;
  /** There is a task, whose gates a learned one can join. */
  isGated: boolean;
}

function compileRoute(route: RouteConfig, ground: Ground, way: Partial<PredictedWay> = {}): PolicyRoute {
  const { targets, ownCount, isCascade, mode, attemptTimeoutMs, hedge, stream, otherwise, latencyMs } = route;
  const { models } = ground;
  const names = namesOf(targets, models);
  const own = namesOf(targets.slice(0, ownCount), models);
  return {
    models: route.predict === null ? names : [...sortByTrust(own, route.predict, ground), ...names.slice(own.length)],
    ownCount: own.length,
    isCascade,
    mode,
    predict: route.predict === null ? null : compilePredict(route.predict, ground, way),
    attemptTimeoutMs,
    hedge,
    stream,
    otherwise,
    latencyMs,
    say: sayRoute(route),
  };
}

function compilePredict(
  predict: PredictConfig,
  { predictors }: Ground,
  { isCautious = false, isGated = false }: Partial<PredictedWay>,
): PolicyPredict | null {
  const predictor = predictors.get(predict);
  if (predictor === undefined) return null;
  const { static: first, exploreShare, encoderTimeoutMs } = predict;
  return {
    predictor,
    static: first ?? predictor.reference,
    exploreShare: isCautious ? 0 : exploreShare,
    encoderTimeoutMs,
    gate: isGated && predictor.isCascade ? gateKey(predict) : null,
  };
}

/** The artifact's reference, then the higher tier; equal ones as they stand. Without the artifact the static model goes first. */
function sortByTrust(
  names: readonly string[],
  predict: PredictConfig,
  { models, predictors, tiers }: Ground,
): string[] {
  const top = predictors.get(predict)?.reference ?? predict.static;
  const trustOf = (name: string): number => (name === top ? tiers.length : tiers.indexOf(models.get(name)?.tier ?? ''));
  return names.toSorted((one, other) => trustOf(other) - trustOf(one));
}

/** Names of the models that targets stand for, each once. */
export function namesOf(targets: readonly RouteTarget[], models: Models): string[] {
  const names = targets.flatMap(({ kind, name }) =>
    kind === 'model' ? [name] : [...models.values()].filter((model) => model.tier === name).map((model) => model.name),
  );
  return [...new Set(names)];
}

/** A route in a few words: `cascade nano > haiku, then sonnet`. */
export function sayRoute({ targets, ownCount, isCascade, mode, predict }: RouteConfig): string {
  const words = targets.map(({ kind, name }) => (kind === 'tier' ? `tier ${name}` : name));
  const fallbacks = words.slice(ownCount).map((word) => `, then ${word}`);
  const own = words.slice(0, ownCount);
  if (isCascade) return `cascade ${own.join(' > ')}${fallbacks.join('')}`;
  if (predict !== null) return `predicted among ${own.join(', ')}${fallbacks.join('')}`;
  if (mode !== null) return `best ${mode.best} among ${own.join(', ')}${fallbacks.join('')}`;
  return words.join(', then ');
}
