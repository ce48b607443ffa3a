// One model of a plan on its deployments: which one, whether to try again, when to give up. It decides about reliability
// only and never about quality; once an event has gone to the client it changes nothing any more.
import { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt } from '../call/plan.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { Delivered, Delivery } from './deliver.ts';
import { allowedOf, chooseDeployment, type Deployment } from './deployment.ts';
import { type ClientSide, type ExchangeLimits, type ExchangeResult, runExchange } from './exchange.ts';
import type { Hold } from './hold.ts';
import type { Judgement } from './judgement.ts';

export interface ModelRunOptions {
  client: ClientSide;
  carry: (attempt: PlannedAttempt, deployment: Deployment) => Carriage;
  /** End of the call, in performance.now() time. */
  deadline: number;
  hold: Hold | null;
  judgement: Judgement | null;
  /** Every exchange as it ends. */
  onExchange: (exchange: Delivered) => void;
}

export class ModelRun {
  /** Why the model gave no answer. */
  error: TierlineError | null = null;
  private readonly delivery: Delivery;
  private readonly attempt: PlannedAttempt;
  private readonly options: ModelRunOptions;

  constructor(delivery: Delivery, attempt: PlannedAttempt, options: ModelRunOptions) {
    this.delivery = delivery;
    this.attempt = attempt;
    this.options = options;
  }

  /** The last exchange; null when there was none. */
  async run(): Promise<Delivered | null> {
    const { options, random } = this.delivery;
    const { attempt } = this;
    const { client, hold, judgement } = this.options;
    const deployments = allowedOf(attempt, this.delivery.deploymentsOf(attempt.model));
    // One place is nothing to choose from, and most models have one.
    const tried = deployments.length === 1 ? NONE : new Set<Deployment>();
    let last: Delivered | null = null;
    for (let round = 0; round < options.maxAttempts; round++) {
      const deployment = chooseDeployment(deployments, tried, random);
      if (deployment === null) {
        this.error ??= unavailable(attempt.model, deployments);
        return last;
      }
      const carriage = this.carryOrFail(deployment);
      if (carriage === null) return last;
      if (tried !== NONE) tried.add(deployment);
      deployment.breaker.begin();
      hold?.restart();
      const result = await runExchange(carriage, client, this.limits());
      const read = { text: judgement?.text ?? null, tokens: judgement?.tokens ?? 0 };
      last = { attempt, deployment, carriage, result, verdicts: null, stopped: null, ...read };
      this.options.onExchange(last);
      judge(deployment, result);
      this.error = result.error;
      const isSettled = result.error === null || result.isCommitted || result.status === 'client_gone';
      if (isSettled || !isWorthAnother(result) || round + 1 >= options.maxAttempts) return last;
      if (!(await this.mayRetry(result, round, tried !== NONE && tried.size < deployments.length))) return last;
    }
    return last;
  }

  /** A model that cannot express the request is passed over; when it is the last one, the client is told why. */
  private carryOrFail(deployment: Deployment): Carriage | null {
    const { carry, judgement } = this.options;
    try {
      const carriage = carry(this.attempt, deployment);
      return judgement === null ? carriage : judgement.over(carriage);
    } catch (error) {
      if (!(error instanceof TierlineError)) throw error;
      this.error = error;
      return null;
    }
  }

  private limits(): ExchangeLimits {
    const { firstByteMs, idleMs, maxReplyBytes } = this.delivery.options;
    // Whole seconds where there is time: timers of equal length share a list, which makes them cheap.
    const leftMs = Math.max(1, this.options.deadline - performance.now());
    const totalMs = leftMs > 5000 ? Math.ceil(leftMs / 1000) * 1000 : Math.ceil(leftMs);
    return { firstByteMs: Math.min(firstByteMs, totalMs), idleMs: Math.min(idleMs, totalMs), totalMs, maxReplyBytes };
  }

  /** Waits as long as the provider asked, or a random part of a doubling delay; at once when another deployment is there. */
  private async mayRetry(result: ExchangeResult, round: number, hasOther: boolean): Promise<boolean> {
    const { options, budget, random, sleep } = this.delivery;
    const { client, deadline } = this.options;
    const asked = result.retryAfterMs ?? 0;
    if (!hasOther && asked > options.maxRetryAfterMs) return false;
    const backoff = random() * Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** round);
    const waitMs = hasOther ? 0 : Math.max(asked, backoff);
    if (performance.now() + waitMs >= deadline || !budget.withdraw()) return false;
    if (waitMs > 0) await sleep(waitMs, client);
    return !client.isGone;
  }
}

const NONE: Set<Deployment> = new Set();

/** What the result says about its deployment. */
function judge(deployment: Deployment, result: ExchangeResult): void {
  const { breaker } = deployment;
  if (result.status === 'client_gone' || result.httpStatus === 429) breaker.forget();
  else if (countsAsFailure(result)) breaker.fail();
  else breaker.succeed();
  if (result.httpStatus === 429 && result.retryAfterMs !== null) {
    deployment.restUntil = performance.now() + result.retryAfterMs;
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
export function isFinal(result: ExchangeResult): boolean {
  if (result.httpStatus !== 400 && result.httpStatus !== 413 && result.httpStatus !== 422) return false;
  const told = result.error?.upstream;
  return (
    told?.code !== 'context_length_exceeded' && !/prompt is too long|context (length|window)/i.test(told?.message ?? '')
  );
}

function countsAsFailure(result: ExchangeResult): boolean {
  return result.error !== null && (result.httpStatus === null || result.httpStatus < 300 || result.httpStatus >= 500);
}
