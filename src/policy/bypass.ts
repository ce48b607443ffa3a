// Leaves out models whose answers to a task have become worse, for as long as somebody says so. It leaves at least one model, and never
// touches a call that names its model.
import type { Reason } from '../call/plan.ts';
import type { Asked } from './asked.ts';
import type { Candidate } from './guard.ts';

/** What a task goes without for a while. */
export interface Bypass {
  /** Names of models, and why. */
  models: ReadonlyMap<string, string>;
  /** Who answers where the route has nobody else; null: then it stays as it is. */
  instead: string | null;
}

/** The models of a route, and behind them whoever may answer in their place. */
export function withInstead(models: readonly string[], bypass: Bypass | null): readonly string[] {
  const instead = bypass?.instead ?? null;
  return instead === null || models.includes(instead) ? models : [...models, instead];
}

export function leaveOutBypassed(
  allowed: readonly Candidate[],
  { task, route, state }: Asked,
  reasons: Reason[],
): readonly Candidate[] {
  const bypass = task === null || route === null ? null : state.bypassOf(task.name);
  if (bypass === null || route === null) return allowed;
  const { models: bypassed, instead } = bypass;
  const own = allowed.filter(({ model }) => !bypassed.has(model.name) && route.models.includes(model.name));
  const others = allowed.filter(({ model }) => model.name === instead && !bypassed.has(model.name));
  const left = own.length > 0 ? own : others;
  const isAnyLeft = left.length > 0;
  for (const { model } of allowed) {
    const why = bypassed.get(model.name);
    if (why === undefined) continue;
    const say = isAnyLeft
      ? `${model.name} bypassed: ${why}`
      : `${model.name} stays: nothing else is left, though ${why}`;
    reasons.push({ step: 'guard', say });
  }
  return isAnyLeft ? left : allowed.filter(({ model }) => route.models.includes(model.name));
}
