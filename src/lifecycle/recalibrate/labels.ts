// Of which accepted answers it is known how right they are. Canaries are drawn by chance, so they speak for all. Who tells what they think of an
// answer is not: feedback counts only where nearly every answer has some, and is counted beside otherwise.
import type { CallRow } from '../../call/row.ts';
import type { GradedCanary, Opinion } from './gather.ts';
import { type Decay, weightAt } from './weights.ts';

export interface Label {
  /** Of the call. */
  id: string;
  weight: number;
  /** 0 to 1: at least as good as the reference's answer, or what a client said. */
  right: number;
  by: 'canary' | 'feedback';
}

/** Share of the answers that have to have feedback before it counts. */
const LEAST_COVERED = 0.9;

export interface Labelled {
  labels: Label[];
  /** Share of the answers that clients have scored. */
  covered: number;
}

/** `accepted`: calls whose accepted answers are asked about. Weak signals are guesses, and never count. */
export function labelsOf(
  accepted: readonly CallRow[],
  { canaries, opinions, decay }: { canaries: readonly GradedCanary[]; opinions: readonly Opinion[]; decay: Decay },
): Labelled {
  const ids = new Set(accepted.map(({ id }) => id));
  const labels = new Map<string, Label>();
  for (const { call, weight, gap } of canaries)
    if (ids.has(call)) labels.set(call, { id: call, weight, right: rightIn(gap), by: 'canary' });
  const said = opinions.filter(({ call, score, isWeak }) => score !== null && !isWeak && ids.has(call));
  const covered = ids.size === 0 ? 0 : new Set(said.map(({ call }) => call)).size / ids.size;
  if (covered >= LEAST_COVERED) {
    // The newest comes last, and counts.
    for (const { call, atMs, score } of said.toSorted((one, other) => one.atMs - other.atMs))
      if (labels.get(call)?.by !== 'canary')
        labels.set(call, { id: call, weight: weightAt(atMs, decay), right: score ?? 0, by: 'feedback' });
  }
  return { labels: [...labels.values()], covered };
}

/** How right a cheap answer is beside the reference's: entirely, unless that one was better. */
export function rightIn(gap: number): number {
  return 1 + Math.min(0, gap);
}
