// Walks a plan inside one deadline. It knows two reasons to go on to the next attempt and never mixes them: an upstream
// that failed, and an answer that was refused or late. Once one answer flows to the client, every other one is stopped.
import { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt } from '../call/plan.ts';
import type { StopReason } from '../call/row.ts';
import { Asking } from './asking.ts';
import { isFinal, ModelRun } from './attempt.ts';
import type { Delivered, DeliveredCall, Delivery, DeliveryOutcome, Judging } from './deliver.ts';
import { Given } from './given.ts';
import { Hold } from './hold.ts';
import { Judgement } from './judgement.ts';
import { RefusedAnswers } from './refused.ts';

/** How an attempt ended: the walk is over, its upstream failed, or its answer was refused or late. */
type Ending = 'over' | 'failed' | 'refused';

/** An attempt under way. */
interface Runner {
  at: number;
  /** Null for an attempt whose answer is taken as it comes. */
  hold: Hold | null;
  judgement: Judgement | null;
}

export class Walk {
  private readonly delivery: Delivery;
  private readonly plan: readonly PlannedAttempt[];
  private readonly call: DeliveredCall;
  private readonly deadline: number;
  private readonly exchanges: Delivered[] = [];
  private readonly given = new Given();
  private holds: Hold[] = [];
  private answer: Delivered | null = null;
  private error: TierlineError | null = null;
  private readonly refused = new RefusedAnswers();

  constructor(delivery: Delivery, plan: readonly PlannedAttempt[], call: DeliveredCall) {
    this.delivery = delivery;
    this.plan = plan;
    this.call = call;
    this.deadline = call.deadline ?? performance.now() + delivery.options.totalMs;
  }

  async run(): Promise<void> {
    const mayWait = this.call.judging !== null || this.plan.some(({ hedgeAfterMs }) => hedgeAfterMs !== null);
    const beat = this.call.isStream && mayWait ? this.keepAlive() : null;
    try {
      let at = 0;
      while (at < this.plan.length) at = await this.step(at);
    } finally {
      if (beat !== null) clearInterval(beat);
    }
    if (this.answer === null) this.settleForRefused();
  }

  /** Something broke that nobody expected. */
  fail(cause: unknown): void {
    for (const hold of this.holds) hold.stop('beaten');
    this.answer = null;
    this.error = cause instanceof TierlineError ? cause : new TierlineError('internal', undefined, { cause });
  }

  outcome(): DeliveryOutcome {
    if (this.exchanges.length > 1) this.exchanges.sort((a, b) => a.result.startedAt - b.result.startedAt);
    const { answer } = this;
    return { exchanges: this.exchanges, answer, error: answer === null ? this.error : answer.result.error };
  }

  /** Runs one attempt, with the next beside it where the plan says so; gives the place of the one that is to follow. */
  private async step(at: number): Promise<number> {
    const { hedgeAfterMs } = this.plan[at] as PlannedAttempt;
    const isHedged = hedgeAfterMs !== null && this.plan[at + 1]?.after === 'any';
    const runner = this.prepare(at, isHedged);
    if (!isHedged) return this.next(at, await this.attempt(runner));
    return this.race(runner, hedgeAfterMs);
  }

  /** The first of two attempts to be accepted gives the answer; the other one is stopped. */
  private async race(first: Runner, afterMs: number): Promise<number> {
    const ending = this.attempt(first);
    const pause = new Pause(afterMs);
    const early = await Promise.race([ending, pause.over]);
    pause.cancel();
    if (early !== null) return this.next(first.at, early);
    // One that has begun to flow cannot be overtaken any more.
    if (first.hold?.isCommitted === true) return this.next(first.at, await ending);
    const second = this.prepare(first.at + 1, true);
    const other = this.attempt(second);
    const isFirst = await Promise.race([ending.then(() => true), other.then(() => false)]);
    const [winner, left, rest] = isFirst ? [ending, second, other] : [other, first, ending];
    const ended = await winner;
    // The one that is left waits for nobody any more, so without gates of its own it may flow.
    if (this.answer === null && left.judgement?.isLast === true && !this.mayGoBack()) left.hold?.release();
    const last = await rest;
    return ended === 'over' ? this.plan.length : this.next(second.at, last);
  }

