// What loses touch with the requests as they are: predicted routes that only ever see their own choices, and models that nobody has asked for a
// whole period. Each comes with the line that helps.
import type { TaskConfig } from '../../config/config.ts';
import type { PolicyRoute } from '../../policy/policy.ts';

/** A share that costs little and keeps an estimate alive. */
const SHARE = '2%';

export interface IdleFacts {
  task: Pick<TaskConfig, 'name' | 'consequence'>;
  /** Routes of the task with their places, as they are compiled. */
  routes: readonly { at: string; route: PolicyRoute }[];
  calls: number;
  triedBy: ReadonlyMap<string, number>;
  /** Of the canaries, which are calls of the reference as well. */
  references: ReadonlySet<string>;
}

/** Sentences; none where there is nothing to say. */
export function findIdle({ task, routes, calls, triedBy, references }: IdleFacts): string[] {
  return routes.flatMap(({ at, route }) => {
    const own = route.models.slice(0, route.ownCount);
    const silent = calls === 0 ? [] : own.filter((model) => !triedBy.has(model) && !references.has(model));
    const isCautious = task.consequence === 'irreversible';
    const { predict } = route;
    const said: string[] = [];
    if (predict !== null && predict.exploreShare === 0 && own.length > 1)
      said.push(
        isCautious
          ? `${at} sees only its own choices, and nothing is explored where a wrong answer is irreversible: \`tierline profile ${task.name}\` measures the others`
          : `${at} sees only its own choices; \`explore: ${SHARE}\` there has a share of the requests tell of the others`,
      );
    if (silent.length > 0 && (predict === null || predict.exploreShare > 0 || isCautious))
      said.push(
        `${at}: no call of the period has asked ${silent.join(', ')}; \`tierline profile ${task.name} --models ${silent.join(',')}\` measures ${silent.length === 1 ? 'it' : 'them'}${predict === null ? ' (`explore` belongs to predicted routes)' : ''}`,
      );
    else if (silent.length > 0) said.push(`${at}: no call of the period has asked ${silent.join(', ')}`);
    return said;
  });
}
