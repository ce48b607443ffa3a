// Which model answers the calls of a task first, as a rule: what is bypassed when its answers become worse. One call alone says little: rules,
// pins and guards lead single calls elsewhere.
import { isOnTrial } from '../call/arm.ts';
import type { CallRow } from '../call/row.ts';

/** A call counts half as much after about seventy more. */
const FADING = 0.99;

export class Firsts {
  private readonly counts = new Map<string, Map<string, number>>();

  /** Takes a call; one whose client named the model, or of a candidate on trial, says nothing. */
  take({ task, planned, reasons, arm }: Pick<CallRow, 'task' | 'planned' | 'reasons' | 'arm'>): void {
    const first = planned[0];
    if (task === null || first === undefined || isOnTrial(arm) || reasons.some(({ step }) => step === 'request'))
      return;
    const counts = this.counts.get(task) ?? new Map<string, number>();
    for (const [model, count] of counts) counts.set(model, count * FADING);
    this.counts.set(task, counts.set(first, (counts.get(first) ?? 0) + 1));
  }

  /** Null for a task of which no call was seen. */
  of(task: string): string | null {
    const counts = [...(this.counts.get(task) ?? [])];
    return counts.toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
  }
}
