// What the points of one task are told from.
import type { Config, TaskConfig } from '../../config/config.ts';
import { otherwiseOf } from '../../policy/attempts.ts';
import type { Policy, PolicyModel, PolicyRoute, PolicyTask } from '../../policy/policy.ts';
import type { Evidence } from './evidence.ts';

export interface TaskFacts {
  config: Config;
  task: TaskConfig;
  policy: Policy;
  policyTask: PolicyTask;
  evidence: Evidence;
  /** Milliseconds since 1970. */
  nowMs: number;
  /** How old evidence may be. */
  maxAgeMs: number;
  /** Samples that an evaluation needs. */
  minSamples: number;
}

export interface PlacedRoute {
  /** `route`, `rules[0].route`. */
  at: string;
  route: PolicyRoute;
  /** The route proper, in its order. */
  own: PolicyModel[];
  /** Every model, fallbacks included. */
  all: PolicyModel[];
}

export function routesOf({ policy, policyTask }: Pick<TaskFacts, 'policy' | 'policyTask'>): PlacedRoute[] {
  const routes = [
    { at: 'route', route: policyTask.route },
    ...policyTask.rules.map(({ route }, index) => ({ at: `rules[${index}].route`, route })),
  ];
  return routes.map(({ at, route }) => {
    const all = route.models.map((name) => policy.models.get(name) as PolicyModel);
    return { at, route, own: all.slice(0, route.ownCount), all };
  });
}

/** Whether which model of the route proper goes first is decided anew for every request. */
export function isChosen({ mode, predict }: PolicyRoute): boolean {
  return mode !== null || predict !== null;
}

/** Whether one answer may take more than one model of the route proper. */
export function isLadder({ isCascade, predict }: PolicyRoute): boolean {
  return isCascade || predict?.predictor.isCascade === true;
}

/** Each model that a route of the task leads to, once. */
export function modelsOf(facts: Pick<TaskFacts, 'policy' | 'policyTask'>): PolicyModel[] {
  return [...new Set(routesOf(facts).flatMap(({ all }) => all))];
}

/** Whether gates are asked about answers of this route at all. */
export function isGated(route: PolicyRoute, task: PolicyTask): boolean {
  return task.hasGates && (route.isCascade || otherwiseOf(route, task) === 'error');
}

/** `tasks.triage.owner`. */
export function keyOf({ task }: Pick<TaskFacts, 'task'>, key: string): string {
  return `tasks.${task.name}.${key}`;
}
