// The client's side of a call, and how the outcome gets there: the answer or the error, what it says of itself, what it cost. It knows nothing
// of HTTP; it only ever ends a call, after the row is written.
import type { IncomingHttpHeaders } from 'node:http';
import { ERRORS, type TierlineError } from './call/errors.ts';
import type { NanoUsd } from './call/money.ts';
import type { Plan } from './call/plan.ts';
import type { CallRow } from './call/row.ts';
import type { Delivered, DeliveryOutcome } from './delivery/deliver.ts';
import type { ClientSide } from './delivery/exchange.ts';
import type { DialectName } from './dialect/neutral.ts';
import { writeReplyCost } from './dialect/reply.ts';

/** The client's side of a whole call. Exactly one of `reply`, `finish` and `fail` ends it, after the row is written. */
export interface CallClient extends ClientSide {
  /** What the headers of a stream will say, set before each exchange. */
  answer: AnswerFacts | null;
  reply: (body: Buffer | string, headers: IncomingHttpHeaders, answer: AnswerFacts) => void;
  finish: (closing: Buffer | string | null) => void;
  /** `body` is the provider's own error in the client's dialect; null when there is none. */
  fail: (error: TierlineError, context: FailureContext) => void;
}

/** What an answer says about itself. `cost` and `baseline` in nano-dollars, null when unknown or not known yet. */
export interface AnswerFacts {
  plan: Plan;
  model: string | null;
  attempts: number;
  losses: readonly string[];
  cost: number | null;
  baseline: number | null;
}

export interface FailureContext {
  body: Buffer | string | null;
  headers: IncomingHttpHeaders;
  answer: AnswerFacts | null;
}

/** An answer that is complete. */
export interface Answered {
  /** Name of the provider that gave it. */
  provider: string;
  /** Whether the client gets the provider's own bytes. */
  isSameDialect: boolean;
  /** The whole answer in the client's dialect, or the last bytes of a stream. */
  last: Buffer | string;
}

/** What there is to tell of an answer that is complete; null when there is none. */
export function answeredBy({ answer, error }: DeliveryOutcome): Answered | null {
  if (answer === null || error !== null) return null;
  const { deployment, carriage, result } = answer;
  const last = result.body ?? result.closing;
  return last === null ? null : { provider: deployment.connection.name, isSameDialect: carriage.isSameDialect, last };
}

/** Writes into a whole answer what its call cost; an unknown cost is not written. */
export function writeCost(
  { answer }: DeliveryOutcome,
  { costNanoUsd, dialect }: { costNanoUsd: NanoUsd | null; dialect: DialectName },
): void {
  const body = answer?.result.body ?? null;
  if (answer === null || body === null || costNanoUsd === null) return;
  answer.result.body = writeReplyCost(dialect, Buffer.from(body), costNanoUsd);
}

/** Ends the call on the client's side. */
export function tell(client: CallClient, outcome: DeliveryOutcome, facts: AnswerFacts): void {
  const last = (outcome.answer ?? outcome.exchanges.at(-1))?.result;
  if (outcome.error !== null) {
    client.fail(outcome.error, { body: ownBody(outcome), headers: last?.headers ?? {}, answer: facts });
  } else if (last?.body !== null && last?.body !== undefined) client.reply(last.body, last.headers, facts);
  else client.finish(last?.closing ?? null);
}

/** The provider's error body, when the error the client gets is that very one. */
function ownBody(outcome: DeliveryOutcome): Buffer | string | null {
  const last: Delivered | undefined = outcome.exchanges.at(-1);
  return last !== undefined && last.result.error === outcome.error ? last.result.body : null;
}

/** The status that the client is told. */
export function statusOf(outcome: DeliveryOutcome): number {
  if (outcome.error === null || outcome.answer !== null) return outcome.answer?.result.httpStatus ?? 200;
  return outcome.error.upstream?.status ?? ERRORS[outcome.error.code].status;
}

export function factsOf(plan: Plan, row: CallRow): AnswerFacts {
  return {
    plan,
    model: row.model,
    attempts: row.attempts.length,
    losses: row.losses,
    cost: row.costNanoUsd,
    baseline: row.baselineNanoUsd,
  };
}
