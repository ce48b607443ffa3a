// What a policy makes of one call: where it would go, what it would cost, how good and how fast the answer would be. Data, each part known
// or bounded; what is not known has its reason beside it.
import type { Plan } from '../../call/plan.ts';
import { type Bounds, NOTHING, plus, times, valueOf, WHOLE } from './bounds.ts';
import type { End, Gap, Tried, Walked } from './walk-plan.ts';

export interface Played {
  /** Why the policy would refuse the call, as an error code; null when it would not. */
  refusal: string | null;
  /** The model that is tried first; null for a refused call and one that cannot be told. */
  first: string | null;
  /** Shares of the models that would give the answer, and of errors (the empty name); null when not known. */
  answers: ReadonlyMap<string, number> | null;
  /** Whether another model than the first would give the answer, 0 to 1; null when not known. */
  escalated: number | null;
  /** Nano-dollars. */
  cost: Bounds;
  /** Whether the answer would be acceptable, 0 to 1; null when not known. */
  good: number | null;
  /** The measured pass rates that `good` rests on, and how much of it; empty for an answer that was judged itself. */
  rests: readonly Rest[];
  /** When the answer would be there, each possible time with its share; null when not known. */
  latencies: readonly { ms: number; share: number }[] | null;
  /** Whether an answer would have been stopped under way, and is counted in full. */
  isStopped: boolean;
  gaps: readonly Gap[];
}

/** A pass rate that stands in for a verdict. */
export interface Rest {
  /** Whose rate it is: the same words for the same rate. */
  rate: string;
  share: number;
  judged: number;
  /** How much of the call hangs on it, 0 to 1. */
  weight: number;
}

export const UNBOUNDED: Bounds = Object.freeze({ low: 0, high: Number.POSITIVE_INFINITY });
const UNKNOWN = {
  first: null,
  answers: null,
  escalated: null,
  good: null,
  rests: [],
  latencies: null,
  isStopped: false,
};

/** A call whose plan cannot be told. */
export function untold(reason: string): Played {
  return { ...UNKNOWN, refusal: null, cost: UNBOUNDED, gaps: [{ of: 'plan', reason }] };
}

/** A call that the policy would turn away: it costs nothing, and nobody gets an answer. */
export function refused(code: string): Played {
  const answers = new Map([['', 1]]);
  return { ...UNKNOWN, refusal: code, answers, escalated: 0, cost: NOTHING, good: 0, latencies: [], gaps: [] };
}

/** `goodOf`: how likely the answer of an end is acceptable; null when that is not known. */
export function toPlayed<T extends Tried>(
  plan: Pick<Plan, 'attempts'>,
  walked: Walked<T>,
  goodOf: (end: End<T>) => number | null,
): Played {
  const { ends, gaps, cost, isStopped } = walked;
  const first = plan.attempts[0]?.model ?? null;
  const answers = sharesOf(ends);
  return {
    refusal: null,
    first,
    answers,
    escalated: answers === null ? null : escalatedIn(answers, first),
    cost,
    good: goodIn(ends, goodOf),
    rests: [],
    latencies: latenciesIn(ends),
    isStopped,
    gaps,
  };
}

function sharesOf(ends: readonly End[]): Map<string, number> | null {
  const shares = new Map<string, number>();
  for (const { answer, share } of ends) {
    const known = valueOf(share);
    if (known === null) return null;
    const name = answer?.model ?? '';
    shares.set(name, (shares.get(name) ?? 0) + known);
  }
  return shares;
}

function escalatedIn(answers: ReadonlyMap<string, number>, first: string | null): number {
  let share = 0;
  for (const [name, own] of answers) if (name !== '' && name !== first) share += own;
  return share;
}

/** Known also where several ways are open that all end alike. */
function goodIn<T extends Tried>(ends: readonly End<T>[], goodOf: (end: End<T>) => number | null): number | null {
  const quality = ends.map((end) => (end.answer === null ? 0 : goodOf(end)));
  const [one] = quality;
  if (one !== undefined && one !== null && quality.every((other) => other === one)) return one;
  let sum: Bounds = NOTHING;
  for (const [index, { share }] of ends.entries()) {
    const own = quality[index] ?? null;
    if (own === null) return null;
    sum = plus(sum, times(share, { low: own, high: own }));
  }
  return valueOf(sum);
}

function latenciesIn(ends: readonly End[]): Played['latencies'] {
  const times = [];
  for (const { answer, share, latencyMs } of ends) {
    if (answer === null) continue;
    const known = valueOf(share);
    if (known === null || latencyMs === null) return null;
    times.push({ ms: latencyMs, share: known });
  }
  return times;
}

/** Share of the calls whose answer would come from another model, 0 to 1; null when not known. */
export function movedShare(one: Played, other: Played): number | null {
  if (one.answers === null || other.answers === null) return one.first !== null && one.first === other.first ? 0 : null;
  let moved = 0;
  for (const name of new Set([...one.answers.keys(), ...other.answers.keys()]))
    moved += Math.abs((one.answers.get(name) ?? 0) - (other.answers.get(name) ?? 0));
  return Math.min(WHOLE.high, moved / 2);
}
