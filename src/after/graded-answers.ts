// What a graded answer says, and to whom: to the rollout whose arm it came from, and of the task as it is usual. What a candidate on trial is like
// says nothing of the task's own route.
import { isOnTrial } from '../call/arm.ts';
import type { Note } from '../call/note.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { TaskCanaryConfig } from '../config/canary-config.ts';
import { isDrawn } from '../watch/canary/draw.ts';
import { segmentsOfNote } from '../watch/canary/gap-book.ts';
import type { Observation } from '../watch/observation.ts';
import { armIn, type GradeIn } from './canary-notes.ts';
import type { Rollouts } from './rollouts.ts';
import type { ShownGap, Usual } from './usual.ts';

type Own = Pick<TaskCanaryConfig, 'share' | 'reference'> | undefined;
type Grade = Pick<GradeIn, 'gap' | 'isRefused'>;

export class GradedAnswers {
  private readonly rollouts: Pick<Rollouts, 'shareOf' | 'takeGap'>;
  private readonly usual: Pick<Usual, 'add' | 'compare' | 'lookAtGap'>;

  constructor(rollouts: Pick<Rollouts, 'shareOf' | 'takeGap'>, usual: Pick<Usual, 'add' | 'compare' | 'lookAtGap'>) {
    this.rollouts = rollouts;
    this.usual = usual;
  }

  /** The share of such calls to grade, where a rollout asks for another than the task's `own`; null: the task's. */
  shareFor({ arm, task }: Pick<Plan, 'arm' | 'task'>, own: Own): number | null {
    const share = arm === null || task === null ? null : this.rollouts.shareOf(arm, task);
    return share === null ? null : Math.max(share, own?.share ?? 0);
  }

  /** One that is new. */
  take(note: Note, grade: Grade): void {
    const shown = this.learn(note, grade);
    if (shown === null) return;
    this.usual.add(shown);
    this.usual.lookAtGap(shown.task);
  }

  /** One that will be in the gap, or was, without it; gives what it says of the task, null for nothing. */
  learn(note: Note, { gap, isRefused }: Grade): ShownGap | null {
    const { task, atMs } = note;
    const arm = armIn(note);
    if (task !== null && arm !== null) this.rollouts.takeGap(arm, task, { gap, atMs });
    const shown = isRefused ? null : shownBy(note, gap);
    if (shown !== null) this.usual.compare(shown, atMs);
    return shown;
  }

  /** One that an earlier process has learned from: for the gap alone. */
  recall(note: Note, gap: number): void {
    const shown = shownBy(note, gap);
    if (shown !== null) this.usual.add(shown);
  }

  /** Where the reference itself has answered, there is no gap, and nothing to pay for knowing it. */
  takeReference({ id, atMs, arm, task, model, latencyMs }: Observation, row: Pick<CallRow, 'status'>, own: Own): void {
    if (arm === null || own === undefined || model !== own.reference || row.status !== 'ok') return;
    const share = this.shareFor({ arm, task }, own);
    if (share === null || !isDrawn(id, share)) return;
    this.rollouts.takeGap(arm, task, { gap: 0, atMs: atMs + (latencyMs ?? 0) });
  }
}

function shownBy(note: Note, gap: number): ShownGap | null {
  const { task } = note;
  return task === null || isOnTrial(armIn(note)) ? null : { task, segments: segmentsOfNote(note), gap };
}
