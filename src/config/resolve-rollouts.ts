// Makes rollouts of what the file says: a candidate has to be fit for its task as the task's own route has.
import { hash } from 'node:crypto';
import { isObject } from '../call/json.ts';
import type { TaskConfig } from './config.ts';
import { unknownName } from './names.ts';
import { type Ladder, resolveRoute } from './resolve-route.ts';
import { refuseUnfit } from './resolve-task.ts';
import type { RolloutConfig } from './rollout-config.ts';
import type { FileRollout } from './rollouts-schema.ts';
import type { FileRoute } from './route-schema.ts';

/** By task. `tasks`: those that are sound; nothing is told of one that is not. */
export function resolveRollouts(
  file: Readonly<Record<string, FileRollout>>,
  tasks: ReadonlyMap<string, TaskConfig>,
  ladder: Ladder,
): ReadonlyMap<string, RolloutConfig> {
  const known = ladder.names.tasks;
  for (const task of Object.keys(file))
    if (known !== null && !known.has(task))
      ladder.report({ ...unknownName('task', task, { path: ['rollouts', task], known }), at: 'key' });
  return new Map(
    Object.entries(file).map(([name, rollout]) => [
      name,
      resolveRollout(rollout, { name, task: tasks.get(name), ladder }),
    ]),
  );
}

function resolveRollout(
  file: FileRollout,
  { name, task, ladder }: { name: string; task: TaskConfig | undefined; ladder: Ladder },
): RolloutConfig {
  const path = ['rollouts', name, 'candidate'];
  const candidate = resolveRoute(file.candidate, path, ladder);
  if (task !== undefined) refuseUnfit(candidate, task, { path, ladder });
  return {
    task: name,
    candidate,
    digest: digestOf(file.candidate),
    stepsPercent: file.steps,
    by: file.by,
    approval: file.approval,
    canaryShare: file.canary_share,
    minCalls: file.min_calls,
    minCanaries: file.min_canaries,
    maxLoss: file.max_loss / 100,
    maxCostRatio: file.max_cost_ratio,
    maxLatencyRatio: file.max_latency_ratio,
    maxErrorRise: file.max_error_rise / 100,
    maxCanaries: file.max_canaries,
  };
}

/** The same for the same route, in whichever order its keys stand and whichever unit its times have. */
function digestOf(route: FileRoute): string {
  return hash(
    'sha256',
    JSON.stringify(route, (_, value: unknown) => (isObject(value) ? sorted(value) : value)),
  ).slice(0, 16);
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
