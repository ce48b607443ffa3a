// Walks a plan the way delivery does, with what is known of each model's answer in place of an upstream. It waits for nobody and calls
// no model; what it is not told stays a bound, and is never taken for the likelier end. Where gates are only known by their pass rate the
// walk goes both ways at once, each with its share.
import type { Plan, PlannedAttempt } from '../../call/plan.ts';
import type { Verdict } from '../../call/verdict.ts';
import { preferredAmong, type RefusedBefore } from '../../gate/preferred.ts';
import { ANY_SHARE, type Bounds, exactly, NOTHING, plus, restOf, times, WHOLE } from './bounds.ts';

/** What a simulation could not tell. */
export interface Gap {
  /** The whole plan, where it ends, what it costs, whether the answer is good, or how long it takes. */
  of: 'plan' | 'route' | 'cost' | 'quality' | 'latency';
  /** The same words for the same reason, so that they can be counted. */
  reason: string;
}

/** What became of one model that was tried, as far as it is known. */
export interface Tried {
  model: string;
  /**
   * `failed`: the upstream failed, so that the next attempt follows. `final`: the request itself is at fault. `late`: it was
   * stopped. `broken`: it broke off when the client had begun to read it.
   */
  ending: 'answered' | 'failed' | 'final' | 'late' | 'broken';
  /** Share of such answers that its gates let through, 0 to 1; null when not known. 1 for an answer that is taken as it comes. */
  passes: number | null;
  /** What gates said of it, as far as that is known. */
  verdicts?: readonly Verdict[];
  /** Nano-dollars, judges of this attempt included. */
  cost: Bounds;
  /** Null when not known. */
  latencyMs: number | null;
  gaps: readonly Gap[];
}

/** How a call may end. */
export interface End<T extends Tried = Tried> {
  /** Whose answer the client gets; null for an error. */
  answer: T | null;
  /**
   * `preferred`: its gates refused it, and one that had seen a later answer too liked it better. `settled`: they refused it, and the client
   * gets it all the same.
   */
  how: 'accepted' | 'preferred' | 'settled' | 'refused' | 'failed';
  share: Bounds;
  latencyMs: number | null;
}

export interface Walked<T extends Tried = Tried> {
  /** Expected cost, nano-dollars. */
  cost: Bounds;
  ends: End<T>[];
  gaps: Gap[];
  /** Whether an answer would have been stopped under way: it is counted in full. */
  isStopped: boolean;
}

/** `isLast`: nothing follows a refusal, so costly gates are not asked and the answer is given whatever the others say. */
export type TryModel<T extends Tried> = (attempt: PlannedAttempt, isLast: boolean) => T | Promise<T>;

export async function walkPlan<T extends Tried>(
  plan: Pick<Plan, 'attempts' | 'otherwise'>,
  tryModel: TryModel<T>,
): Promise<Walked<T>> {
  const walk = new Walk(plan, tryModel);
  await walk.run();
  return walk.walked;
}

class Walk<T extends Tried> {
  readonly walked: Walked<T> = { cost: NOTHING, ends: [], gaps: [], isStopped: false };
  private readonly plan: readonly PlannedAttempt[];
  private readonly otherwise: Plan['otherwise'];
  private readonly tryModel: TryModel<T>;
  /** Share of such calls that come this far, and the time gone by then. */
  private reach: Bounds = WHOLE;
  private elapsedMs: number | null = 0;
  /** Complete answers that their gates refused. */
  private readonly refused: T[] = [];

  constructor({ attempts, otherwise }: Pick<Plan, 'attempts' | 'otherwise'>, tryModel: TryModel<T>) {
    this.plan = attempts;
    this.otherwise = otherwise;
    this.tryModel = tryModel;
  }

  async run(): Promise<void> {
    let at = 0;
    while (at < this.plan.length && this.reach.high > 0) at = await this.step(at);
    if (this.reach.high > 0) this.settle(this.elapsedMs);
  }

  private async step(at: number): Promise<number> {
    const { hedgeAfterMs } = this.plan[at] as PlannedAttempt;
    const tried = await this.take(at);
    if (hedgeAfterMs !== null && this.plan[at + 1]?.after === 'any') {
      if (tried.latencyMs === null) this.walked.gaps.push({ of: 'latency', reason: sayLatency(tried.model) });
      else if (tried.latencyMs > hedgeAfterMs) return this.race(at, tried, hedgeAfterMs);
    }
    this.pass(tried.latencyMs);
    this.hear(tried, this.elapsedMs);
    return this.next(at, tried);
  }

