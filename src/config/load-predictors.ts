// Loads the artifacts that predicted routes name, once per configuration. What cannot be used is a problem of the configuration like
// any other, told with its line.
import type { NanoUsd } from '../call/money.ts';
import type { Predictor, PromiseName } from '../policy/predictor.ts';
import type { Config, PredictConfig, RouteConfig, RouteTarget, RuleConfig } from './config.ts';
import { readConfigFile } from './load.ts';
import { unknownName } from './names.ts';
import { ConfigError, type Path } from './problem.ts';
import { type Finding, readSource, type Source, valueSource } from './source.ts';

/** What a route asks of its artifact. */
export interface Wanted {
  /** The pass rate asked for, 0 to 1; null: none. At most one of these three; without any the artifact's own recommendation. */
  quality: number | null;
  /** What a request may cost on average; null: anything. */
  maxCostNanoUsd: NanoUsd | null;
  promise: PromiseName | null;
  /** Whether a learned gate can go through its order: without one the predictor must not name more than one model. */
  isGated: boolean;
  /** The provider's name of a configured model: another model behind a name has not been learned from. Null where none is configured. */
  snapshotOf: (model: string) => string | null;
}

/** `path`: of the route. Only a task has gates that a learned one can join. */
export function wantedBy({ quality, maxCostNanoUsd, promise }: PredictConfig, path: Path, { models }: Config): Wanted {
  return {
    quality,
    maxCostNanoUsd,
    promise,
    isGated: path[0] === 'tasks' || path[0] === 'rollouts',
    snapshotOf: (model) => models.get(model)?.deployments[0]?.upstreamModel ?? null,
  };
}

/** Opens an artifact. Throws an Error whose message and, where there is one, `hint` are sentences for the operator. */
export type LoadPredictor = (file: string, wanted: Wanted) => Predictor;

/** The predictors of a configuration by what its routes say of them. */
export type Predictors = ReadonlyMap<PredictConfig, Predictor>;

export interface Foresight {
  /** The configuration with every model of its predicted routes named. */
  config: Config;
  predictors: Predictors;
}

/** What stands in for a loader. */
const cannotLoad: LoadPredictor = (file) => {
  throw new Error(`${file} cannot be loaded: this release knows no artifacts`);
};

/** A configuration without predicted routes is given back as it is. Throws ConfigError with every problem. */
export function loadPredictors(config: Config, load: LoadPredictor = cannotLoad): Foresight {
  if (!routesOf(config).some(({ route }) => route.predict !== null)) return { config, predictors: new Map() };
  const loading = new Loading(config, load);
  const { tasks, rules, defaultRoute, rollouts } = config;
  const complete = {
    ...config,
    tasks: new Map(
      [...tasks].map(([name, task]) => {
        const path = ['tasks', name];
        const route = loading.complete(task.route, [...path, 'route']);
        return [name, { ...task, route, rules: loading.completeRules(task.rules, path) }];
      }),
    ),
    rules: loading.completeRules(rules, []),
    defaultRoute: defaultRoute === null ? null : loading.complete(defaultRoute, ['default']),
    rollouts: new Map(
      [...rollouts].map(([name, rollout]) => {
        const candidate = loading.complete(rollout.candidate, ['rollouts', name, 'candidate']);
        return [name, { ...rollout, candidate }];
      }),
    ),
  };
  if (loading.findings.length > 0) {
    const source = sourceOf(config);
    throw new ConfigError(config.file ?? 'the configuration', loading.findings.map(source.place, source));
  }
  return { config: complete, predictors: loading.predictors };
}

/** Every route with its place. */
export function routesOf({ tasks, rules, defaultRoute, rollouts }: Config): { route: RouteConfig; path: Path }[] {
  const ofRules = (all: readonly RuleConfig[], path: Path) =>
    all.map(({ route }, index) => ({ route, path: [...path, 'rules', index, 'route'] }));
  return [
    ...[...tasks.values()].flatMap(({ name, route, rules: own }) => [
      { route, path: ['tasks', name, 'route'] },
      ...ofRules(own, ['tasks', name]),
    ]),
    ...ofRules(rules, []),
    ...(defaultRoute === null ? [] : [{ route: defaultRoute, path: ['default'] }]),
    ...[...rollouts.values()].map(({ task, candidate: route }) => ({ route, path: ['rollouts', task, 'candidate'] })),
  ];
}

class Loading {
  readonly predictors = new Map<PredictConfig, Predictor>();
  readonly findings: Finding[] = [];
  private readonly config: Config;
  private readonly load: LoadPredictor;

  constructor(config: Config, load: LoadPredictor) {
    this.config = config;
    this.load = load;
  }

  completeRules(rules: readonly RuleConfig[], path: Path): RuleConfig[] {
    return rules.map((rule, index) => ({
      ...rule,
      route: this.complete(rule.route, [...path, 'rules', index, 'route']),
    }));
  }

  /** The route with its models named; as it is where nothing learned decides. */
  complete(route: RouteConfig, path: Path): RouteConfig {
    if (route.predict === null) return route;
    const { file, among } = route.predict;
    let predictor: Predictor;
    try {
      predictor = this.load(file, wantedBy(route.predict, path, this.config));
    } catch (error) {
      const { message, hint = null } = error as Error & { hint?: string | null };
      this.findings.push({ path: [...path, 'predict'], at: 'value', message, hint });
      return route;
    }
    const predict = { ...route.predict, static: route.predict.static ?? predictor.reference };
    this.refuse(route, predictor, path);
    this.predictors.set(predict, predictor);
    const fallbacks = route.targets.slice(route.ownCount);
    const own = (among ?? predictor.models).map((name): RouteTarget => ({ kind: 'model', name }));
    const rest = fallbacks.filter(({ kind, name }) => kind !== 'model' || !own.some((target) => target.name === name));
    return { ...route, predict, targets: [...own, ...rest], ownCount: own.length };
  }

  private refuse(route: RouteConfig, { models, reference }: Predictor, path: Path): void {
    const { among = null, static: first = null } = route.predict ?? {};
    const found = this.findings.length;
    for (const [index, name] of (among ?? []).entries()) {
      if (models.includes(name)) continue;
      const finding = unknownName('model', name, { path: [...path, 'among', index], known: models });
      this.findings.push({ ...finding, message: `the artifact knows nothing of "${name}"` });
    }
    const strange = among !== null ? [] : models.filter((name) => !this.config.models.has(name));
    if (strange.length > 0) {
      const message = `knows models that are not configured: ${strange.join(', ')}`;
      const hint = 'Name the models to choose from under `among`, or configure the others under these names.';
      this.findings.push({ path: [...path, 'predict'], at: 'value', message, hint });
    }
    if (found < this.findings.length) return;
    if (first !== null && !models.includes(first))
      this.findings.push({
        ...unknownName('model', first, { path: [...path, 'static'], known: models }),
        message: `the artifact knows nothing of "${first}"`,
      });
    if (first === null && among !== null && !among.includes(reference)) {
      const message = `its reference model "${reference}" does not stand in \`among\`, so nothing says where requests go without a forecast`;
      const hint = `Add ${reference} to \`among\`, or say \`static\`: one of ${among.join(', ')}.`;
      this.findings.push({ path: [...path, 'predict'], at: 'value', message, hint });
    }
  }
}

/** The file again, for the lines. What it says may have changed meanwhile; a problem is told all the same. */
export function sourceOf({ file }: Config): Source {
  if (file === null) return valueSource(null);
  try {
    return readSource(readConfigFile(file), file, process.env);
  } catch {
    return valueSource(null);
  }
}
