// Carries out a plan: what a delivery is given and what comes of it. Which models there are, and in which order, is not its
// business.
import type { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt, StreamRelease } from '../call/plan.ts';
import type { StopReason } from '../call/row.ts';
import type { Verdict } from '../call/verdict.ts';
import type { Gate, JudgeReply, Question, RatedRequest, SecondAnswer, Vectors } from '../gate/gate.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { RetryBudget } from '../state/retry-budget.ts';
import type { Asking } from './asking.ts';
import type { Deployment } from './deployment.ts';
import type { ClientSide, ExchangeResult } from './exchange.ts';
import { Walk } from './walk.ts';

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
  /** Tokens that were seen to come, thoughts included: at least so many there were. */
  tokens: number;
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

/**
 * Makes the request for a deployment. `earlier`: the exchanges of the call that have ended; the list grows and gets its
 * verdicts while this one is under way. Throws TierlineError for what the caller did wrong.
 */
export type Carry = (attempt: PlannedAttempt, deployment: Deployment, earlier: readonly Delivered[]) => Carriage;

/** What the gated attempts of a plan have to pass. */
export interface Judging {
  gates: readonly Gate[];
  question: () => Question;
  /** Asks a model on behalf of a gate; null when nobody can be asked. */
  ask: ((model: string, prompt: string, asking: Asking) => Promise<JudgeReply>) | null;
  /** Puts the request of the call to one more model; null when that cannot be done. */
  again: ((model: string, asking: Asking) => Promise<SecondAnswer>) | null;
  /** Has a model make vectors on behalf of a gate; null when nobody can be asked. */
  embed: ((model: string, texts: readonly string[], asking: Asking) => Promise<Vectors>) | null;
  /** What is rated where a gate was learned; null when none was. */
  request: RatedRequest | null;
  release: StreamRelease;
  otherwise: 'answer' | 'error';
}

export interface DeliveredCall {
  client: ClientSide;
  carry: Carry;
  isStream: boolean;
  /** Null when no attempt of the plan is gated. */
  judging: Judging | null;
  /** The stream of this attempt is about to begin to flow to the client; told where it could have been another's. */
  onFlow?: (attempt: PlannedAttempt) => void;
  /** When the call ends at the latest, in performance.now() time; after the time for a whole call when not given. */
  deadline?: number;
}

export async function deliver(
  delivery: Delivery,
  plan: readonly PlannedAttempt[],
  call: DeliveredCall,
): Promise<DeliveryOutcome> {
  const walk = new Walk(delivery, plan, call);
  delivery.budget.deposit();
  try {
    await walk.run();
  } catch (error) {
    // What was spent until then is in the outcome all the same.
    walk.fail(error);
  }
  return walk.outcome();
}