  /** Tries it and pays for it. */
  private async take(at: number): Promise<T> {
    const attempt = this.plan[at] as PlannedAttempt;
    const tried = late(await this.tryModel(attempt, this.isLast(at)), attempt);
    this.walked.gaps.push(...tried.gaps);
    this.walked.cost = plus(this.walked.cost, times(this.reach, tried.cost));
    if (tried.ending === 'late') this.walked.isStopped = true;
    return tried;
  }

  /** Two attempts side by side: the first to be accepted gives the answer, and both are paid. */
  private async race(at: number, first: T, afterMs: number): Promise<number> {
    const second = await this.take(at + 1);
    this.walked.isStopped = true;
    const began = this.elapsedMs;
    const firstMs = began === null || first.latencyMs === null ? null : began + first.latencyMs;
    const secondMs = began === null || second.latencyMs === null ? null : began + afterMs + second.latencyMs;
    const isSecondFirst = firstMs !== null && secondMs !== null && secondMs < firstMs;
    const order = [
      { tried: first, endMs: firstMs },
      { tried: second, endMs: secondMs },
    ];
    if (isSecondFirst) order.reverse();
    for (const { tried, endMs } of order) this.hear(tried, endMs);
    this.elapsedMs = firstMs === null || secondMs === null ? null : Math.max(firstMs, secondMs);
    return this.next(at + 1, (order[1] as (typeof order)[number]).tried);
  }

  private pass(latencyMs: number | null): void {
    this.elapsedMs = this.elapsedMs === null || latencyMs === null ? null : this.elapsedMs + latencyMs;
  }

  /** The share of the calls that end here leaves the walk. */
  private hear(tried: T, latencyMs: number | null): void {
    const { ending, passes } = tried;
    if (ending === 'final') this.settle(latencyMs);
    if (ending === 'broken') this.end({ answer: null, how: 'failed', share: this.reach, latencyMs });
    if (ending === 'final' || ending === 'broken') this.reach = NOTHING;
    if (ending !== 'answered') return;
    if (passes === null) this.walked.gaps.push({ of: 'route', reason: `how often ${tried.model} passes is not known` });
    const share = passes === null ? ANY_SHARE : exactly(passes);
    const preferred = preferredAmong(tried.verdicts ?? [], this.refused.map(asRefused))?.tried ?? null;
    const how = preferred === null ? 'accepted' : 'preferred';
    this.end({ answer: preferred ?? tried, how, share: times(this.reach, share), latencyMs });
    this.reach = times(this.reach, restOf(share));
    if (passes !== 1) this.refused.push(tried);
  }

  private end(end: End<T>): void {
    if (end.share.high > 0) this.walked.ends.push(end);
  }

  /** Nobody has passed: the last answer that was refused is given all the same, where the route has it so. */
  private settle(latencyMs: number | null): void {
    const { reach: share } = this;
    const refused = this.refused.at(-1);
    if (refused === undefined) this.end({ answer: null, how: 'failed', share, latencyMs });
    else if (this.otherwise === 'answer') this.end({ answer: refused, how: 'settled', share, latencyMs });
    else this.end({ answer: null, how: 'refused', share, latencyMs });
  }

  private isLast(at: number): boolean {
    return this.otherwise === 'answer' && this.after(at, true) === this.plan.length;
  }

  private next(at: number, { ending }: T): number {
    return this.after(at, ending !== 'failed');
  }

  /** A refused or late answer never leads to a model that only stands in for an outage. */
  private after(at: number, isRefused: boolean): number {
    let next = at + 1;
    if (isRefused) while (next < this.plan.length && this.plan[next]?.after !== 'any') next++;
    return next;
  }
}

function asRefused<T extends Tried>(tried: T): RefusedBefore & { tried: T } {
  return { model: tried.model, verdicts: tried.verdicts ?? [], tried };
}

/** An attempt with a time of its own is stopped when that is over; what it had cost by then is at most its whole cost. */
function late<T extends Tried>(tried: T, { timeoutMs }: PlannedAttempt): T {
  if (timeoutMs === null || tried.ending !== 'answered') return tried;
  if (tried.latencyMs === null || tried.latencyMs <= timeoutMs) return tried;
  return { ...tried, ending: 'late', passes: 0, latencyMs: timeoutMs };
}

function sayLatency(model: string): string {
  return `how long ${model} takes is not known`;
}
