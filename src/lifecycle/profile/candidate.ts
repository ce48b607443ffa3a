// Which models a task is measured with, and where each of them may be asked.
import { placesWithin } from '../../policy/guard.ts';
import type { Policy, PolicyModel, PolicyTask } from '../../policy/policy.ts';

export interface Candidate {
  model: PolicyModel;
  /** Positions of the deployments that may see the task's requests; null: all. */
  deployments: readonly number[] | null;
  /** `provider/model` of each of those. */
  upstreams: readonly string[];
}

export interface Candidates {
  chosen: Candidate[];
  /** Models that stand to reason and may not be asked, with the reason. */
  left: { model: string; say: string }[];
}

/**
 * The named models, else every model that talks and stands on a rung or in the task's route, from the lowest rung up. Limits of the task
 * bind here as they do in production. Throws Error for a name nobody configured.
 */
export function candidatesOf(
  policy: Policy,
  task: PolicyTask,
  { names, upstreamsOf }: { names: readonly string[] | null; upstreamsOf: (model: string) => readonly string[] },
): Candidates {
  const found: Candidates = { chosen: [], left: [] };
  for (const model of modelsOf(policy, task, names)) {
    const refusal = refusalOf(model, task);
    const places = placesWithin(model, [task.limits]);
    const say = refusal ?? places.refusal?.say ?? null;
    if (say !== null) {
      found.left.push({ model: model.name, say });
      continue;
    }
    const all = upstreamsOf(model.name);
    const upstreams = places.left === null ? all : all.filter((_, at) => places.left?.includes(at));
    found.chosen.push({ model, deployments: places.left, upstreams });
  }
  return found;
}

function modelsOf({ models }: Policy, task: PolicyTask, names: readonly string[] | null): PolicyModel[] {
  if (names !== null) {
    return names.map((name) => {
      const model = models.get(name);
      if (model !== undefined) return model;
      throw new Error(`There is no model ${JSON.stringify(name)}. Models: ${[...models.keys()].join(', ')}.`);
    });
  }
  const routes = [task.route, ...task.rules.map(({ route }) => route)];
  if (task.rollout !== null) routes.push(task.rollout.candidate);
  const routed = new Set(routes.flatMap((route) => route.models));
  return [...models.values()]
    .filter((model) => model.kind !== 'embedding' && (model.rank >= 0 || routed.has(model.name)))
    .toSorted((one, other) => one.rank - other.rank);
}

function refusalOf({ name, kind }: PolicyModel, { limits }: PolicyTask): string | null {
  if (kind === 'embedding') return 'it makes embeddings and cannot talk';
  if (limits.deny.has(name)) return `denied by ${limits.of}`;
  return limits.allow !== null && !limits.allow.has(name) ? `not among what ${limits.of} allows` : null;
}

/** `provider/model` of a model's deployments, in their order. */
export function upstreamsIn(
  models: ReadonlyMap<string, { deployments: readonly { provider: string; upstreamModel: string }[] }>,
) {
  return (model: string): string[] =>
    models.get(model)?.deployments.map(({ provider, upstreamModel }) => `${provider}/${upstreamModel}`) ?? [];
}
