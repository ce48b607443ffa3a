// Findings about what can be reached: rules and tasks that never see a request, models that no route leads to, private
// tasks whose models also have public places.
import type { Config, ModelConfig, RouteConfig, RuleConfig } from '../../config/config.ts';
import { askingOf } from '../../config/resolve-accept.ts';
import { isReached } from '../../config/resolve-route.ts';
import type { PolicyRoute, PolicyTask } from '../../policy/policy.ts';
import { covers } from './covers.ts';
import type { Finding } from './finding.ts';

/** A route with the place it is written at. */
export interface PlacedRoute {
  at: string;
  /** Name of its task; null for a route of the file. */
  task: string | null;
  route: RouteConfig;
}

export function routesOf(config: Config): PlacedRoute[] {
  const ofRules = (rules: readonly RuleConfig[], at: string, task: string | null): PlacedRoute[] =>
    rules.map(({ route }, index) => ({ at: `${at}rules[${index}].route`, task, route }));
  const ofTasks = [...config.tasks.values()].flatMap(({ name, rules, route }) => [
    ...ofRules(rules, `tasks.${name}.`, name),
    { at: `tasks.${name}.route`, task: name, route },
  ]);
  const byDefault = config.defaultRoute === null ? [] : [{ at: 'default', task: null, route: config.defaultRoute }];
  const ofRollouts = [...config.rollouts.values()].map(({ task, candidate: route }) => ({
    at: `rollouts.${task}.candidate`,
    task,
    route,
  }));
  return [...ofTasks, ...ofRollouts, ...ofRules(config.rules, '', null), ...byDefault];
}

/** The compiled routes of a task with the places they are written at. */
export function compiledRoutesOf({ name, rules, route, rollout }: PolicyTask): { at: string; route: PolicyRoute }[] {
  return [
    ...rules.map((rule, index) => ({ route: rule.route, at: `tasks.${name}.rules[${index}].route` })),
    { route, at: `tasks.${name}.route` },
    ...(rollout === null ? [] : [{ route: rollout.candidate, at: `rollouts.${name}.candidate` }]),
  ];
}

export function findUnreachable(config: Config): Finding[] {
  return [
    ...hiddenRules(config.rules, ''),
    ...[...config.tasks.values()].flatMap(({ name, rules }) => hiddenRules(rules, `tasks.${name}.`)),
    ...hiddenTasks(config),
    ...idleModels(config),
    ...keylessTenants(config),
  ];
}

/** Limits of a tenant whom no key belongs to bind nobody. Without keys it may be one of the library's. */
function keylessTenants({ keys, tenants }: Config): Finding[] {
  const known = new Set(keys.map(({ tenant }) => tenant));
  const names = keys.length === 0 ? [] : [...tenants.keys()].filter((name) => !known.has(name));
  const list = [...known].join(', ');
  return names.map((name) => ({
    level: 'warning',
    code: 'tenant_without_key',
    at: `tenants.${name}`,
    say: `binds nobody: no key belongs to this tenant (those of \`keys\`: ${list})`,
  }));
}

function hiddenRules(rules: readonly RuleConfig[], prefix: string): Finding[] {
  return rules.flatMap(({ when }, index) => {
    const before = rules.findIndex((rule, other) => other < index && covers(rule.when, when));
    if (before === -1) return [];
    const say = `never decides: rules[${before}] comes first and holds whenever this one does`;
    return [{ level: 'error', code: 'unreachable_rule', at: `${prefix}rules[${index}]`, say }];
  });
}

/** A task can still be named, so this is no error. */
function hiddenTasks({ tasks }: Config): Finding[] {
  const all = [...tasks.values()];
  return all.flatMap(({ name, match }, index) => {
    const hider = (rule: (typeof match)[number]) =>
      all.slice(0, index).find((earlier) => earlier.match.some((other) => covers(other, rule)));
    const hiders = match.map(hider);
    if (match.length === 0 || hiders.includes(undefined)) return [];
    const names = [...new Set(hiders.map((task) => task?.name))].join(', ');
    const say = `gets only requests that name it: ${names} comes first and claims whatever it would match`;
    return [{ level: 'warning', code: 'unreachable_task', at: `tasks.${name}.match`, say }];
  });
}

function idleModels(config: Config): Finding[] {
  const routes = routesOf(config);
  const isIdle = (model: ModelConfig): boolean =>
    model.name !== config.baseline &&
    model.kind !== 'embedding' &&
    !isAsked(model, config) &&
    !routes.some(({ route }) => isReached(model, route));
  return [...config.models.values()].filter(isIdle).map(({ name, tier }) => ({
    level: tier === null ? 'note' : 'warning',
    code: 'idle_model',
    at: `models.${name}`,
    say: 'no route leads to it: only requests that ask for it by name get it',
  }));
}

/** Whether a gate, an encoder or a canary asks it. */
function isAsked({ name }: ModelConfig, { tasks, encoders, canary }: Config): boolean {
  for (const { reference, judge } of canary?.tasks.values() ?? [])
    if (reference === name || judge?.model === name) return true;
  const byGates = [...tasks.values()].flatMap(askingOf).some(({ model }) => model === name);
  return byGates || [...encoders.values()].some((encoder) => 'model' in encoder && encoder.model === name);
}

/** Places that a private task leaves out. A model without any private place is refused when the file is read. */
export function findPublicPlaces(config: Config): Finding[] {
  return routesOf(config).flatMap(({ at, task, route }) => {
    if (task === null || config.tasks.get(task)?.isPrivate !== true) return [];
    return [...config.models.values()].flatMap((model): Finding[] => {
      const open = model.deployments.filter(({ provider }) => config.providers.get(provider)?.isPrivate === false);
      if (open.length === 0 || !isReached(model, route)) return [];
      const providers = open.map(({ provider }) => provider).join(', ');
      const say = `the task is private, so ${open.length} of ${model.deployments.length} deployments of ${model.name} (${providers}) never serve it`;
      return [{ level: 'warning', code: 'public_deployment', at, say }];
    });
  });
}
