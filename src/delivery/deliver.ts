// Walks a plan inside one deadline. It knows two reasons to go on to the next attempt and never mixes them: an upstream
// that failed, and an answer that was refused or late. Which models there are, and in which order, is not its business.
import { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt, StreamRelease } from '../call/plan.ts';
import type { StopReason } from '../call/row.ts';
import type { Verdict } from '../call/verdict.ts';
import type { Gate, GateContext, Question } from '../gate/gate.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { RetryBudget } from '../state/retry-budget.ts';
import { isFinal, ModelRun } from './attempt.ts';
import type { Deployment } from './deployment.ts';
import type { ClientSide, ExchangeResult } from './exchange.ts';
import { Hold } from './hold.ts';
import { Judgement } from './judgement.ts';

export interface DeliveryOptions {
  firstByteMs: number;
  idleMs: number;
  totalMs: number;
  maxReplyBytes: number;
  /** Exchanges per model, the first included. */
  maxAttempts: number;
  baseDelayMs: number;
  maxDelayMs: number;
  /** A longer `retry-after` is not waited for: the caller gets the error. */
  maxRetryAfterMs: number;
  /** How often a client whose answer is held back hears that it is still being worked on. */
  keepAliveMs: number;
}

/** One exchange of the call and where it went. */
export interface Delivered {
  attempt: PlannedAttempt;
  deployment: Deployment;
  carriage: Carriage;
  result: ExchangeResult;
  /** What the gates said of its answer; null when none looked at it. */
  verdicts: readonly Verdict[] | null;
  /** Why we ended it ourselves; null when it came to its own end. */
  stopped: StopReason | null;
  /** Text of the answer as far as it came, for an estimate of its tokens; null when nobody read along. */
  text: string | null;
}

export interface DeliveryOutcome {
  /** Every exchange in the order in which they began. */
  exchanges: Delivered[];
  /** The one whose answer the client gets, null when all failed. */
  answer: Delivered | null;
  /** What the client is told when there is no complete answer. */
  error: TierlineError | null;
}

export interface Delivery {
  options: DeliveryOptions;
  budget: RetryBudget;
  deploymentsOf: (model: string) => readonly Deployment[];
  random: () => number;
  sleep: (ms: number, client: ClientSide) => Promise<void>;
}

/** Makes the request for a deployment. Throws TierlineError for what the caller did wrong. */
export type Carry = (attempt: PlannedAttempt, deployment: Deployment) => Carriage;

/** What the gated attempts of a plan have to pass. */
export interface Judging {
  gates: readonly Gate[];
  question: () => Question;
  context: GateContext;
  release: StreamRelease;
  otherwise: 'answer' | 'error';
}

export interface DeliveredCall {
  client: ClientSide;
  carry: Carry;
  isStream: boolean;
  /** Null when no attempt of the plan is gated. */
  judging: Judging | null;
}

export function deliver(
  delivery: Delivery,
  plan: readonly PlannedAttempt[],
  call: DeliveredCall,
): Promise<DeliveryOutcome> {
  delivery.budget.deposit();
  return new Walk(delivery, plan, call).run();
}

/** How an attempt ended: the walk is over, its upstream failed, or its answer was refused or late. */
export type Ending = 'over' | 'failed' | 'refused';

/** An attempt under way. */
interface Runner {
  at: number;
  /** Null for an attempt whose answer is taken as it comes. */
  hold: Hold | null;
  judgement: Judgement | null;
}

class Walk {
  private readonly delivery: Delivery;
  private readonly plan: readonly PlannedAttempt[];
  private readonly call: DeliveredCall;
  private readonly deadline: number;
  private readonly exchanges: Delivered[] = [];
  private holds: Hold[] = [];
  private answer: Delivered | null = null;
  private error: TierlineError | null = null;
  /** The last complete answer that its gates refused, and the hold that still has it. */
  private refused: { exchange: Delivered; hold: Hold | null } | null = null;

  constructor(delivery: Delivery, plan: readonly PlannedAttempt[], call: DeliveredCall) {
    this.delivery = delivery;
    this.plan = plan;
    this.call = call;
    this.deadline = performance.now() + delivery.options.totalMs;
  }

  async run(): Promise<DeliveryOutcome> {
    const beat = this.call.isStream && this.call.judging !== null ? this.keepAlive() : null;
    try {
      let at = 0;
      while (at < this.plan.length) {
        const { hedgeAfterMs } = this.plan[at] as PlannedAttempt;
        const isHedged = hedgeAfterMs !== null && this.plan[at + 1]?.after === 'any';
        const runner = this.prepare(at, isHedged);
        at = isHedged ? await this.race(runner, hedgeAfterMs) : this.next(at, await this.attempt(runner));
      }
    } finally {
      if (beat !== null) clearInterval(beat);
    }
    if (this.answer === null) this.settleForRefused();
    return this.outcome();
  }

  private outcome(): DeliveryOutcome {
    if (this.exchanges.length > 1) this.exchanges.sort((a, b) => a.result.startedAt - b.result.startedAt);
    const { answer } = this;
    return { exchanges: this.exchanges, answer, error: answer === null ? this.error : answer.result.error };
  }