  private prepare(at: number, isRaced: boolean): Runner {
    const { timeoutMs } = this.plan[at] as PlannedAttempt;
    const gated = this.judgementOf(at);
    const isHolding = isRaced || (gated !== null && (!gated.isLast || this.mayGoBack()));
    if (!isHolding && timeoutMs === null) return { at, hold: null, judgement: gated };
    // What may be stopped in the middle is read along, so that it is known how much was used of it.
    const judgement = gated ?? this.judgement(at, UNGATED, true);
    return { at, hold: this.hold(at, isHolding, judgement), judgement };
  }

  /** Whether a gate may like an earlier answer better when it has seen the last one, which is held back for that. */
  private mayGoBack(): boolean {
    const { judging } = this.call;
    if (judging === null || this.refused.last === null || judging.release.mode === 'first-tokens') return false;
    return judging.gates.some(({ mayPrefer }) => mayPrefer === true);
  }

  private async attempt({ at, hold, judgement }: Runner): Promise<Ending> {
    const attempt = this.plan[at] as PlannedAttempt;
    const run = new ModelRun(this.delivery, attempt, {
      client: hold ?? this.call.client,
      carry: (planned, deployment) => this.call.carry(planned, deployment, this.exchanges),
      deadline: this.deadline,
      hold,
      judgement,
      onExchange: this.onExchange,
    });
    const { timeoutMs } = attempt;
    const timer = hold === null || timeoutMs === null ? null : setTimeout(() => hold.stop('late'), timeoutMs);
    try {
      const exchange = await run.run();
      this.error = run.error;
      const ending = exchange === null ? 'failed' : this.settle(exchange, hold, judgement);
      // Its gates have to be done within its time, too.
      return timer === null ? ending : await ending;
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  private readonly onExchange = (exchange: Delivered): void => void this.exchanges.push(exchange);

  private hold(at: number, isHolding: boolean, judgement: Judgement): Hold {
    const hold = new Hold(this.call.client, {
      isHolding,
      maxBytes: this.delivery.options.maxReplyBytes,
      onProgress: judgement.isLast ? null : (held) => judgement.progress(held),
      onFlow: (flowing) => {
        this.stopOthers(flowing);
        this.call.onFlow?.(this.plan[at] as PlannedAttempt);
      },
    });
    this.holds.push(hold);
    this.call.client.onGone = leaveAll.bind(null, this.holds);
    return hold;
  }

  private stopOthers(hold: Hold | null): void {
    for (const other of this.holds) if (other !== hold) other.stop('beaten');
  }

  /** The gates of an attempt; null when it has none. */
  private judgementOf(at: number): Judgement | null {
    const { judging } = this.call;
    if (judging === null || !(this.plan[at] as PlannedAttempt).isGated) return null;
    const isLast = judging.otherwise === 'answer' && this.next(at, 'refused') === this.plan.length;
    return this.judgement(at, judging, isLast);
  }

  private judgement(at: number, judging: Judging, isLast: boolean): Judgement {
    return new Judgement(judging, { model: (this.plan[at] as PlannedAttempt).model, given: this.given, isLast });
  }

  /** What the last exchange of an attempt means for the walk; at once, when no gate has to be asked. */
  private settle(exchange: Delivered, hold: Hold | null, judgement: Judgement | null): Ending | Promise<Ending> {
    const { result } = exchange;
    if (hold !== null && hold.stopped !== null) return this.stop(exchange, hold.stopped, judgement);
    if (result.error !== null) {
      // What has begun to flow is the client's answer, as far as it came.
      if (result.isCommitted) this.answer = exchange;
      return result.isCommitted || result.status === 'client_gone' || isFinal(result) ? 'over' : 'failed';
    }
    if (judgement !== null) return this.judge(exchange, hold, judgement);
    this.accept(exchange, hold);
    return 'over';
  }

  private async judge(exchange: Delivered, hold: Hold | null, judgement: Judgement): Promise<Ending> {
    const isGiven = exchange.result.isCommitted;
    const asking = new Asking(this.deadline);
    if (hold !== null) hold.onGone = () => asking.leave();
    const verdicts = await judgement.verdict(isGiven, asking);
    if (hold !== null) hold.onGone = null;
    exchange.verdicts = verdicts.length === 0 ? null : verdicts;
    if (hold !== null && hold.stopped !== null) return this.stop(exchange, hold.stopped, judgement);
    if (this.call.client.isGone && !isGiven) {
      this.error = new TierlineError('client_gone');
      return 'over';
    }
    if (judgement.isPassed || judgement.isLast || isGiven) {
      const given = (isGiven ? null : this.refused.preferredTo(exchange)) ?? { exchange, hold };
      this.accept(given.exchange, given.hold);
      return 'over';
    }
    this.refused.add(exchange, hold);
    this.error = refusal(exchange);
    return 'refused';
  }

  /** We ended the exchange, or its judging: that is nobody's failure, and what was used of it is paid. */
  private stop(exchange: Delivered, reason: StopReason, judgement: Judgement | null): Ending {
    const { attempt, result } = exchange;
    const wasFailed = result.status !== 'client_gone' && result.status !== 'ok';
    if (!wasFailed) exchange.stopped = reason;
    if (result.status === 'client_gone') {
      result.status = result.httpStatus === null ? 'error' : 'partial';
      result.error = null;
    }
    if (reason === 'rejected' && judgement?.rejection != null) exchange.verdicts = [judgement.rejection];
    if (reason === 'rejected') this.error = refusal(exchange);
    if (reason === 'late') {
      const said = `${attempt.model} did not answer within the ${attempt.timeoutMs} ms of its attempt.`;
      this.error = new TierlineError('upstream_timeout', said);
    }
    return 'refused';
  }

  private accept(exchange: Delivered, hold: Hold | null): void {
    this.stopOthers(hold);
    hold?.release();
    this.answer = exchange;
  }

  /** Nobody passed. Unless the route rather has an error, the client gets the last answer that was refused. */
  private settleForRefused(): void {
    const { last } = this.refused;
    if (last === null || this.call.judging?.otherwise !== 'answer' || this.call.client.isGone) return;
    this.accept(last.exchange, last.hold);
  }

  private next(at: number, ending: Ending): number {
    if (ending === 'over') return this.plan.length;
    let next = at + 1;
    if (ending === 'refused') while (next < this.plan.length && this.plan[next]?.after !== 'any') next++;
    return next;
  }

  private keepAlive(): NodeJS.Timeout {
    const { client } = this.call;
    return setInterval(() => {
      if (!client.isGone && !client.isCommitted) client.keepAlive();
    }, this.delivery.options.keepAliveMs);
  }
}

function leaveAll(holds: readonly Hold[]): void {
  for (const hold of holds) hold.onGone?.();
}

const UNGATED: Judging = {
  gates: [],
  question: () => {
    throw new TypeError('nobody asks');
  },
  ask: null,
  again: null,
  embed: null,
  request: null,
  release: { mode: 'hold', tokens: 0 },
  otherwise: 'answer',
};

/** A time to wait for that can be given up. */
class Pause {
  readonly over: Promise<null>;
  private timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.over = new Promise((resolve) => {
      this.timer = setTimeout(resolve, ms, null);
    });
  }

  cancel(): void {
    clearTimeout(this.timer);
  }
}

/** The answer in the error is the gate's reason, never the answer itself. */
function refusal({ attempt, verdicts }: Delivered): TierlineError {
  const failed = verdicts?.find(({ pass }) => !pass);
  const said = failed === undefined ? '' : `: ${failed.gate}: ${failed.reason}`;
  return new TierlineError('answer_refused', `The answer of ${attempt.model} did not pass its gates${said}.`);
}
