// Which side of a rollout a call is on. A hash tells it, so that a conversation stays where it is and whoever is on the
// candidate at 5 % is on it at 25 %. It must never read what a request says where the share alone decides.
import { hash } from 'node:crypto';
import type { Arm } from '../call/arm.ts';
import type { Pin } from '../call/pin.ts';
import type { Caller, View } from '../call/view.ts';
import type { PolicyTask } from './policy.ts';
import { namedSession } from './session.ts';
import type { PlanState } from './state.ts';

/** Where a caller stands among all callers of a rollout, 0 to below 1: the first 32 bits of a SHA-256. Below the share is the candidate. */
export function standingOf(rollout: string, { tenant, key }: { tenant: string; key: string }): number {
  return Number.parseInt(hash('sha256', `${rollout}\n${tenant}\n${key}`).slice(0, 8), 16) / 2 ** 32;
}

/** The side that a call of the task is on; null where no rollout is running. */
export function armOf(
  { name, rollout }: PolicyTask,
  { view, caller, state }: { view: View; caller: Caller; state: PlanState },
): Arm | null {
  const running = rollout === null ? null : state.rolloutOf(name);
  if (rollout === null || running === null) return null;
  const { percent } = running;
  const isCandidate = (): boolean => {
    const key = rollout.by === 'tenant' ? '' : (namedSession(view, caller) ?? view.opening);
    return standingOf(running.rollout, { tenant: caller.tenant, key }) * 100 < percent;
  };
  const arm = percent >= 100 || (percent > 0 && isCandidate()) ? 'candidate' : 'base';
  return { rollout: running.rollout, arm, percent };
}

/** The task as callers of a side find it: on the candidate it stands in the place of the task's own route. */
export function onArm(task: PolicyTask, arm: Arm | null): PolicyTask {
  if (task.rollout === null || arm?.arm !== 'candidate') return task;
  const { candidate } = task.rollout;
  // An artifact of the candidate may bring a gate where the task has none.
  return { ...task, route: candidate, hasGates: task.hasGates || (candidate.predict?.gate ?? null) !== null };
}

/**
 * What holds of a pin for a call on this side. One that the other side's route has made holds nothing: a conversation that
 * changes sides begins anew on the route of its side. Only a tool loop keeps the model, where that route has it too.
 */
export function pinOnArm(
  pin: Pin | null,
  arm: Arm | null,
  { task, view }: { task: PolicyTask | null; view: View },
): Pin | null {
  if (pin === null || task === null || task.rollout === null) return pin;
  const isOther =
    arm?.arm === 'candidate'
      ? pin.candidateOf !== arm.rollout && (pin.candidateOf !== null || pin.route === task.route.say)
      : pin.candidateOf !== null;
  if (!isOther) return pin;
  // What failed there says nothing of this side's models.
  return view.isInToolLoop ? { ...pin, isEscalated: false } : null;
}

/** How a side reads in a reason and on a page: `candidate of r-1 (5 %)`. */
export function sayArm({ rollout, arm, percent }: Arm): string {
  return `${arm} of ${rollout} (${percent} %)`;
}
