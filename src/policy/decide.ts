// Decides where one call goes: task, route, guards. Pure and synchronous: no clock, no I/O, no randomness.
import { TierlineError } from '../call/errors.ts';
import type { Plan, PlannedAttempt, Reason } from '../call/plan.ts';
import type { Caller, View } from '../call/view.ts';
import type { Policy, PolicyModel, PolicyRoute, PolicyTask } from './policy.ts';
import { namedTask } from './task-name.ts';

/** Tokens a picture costs at most at the providers' default detail (Anthropic's vision page: about 1,600 for a large one). */
export const TOKENS_PER_IMAGE = 1600;

/**
 * The plan for one call.
 * Throws TierlineError `model_not_found` for a name nobody configured and `context_length_exceeded` when no model of
 * the route has room.
 */
export function decide(policy: Policy, view: View, caller: Caller): Plan {
  const reasons: Reason[] = [];
  const task = findTask(policy, view, caller, reasons);
  const isAuto = view.model === 'auto' || view.model.startsWith('auto/');
  if (!isAuto && !(task?.claimsModels && task.matches(view, caller))) {
    return { task: task?.name ?? null, attempts: [concreteModel(policy, view, reasons)], reasons };
  }
  const route = task?.route ?? policy.defaultRoute;
  if (route === null) {
    throw new TierlineError('model_not_found', 'No task matches this request and there is no default route.', {
      param: 'model',
    });
  }
  reasons.push({ step: task === null ? 'default' : 'route', say: route.say });
  return { task: task?.name ?? null, attempts: guardContext(policy, view, route, reasons), reasons };
}

function findTask(policy: Policy, view: View, caller: Caller, reasons: Reason[]): PolicyTask | null {
  const named = namedTask(view, caller);
  if (named !== null) {
    const task = policy.tasksByName.get(named.name);
    if (task !== undefined) {
      reasons.push({ step: 'task', say: `${named.from} names the task ${task.name}` });
      return task;
    }
    if (named.binding) {
      const known = [...policy.tasksByName.keys()].slice(0, 10).join(', ') || 'none';
      throw new TierlineError('model_not_found', `There is no task "${named.name}". Tasks: ${known}.`, {
        param: 'model',
      });
    }
    reasons.push({ step: 'task', say: `${named.from} names ${named.name}, which is no configured task` });
  }
  const task = policy.tasks.find((candidate) => candidate.matches(view, caller)) ?? null;
  if (task !== null) reasons.push({ step: 'task', say: `the request matches the task ${task.name}` });
  return task;
}

function concreteModel(policy: Policy, view: View, reasons: Reason[]): PlannedAttempt {
  const model = policy.models.get(view.model) ?? policy.models.get(policy.aliases.get(view.model) ?? '');
  if (model === undefined) {
    const known = [...policy.models.keys()].slice(0, 20).join(', ');
    throw new TierlineError(
      'model_not_found',
      `The model "${view.model}" is not configured here. Models: ${known}, auto.`,
      {
        param: 'model',
      },
    );
  }
  reasons.push({ step: 'request', say: `the client asked for ${view.model}` });
  return { model: model.name, tier: model.tier };
}

/** Leaves out the models whose window the request would fill past the guard's share. */
function guardContext(policy: Policy, view: View, route: PolicyRoute, reasons: Reason[]): PlannedAttempt[] {
  const attempts: PlannedAttempt[] = [];
  for (const name of route.models) {
    const model = policy.models.get(name) as PolicyModel;
    const excess = tokensOver(model, view);
    if (excess === null) attempts.push({ model: model.name, tier: model.tier });
    else
      reasons.push({ step: 'guard', say: `${name} skipped: about ${excess} tokens, at most ${model.inputLimit} fit` });
  }
  if (attempts.length > 0) return attempts;
  const last = reasons.at(-1)?.say ?? '';
  throw new TierlineError(
    'context_length_exceeded',
    `The request is too long for every model of the route (${last}).`,
    {
      param: 'messages',
    },
  );
}

/** Estimated tokens when they are over the model's limit, else null. A token is never shorter than a byte. */
function tokensOver(model: PolicyModel, view: View): number | null {
  if (model.inputLimit === null || view.bytes <= model.inputLimit) return null;
  const tokens = model.countTokens(view.text) + view.imageCount * TOKENS_PER_IMAGE;
  return tokens > model.inputLimit ? tokens : null;
}
