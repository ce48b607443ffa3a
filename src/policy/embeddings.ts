// Which model a request for embeddings goes to: the one that is named, alone. Vectors of two models cannot be compared, so
// there is no choice to be made, no fallback but among the places of that one model, no cascade, no gate and no pin.
import { TierlineError } from '../call/errors.ts';
import type { Policy, PolicyModel, PolicyRoute } from './policy.ts';

/**
 * The one model that a route leads to, for requests that name a task instead of a model.
 * Throws TierlineError `unsupported` for a route over chat models or over more than one model.
 */
export function soleModelOf(route: PolicyRoute | null, policy: Policy): PolicyModel {
  const models = (route?.models ?? []).map((name) => policy.models.get(name) as PolicyModel);
  const [first] = models;
  if (first !== undefined && models.length === 1 && first.kind !== 'chat') return first;
  const why =
    first === undefined
      ? 'there is no route'
      : models.some(({ kind }) => kind === 'chat')
        ? `the route (${route?.say}) leads to models that talk`
        : `the route (${route?.say}) leads to several models, whose vectors cannot be compared`;
  throw new TierlineError('unsupported', `Embeddings need an embedding model by its name: ${why}. ${known(policy)}`, {
    param: 'model',
  });
}

function known({ models }: Policy): string {
  const names = [...models.values()].filter(({ kind }) => kind === 'embedding').map(({ name }) => name);
  return names.length === 0 ? 'None is configured here.' : `Here: ${names.slice(0, 20).join(', ')}.`;
}
