// Findings about models that make embeddings, standing where only a model that talks is of use. Never about models whose kind
// nobody knows.
import type { Config, TaskConfig } from '../../config/config.ts';
import { isReached } from '../../config/resolve-route.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Finding } from './finding.ts';
import { routesOf } from './reach.ts';

export function findMisplacedEmbeddings(config: Config, policy: Policy): Finding[] {
  return [...mixedRoutes(config, policy), ...idleGates(config, policy), ...silentBaseline(config, policy)];
}

/** Whether all that a task asks for is embeddings, which have no answer to be checked. */
export function isForEmbeddings({ name }: TaskConfig, config: Config, policy: Policy): boolean {
  const routes = routesOf(config).filter(({ task }) => task === name);
  const reached = [...config.models.values()].filter((model) => routes.some(({ route }) => isReached(model, route)));
  return reached.every((model) => makesEmbeddings(model, policy));
}

function makesEmbeddings({ name }: { name: string }, { models }: Policy): boolean {
  return models.get(name)?.kind === 'embedding';
}

function mixedRoutes(config: Config, policy: Policy): Finding[] {
  return routesOf(config).flatMap(({ at, route }): Finding[] => {
    const reached = [...config.models.values()].filter((model) => isReached(model, route));
    const makers = reached.filter((model) => makesEmbeddings(model, policy)).map(({ name }) => name);
    if (makers.length === 0 || reached.length === 1) return [];
    const say = `no request can use ${makers.join(', ')} here: embeddings are asked of one model alone, and chat of models that talk`;
    return [{ level: 'error', code: 'mixed_route', at, say }];
  });
}

function idleGates(config: Config, policy: Policy): Finding[] {
  const gated = [...config.tasks.values()].filter((task) => task.accept.length > 0);
  return gated
    .filter((task) => isForEmbeddings(task, config, policy))
    .map(({ name }) => ({
      level: 'warning',
      code: 'idle_gates',
      at: `tasks.${name}.accept`,
      say: 'checks nothing: the task asks for embeddings, and gates look at answers',
    }));
}

function silentBaseline({ baseline }: Config, policy: Policy): Finding[] {
  if (baseline === null || !makesEmbeddings({ name: baseline }, policy)) return [];
  const say = `${baseline} makes embeddings and cannot talk, so nothing is known to be saved against it`;
  return [{ level: 'error', code: 'silent_baseline', at: 'baseline', say }];
}
