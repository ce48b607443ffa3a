// Findings about second answers: a model that would have to vouch for itself.
import type { Config } from '../../config/config.ts';
import type { GateConfig } from '../../gate/gate-config.ts';
import { otherwiseOf } from '../../policy/attempts.ts';
import type { Policy, PolicyRoute, PolicyTask } from '../../policy/policy.ts';
import type { Finding } from './finding.ts';
import { compiledRoutesOf } from './reach.ts';

/** Models whose second answer the gates ask for. */
export function secondsOf(accept: readonly GateConfig[]): string[] {
  return accept.flatMap((gate) => (gate.kind === 'agreement' ? [gate.model] : []));
}

/** A second model that is also one of those whose answers are checked. */
export function findOwnSeconds({ tasks }: Config, policy: Policy): Finding[] {
  return policy.tasks.flatMap((task) => {
    const seconds = new Set(secondsOf(tasks.get(task.name)?.accept ?? []));
    return compiledRoutesOf(task).flatMap(({ route, at }) =>
      checkedModels(route, task)
        .filter((model) => seconds.has(model))
        .map((model): Finding => {
          const say = `${model} is asked for second answers and cannot vouch for its own, which are refused whatever they say; compare with another model`;
          return { level: 'warning', code: 'own_second', at, say };
        }),
    );
  });
}

/** Those whose answers a costly gate is asked about: not the last of a route that would give its answer anyway. */
function checkedModels(route: PolicyRoute, task: PolicyTask): readonly string[] {
  const isStrict = otherwiseOf(route, task) === 'error';
  if (isStrict) return route.models;
  return route.isCascade ? route.models.slice(0, route.ownCount - 1) : [];
}
