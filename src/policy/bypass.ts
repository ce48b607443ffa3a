// Leaves out models whose answers to a task have become worse, for as long as somebody says so. It leaves at least one model, and never
// touches a call that names its model.
import type { Reason } from '../call/plan.ts';
import type { Asked } from './asked.ts';
import type { Candidate } from './guard.ts';

export function leaveOutBypassed(allowed: readonly Candidate[], asked: Asked, reasons: Reason[]): readonly Candidate[] {
  const { task, route, state } = asked;
  const bypassed = task === null || route === null ? null : state.bypassOf(task.name);
  if (bypassed === null) return allowed;
  const left = allowed.filter(({ model }) => !bypassed.has(model.name));
  const isAnyLeft = left.length > 0;
  for (const { model } of allowed) {
    const why = bypassed.get(model.name);
    if (why === undefined) continue;
    const say = isAnyLeft
      ? `${model.name} bypassed: ${why}`
      : `${model.name} stays: nothing else is left, though ${why}`;
    reasons.push({ step: 'guard', say });
  }
  return isAnyLeft ? left : allowed;
}
