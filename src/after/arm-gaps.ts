// What canaries say of the two arms of a rollout: how many of its answers are graded, and their gaps on the way to it.
import type { Arm } from '../call/arm.ts';
import { isObject, type Json } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { TaskCanaryConfig } from '../config/canary-config.ts';
import { isDrawn } from '../watch/canary/draw.ts';
import { gapOf } from '../watch/canary/gap-book.ts';
import type { Observation } from '../watch/observation.ts';
import { isAccepted } from './canaries.ts';
import type { Rollouts } from './rollouts.ts';

type Own = Pick<TaskCanaryConfig, 'share' | 'reference'> | undefined;

export class ArmGaps {
  private readonly rollouts: Pick<Rollouts, 'shareOf' | 'takeGap'>;

  constructor(rollouts: Pick<Rollouts, 'shareOf' | 'takeGap'>) {
    this.rollouts = rollouts;
  }

  /** The share to draw of a call, where a rollout asks for another than the task's `own`; null: the task's. */
  shareFor({ arm, task }: Pick<Plan, 'arm' | 'task'>, own: Own): number | null {
    const share = arm === null || task === null ? null : this.rollouts.shareOf(arm, task);
    return share === null ? null : Math.max(share, own?.share ?? 0);
  }

  takeCanary(note: Pick<Note, 'kind' | 'task' | 'atMs' | 'body'>): void {
    const gap = gapOf(note);
    const { task, atMs, body } = note;
    const arm = armOf(body['arm']);
    if (gap !== null && task !== null && arm !== null) this.rollouts.takeGap(arm, task, { gap, atMs });
  }

  /** Where the reference itself has answered, there is no gap, and nothing to pay for knowing it. */
  takeReference({ id, atMs, arm, task, model, latencyMs }: Observation, row: CallRow, own: Own): void {
    if (arm === null || own === undefined || model !== own.reference || !isAccepted(row)) return;
    const share = this.shareFor({ arm, task }, own);
    if (share === null || !isDrawn(id, share)) return;
    this.rollouts.takeGap(arm, task, { gap: 0, atMs: atMs + (latencyMs ?? 0) });
  }
}

/** The arm that a note tells; null where it tells none. */
export function armOf(json: Json | undefined): Arm | null {
  if (!isObject(json)) return null;
  const { rollout, arm, percent } = json;
  if (typeof rollout !== 'string' || typeof percent !== 'number') return null;
  return arm === 'base' || arm === 'candidate' ? { rollout, arm, percent } : null;
}
