// Walks a plan inside one deadline: which deployment, whether to retry, when to go on to the next model. It decides
// about reliability only and never about quality; once a byte has gone to the client it changes nothing any more.
import { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt } from '../call/plan.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { RetryBudget } from '../state/retry-budget.ts';
import { chooseDeployment, type Deployment } from './deployment.ts';
import { type ClientSide, type ExchangeLimits, type ExchangeResult, runExchange } from './exchange.ts';

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
}

/** One exchange of the call and where it went. */
export interface Delivered {
  attempt: PlannedAttempt;
  deployment: Deployment;
  carriage: Carriage;
  result: ExchangeResult;
}

export interface DeliveryOutcome {
  /** Every exchange in order. */
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

export async function deliver(
  delivery: Delivery,
  plan: readonly PlannedAttempt[],
  call: { client: ClientSide; carry: Carry },
): Promise<DeliveryOutcome> {
  const walk = new Walk(delivery, call.client, call.carry);
  delivery.budget.deposit();
  for (const attempt of plan) {
    if (await walk.model(attempt)) break;
  }
  return walk.outcome();
}

class Walk {
  private readonly delivery: Delivery;
  private readonly client: ClientSide;
  private readonly carry: Carry;
  private readonly deadline: number;
  private readonly exchanges: Delivered[] = [];
  private error: TierlineError | null = null;

  constructor(delivery: Delivery, client: ClientSide, carry: Carry) {
    this.delivery = delivery;
    this.client = client;
    this.carry = carry;
    this.deadline = performance.now() + delivery.options.totalMs;
  }

  outcome(): DeliveryOutcome {
    const last = this.exchanges.at(-1);
    const answer = last !== undefined && (last.result.error === null || last.result.isCommitted) ? last : null;
    return { exchanges: this.exchanges, answer, error: this.error };
  }

  /** Tries one model on its deployments; true when the walk is over, with an answer or without. */
  async model(attempt: PlannedAttempt): Promise<boolean> {
    const { options, random } = this.delivery;
    const deployments = this.delivery.deploymentsOf(attempt.model);
    const tried = new Set<Deployment>();
    for (let round = 0; round < options.maxAttempts; round++) {
      const deployment = chooseDeployment(deployments, tried, random);
      if (deployment === null) {
        this.error ??= unavailable(attempt.model, deployments);
        return false;
      }
      const carriage = this.carryOrFail(attempt, deployment);
      if (carriage === null) return false;
      tried.add(deployment);
      deployment.breaker.begin();
      const result = await runExchange(carriage, this.client, this.limits());
      this.exchanges.push({ attempt, deployment, carriage, result });
      this.judge(deployment, result);
      this.error = result.error;
      if (result.error === null || result.isCommitted || result.status === 'client_gone') return true;
      if (!isWorthAnother(result)) return isFinal(result);
      if (round + 1 >= options.maxAttempts) return false;
      if (!(await this.mayRetry(result, round, tried.size < deployments.length))) return this.client.isGone;
    }
    return false;
  }

  /** A model that cannot express the request is passed over; when it is the last one, the client is told why. */
  private carryOrFail(attempt: PlannedAttempt, deployment: Deployment): Carriage | null {
    try {
      return this.carry(attempt, deployment);
    } catch (error) {
      if (!(error instanceof TierlineError)) throw error;
      this.error = error;
      return null;
    }
  }

  /** What the result says about its deployment. */
  private judge(deployment: Deployment, result: ExchangeResult): void {
    const { breaker } = deployment;
    if (result.status === 'client_gone' || result.httpStatus === 429) breaker.forget();
    else if (countsAsFailure(result)) breaker.fail();
    else breaker.succeed();
    if (result.httpStatus === 429 && result.retryAfterMs !== null) {
      deployment.restUntil = performance.now() + result.retryAfterMs;
    }
  }

  private limits(): ExchangeLimits {
    const { firstByteMs, idleMs, maxReplyBytes } = this.delivery.options;
    // Whole seconds where there is time: timers of equal length share a list, which makes them cheap.
    const leftMs = Math.max(1, this.deadline - performance.now());
    const totalMs = leftMs > 5000 ? Math.ceil(leftMs / 1000) * 1000 : Math.ceil(leftMs);
    return { firstByteMs: Math.min(firstByteMs, totalMs), idleMs: Math.min(idleMs, totalMs), totalMs, maxReplyBytes };
  }

  /** Waits as long as the provider asked, or a random part of a doubling delay; at once when another deployment is there. */
  private async mayRetry(result: ExchangeResult, round: number, hasOther: boolean): Promise<boolean> {
    const { options, budget, random, sleep } = this.delivery;
    const asked = result.retryAfterMs ?? 0;
    if (!hasOther && asked > options.maxRetryAfterMs) return false;
    const backoff = random() * Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** round);
    const waitMs = hasOther ? 0 : Math.max(asked, backoff);
    if (performance.now() + waitMs >= this.deadline || !budget.withdraw()) return false;
    if (waitMs > 0) await sleep(waitMs, this.client);
    return !this.client.isGone;
  }
}

function unavailable(model: string, deployments: readonly Deployment[]): TierlineError {
  const waitMs = Math.min(...deployments.map((deployment) => deployment.breaker.waitMs));
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const message = `Every deployment of ${model} is failing; the next try is in ${seconds} s.`;
  return new TierlineError('upstream_unavailable', message, { retryAfterSeconds: seconds });
}

/** Statuses after which the same request can succeed: overload, time-outs and failures of the provider. */
function isWorthAnother(result: ExchangeResult): boolean {
  const status = result.httpStatus ?? 0;
  if (status === 408 || status === 409 || status === 429 || status >= 500) return true;
  return status < 300;
}

/** The request itself is at fault, so no other model will take it; one that is too long may fit a larger window. */
function isFinal(result: ExchangeResult): boolean {
  if (result.httpStatus !== 400 && result.httpStatus !== 413 && result.httpStatus !== 422) return false;
  const told = result.error?.upstream;
  return (
    told?.code !== 'context_length_exceeded' && !/prompt is too long|context (length|window)/i.test(told?.message ?? '')
  );
}

function countsAsFailure(result: ExchangeResult): boolean {
  return result.error !== null && (result.httpStatus === null || result.httpStatus < 300 || result.httpStatus >= 500);
}
