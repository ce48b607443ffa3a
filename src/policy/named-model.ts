// Which model a client means by the name that it asks for. A name leads to one model or is refused; it is never taken for a similar one.
import { TierlineError } from '../call/errors.ts';
import type { Reason } from '../call/plan.ts';
import type { View } from '../call/view.ts';
import type { Policy, PolicyModel, PolicyObserving } from './policy.ts';

/** How the reason begins of a call that is only observed. */
export const OBSERVING = 'observing:';

/** Whether the client leaves the choice to the router. */
export function asksForRoute({ model }: Pick<View, 'model'>): boolean {
  return model === 'auto' || model.startsWith('auto/');
}

/** Throws TierlineError `model_not_found` for a name nobody configured. */
export function concreteModel(policy: Policy, view: View, reasons: Reason[]): PolicyModel {
  const model = lookUp(policy, view.model);
  if (model === undefined) throw unknown(policy, view.model, 'is not configured here');
  reasons.push({ step: 'request', say: `the client asked for ${view.model}` });
  return model;
}

/**
 * The model of a call that is only observed: the one the client asks for, the baseline for whoever leaves the choice to the router.
 * Throws TierlineError `model_not_found` when there is no baseline, or nothing tells which provider serves the name.
 */
export function observedModel(policy: Policy, observing: PolicyObserving, view: View, reasons: Reason[]): PolicyModel {
  const tell = (say: string): number =>
    reasons.push({ step: 'request', say: `${OBSERVING} the client asked for ${say}` });
  if (asksForRoute(view)) {
    const baseline = observing.baseline === null ? undefined : policy.models.get(observing.baseline);
    if (baseline === undefined) {
      const sentence = `Nothing is routed while the gateway observes, so "${view.model}" stands for the baseline, and none is configured. Ask for a model by its name.`;
      throw new TierlineError('model_not_found', sentence, { param: 'model' });
    }
    tell(`${view.model}, which is the baseline ${baseline.name} while nothing is routed`);
    return baseline;
  }
  const model = lookUp(policy, view.model);
  if (model !== undefined) {
    tell(view.model);
    return model;
  }
  const provider = observing.soleProviders.get(view.dialect?.name ?? '');
  const handed = provider === undefined ? undefined : policy.models.get(`${provider}/${view.model}`);
  if (handed === undefined) throw unknown(policy, view.model, 'is of no provider that is known');
  tell(`${view.model}, which nobody knows; ${provider} is the only provider it can be of`);
  return handed;
}

function lookUp({ models, aliases }: Policy, name: string): PolicyModel | undefined {
  const configured = models.has(name) ? name : aliases.get(name);
  return models.get(configured ?? name);
}

function unknown({ models, observing }: Policy, name: string, what: string): TierlineError {
  const known = [...models.keys()].slice(0, 20);
  const hint = observing === null ? '' : ' Write it as provider/model, or configure it.';
  const list = [...known, ...(observing === null || observing.baseline !== null ? ['auto'] : [])].join(', ');
  const sentence = `The model "${name}" ${what}.${hint}${list === '' ? '' : ` Models: ${list}.`}`;
  return new TierlineError('model_not_found', sentence, { param: 'model' });
}
