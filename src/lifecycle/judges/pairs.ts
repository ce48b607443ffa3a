// Pairs of answers to one sample: which of them a judge is asked about, and what it said.
import { type Preferred, pairwisePrompt, settleOrders } from '../../gate/pairwise-prompt.ts';
import type { Labelled } from './labelled.ts';

/** `one` stands first when the pair is asked, and second when it is asked the other way round. */
export interface Pair {
  one: Labelled;
  other: Labelled;
}

export interface PairVerdict extends Pair {
  /** The two verdicts; null for one that could not be read. */
  asked: Preferred | null;
  turned: Preferred | null;
}

/** Every pair of different answers to one sample, each sample's first before any sample's second. */
export function pairsOf(labelled: readonly Labelled[]): Pair[] {
  const bySample = [...Map.groupBy(labelled, ({ sample }) => sample).values()].map((answers) =>
    answers.flatMap((one, at) => answers.slice(at + 1).map((other): Pair => ({ one, other }))),
  );
  const most = Math.max(0, ...bySample.map(({ length }) => length));
  return Array.from({ length: most }, (_, round) => bySample.flatMap((pairs) => pairs[round] ?? [])).flat();
}

/** So many of them: those with the same label and those with one of each in turns, as long as there are both. */
export function choosePairs(labelled: readonly Labelled[], most: number): Pair[] {
  const all = pairsOf(labelled);
  const alike = all.filter(isAlike);
  const unlike = all.filter((pair) => !isAlike(pair));
  const chosen: Pair[] = [];
  for (let at = 0; chosen.length < most && at < Math.max(alike.length, unlike.length); at++)
    chosen.push(...[alike[at], unlike[at]].filter((pair) => pair !== undefined));
  return chosen.slice(0, most);
}

/** Both are right, or both wrong. */
export function isAlike({ one, other }: Pair): boolean {
  return one.isRight === other.isRight;
}

export function pairPrompts({ one, other }: Pair, rubric: string): { asked: string; turned: string } {
  const { question } = one;
  return {
    asked: pairwisePrompt(rubric, { A: one.answer, B: other.answer }, question),
    turned: pairwisePrompt(rubric, { A: other.answer, B: one.answer }, question),
  };
}

/** The answer that is preferred in both orders; null for neither, or where a verdict is missing. */
export function preferredOf({ one, other, asked, turned }: PairVerdict): Labelled | null {
  if (asked === null || turned === null) return null;
  const settled = settleOrders(asked, turned);
  return settled === 'first' ? one : settled === 'second' ? other : null;
}
