// Findings about exploration: a share that is asked for, and that nothing will ever be drawn of.
import type { Config } from '../../config/config.ts';
import type { Finding } from './finding.ts';
import { routesOf } from './reach.ts';

export function findIdleExploration(config: Config): Finding[] {
  return routesOf(config).flatMap(({ at, task, route }): Finding[] => {
    if (route.predict === null || route.predict.exploreShare === 0) return [];
    const isCautious = task !== null && config.tasks.get(task)?.consequence === 'irreversible';
    const say = isCautious
      ? 'draws nothing: wrong answers of the task cannot be taken back, so it is not explored'
      : route.ownCount < 2
        ? 'draws nothing: there is one model only to choose from'
        : null;
    return say === null ? [] : [{ level: 'warning', code: 'idle_explore', at: `${at}.explore`, say }];
  });
}