  /**
   * Runs an attempt with the next one beside it and gives the place of the one that is to follow. The first to be accepted
   * gives the answer, the other one is stopped.
   */
  private async race(first: Runner, afterMs: number): Promise<number> {
    const ending = this.attempt(first);
    const early = await Promise.race([ending, later(afterMs)]);
    if (early !== null) return this.next(first.at, early);
    const second = this.prepare(first.at + 1, true);
    const other = this.attempt(second);
    const isFirst = await Promise.race([ending.then(() => true), other.then(() => false)]);
    const [winner, loser, rest] = isFirst ? [ending, second, other] : [other, first, ending];
    if ((await winner) === 'over') {
      loser.hold?.stop('beaten');
      await rest;
      return this.plan.length;
    }
    // The one that is left waits for nobody any more, so without gates of its own it may flow.
    if (loser.judgement === null || loser.judgement.isLast) loser.hold?.release();
    return this.next(second.at, await rest);
  }

  private prepare(at: number, isRaced: boolean): Runner {
    const { timeoutMs } = this.plan[at] as PlannedAttempt;
    const gated = this.judgementOf(at);
    const isHolding = isRaced || (gated !== null && !gated.isLast);
    if (!isHolding && timeoutMs === null) return { at, hold: null, judgement: gated };
    // What may be stopped in the middle is read along, so that it is known how much was used of it.
    const judgement = gated ?? new Judgement(UNGATED, true);
    return { at, hold: this.hold(isHolding, judgement), judgement };
  }

  private attempt({ at, hold, judgement }: Runner): Promise<Ending> {
    const attempt = this.plan[at] as PlannedAttempt;
    const { timeoutMs } = attempt;
    const timer = hold === null || timeoutMs === null ? null : setTimeout(() => hold.stop('late'), timeoutMs);
    return new ModelRun(this.delivery, attempt, {
      client: hold ?? this.call.client,
      carry: this.call.carry,
      deadline: this.deadline,
      hold,
      judgement,
      onExchange: this.onExchange,
      settle: (exchange, error) => {
        if (timer !== null) clearTimeout(timer);
        this.error = error;
        return exchange === null ? 'failed' : this.settle(exchange, hold, judgement);
      },
    }).run();
  }

  private readonly onExchange = (exchange: Delivered): void => void this.exchanges.push(exchange);

  private hold(isHolding: boolean, judgement: Judgement): Hold {
    const hold = new Hold(this.call.client, {
      isHolding,
      maxBytes: this.delivery.options.maxReplyBytes,
      onProgress: judgement.isLast ? null : (held) => judgement.progress(held),
    });
    this.holds.push(hold);
    this.call.client.onGone = () => {
      for (const one of this.holds) one.onGone?.();
    };
    return hold;
  }

  /** The gates of an attempt; null when it has none. */
  private judgementOf(at: number): Judgement | null {
    const { judging } = this.call;
    if (judging === null || !(this.plan[at] as PlannedAttempt).isGated) return null;
    const isLast = judging.otherwise === 'answer' && this.next(at, 'refused') === this.plan.length;
    return new Judgement(judging, isLast);
  }

  /** What the last exchange of an attempt means for the walk; at once, when no gate has to be asked. */
  private settle(exchange: Delivered, hold: Hold | null, judgement: Judgement | null): Ending | Promise<Ending> {
    const { result } = exchange;
    if (judgement !== null) exchange.text = textOf(judgement);
    if (hold !== null && hold.stopped !== null) return this.stop(exchange, hold.stopped, judgement);
    if (result.status === 'client_gone') return 'over';
    if (result.error !== null) {
      if (!result.isCommitted) return isFinal(result) ? 'over' : 'failed';
      this.answer = exchange;
      return 'over';
    }
    if (judgement !== null) return this.judge(exchange, hold, judgement);
    this.accept(exchange, hold);
    return 'over';
  }

  private async judge(exchange: Delivered, hold: Hold | null, judgement: Judgement): Promise<Ending> {
    const isGiven = exchange.result.isCommitted;
    const verdicts = await judgement.verdict(isGiven);
    exchange.verdicts = verdicts.length === 0 ? null : verdicts;
    if (hold !== null && hold.stopped !== null) return this.stop(exchange, hold.stopped, judgement);
    if (judgement.isPassed || judgement.isLast || isGiven) {
      this.accept(exchange, hold);
      return 'over';
    }
    this.refused = { exchange, hold };
    this.error = refusal(exchange);
    return 'refused';
  }

  /** We ended the exchange ourselves: that is nobody's failure, and what was used of it is paid. */
  private stop(exchange: Delivered, reason: StopReason, judgement: Judgement | null): Ending {
    const { attempt, result } = exchange;
    exchange.stopped = reason;
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
    for (const other of this.holds) if (other !== hold) other.stop('beaten');
    hold?.release();
    this.answer = exchange;
  }

  /** Nobody passed. Unless the route rather has an error, the client gets the last answer that was refused. */
  private settleForRefused(): void {
    if (this.refused === null || this.call.judging?.otherwise !== 'answer' || this.call.client.isGone) return;
    this.accept(this.refused.exchange, this.refused.hold);
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

const UNGATED: Judging = {
  gates: [],
  question: () => {
    throw new TypeError('nobody asks');
  },
  context: { ask: null },
  release: { mode: 'hold', tokens: 0 },
  otherwise: 'answer',
};

/** Null after the time. */
function later(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, ms, null));
}

function textOf({ answer }: Judgement): string {
  return answer.text + (answer.refusal ?? '') + answer.toolCalls.map((call) => call.name + call.arguments).join('');
}

/** The answer in the error is the gate's reason, never the answer itself. */
function refusal({ attempt, verdicts }: Delivered): TierlineError {
  const failed = verdicts?.find(({ pass }) => !pass);
  const said = failed === undefined ? '' : `: ${failed.gate}: ${failed.reason}`;
  return new TierlineError('answer_refused', `The answer of ${attempt.model} did not pass its gates${said}.`);
}
