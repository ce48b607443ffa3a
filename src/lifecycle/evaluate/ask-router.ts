// Sends one sample through the real router, as a client would, and says how it ended. It is in nobody's ledger, and the router remembers
// nothing of it: every sample meets the same policy, whatever came before.
import { ERRORS, TierlineError } from '../../call/errors.ts';
import { createRequestIds } from '../../call/request-id.ts';
import type { AttemptRow, CallRow } from '../../call/row.ts';
import type { AnswerFacts, CallClient, FailureContext } from '../../call-client.ts';
import { pathOf } from '../../dialect/guess-dialect.ts';
import { Inbound } from '../../dialect/inbound.ts';
import { toAnswer } from '../../judged.ts';
import { NO_STATE } from '../../policy/state.ts';
import { type Engine, route } from '../../router.ts';
import { toKept } from '../profile/answer.ts';
import type { Sample } from '../samples/sample.ts';
import type { RoutedAttempt, RoutedCall, RoutedFailure } from './run-file.ts';

const MAX_DEPTH = 512;
const TENANT = 'default';
const nextId = createRequestIds();

/** A sample as a request of its task. Throws TierlineError for a request that is not valid. */
export function toTaskRequest({ dialect, request }: Sample, task: string): Inbound {
  return Inbound.read(dialect, Buffer.from(JSON.stringify({ ...request, model: `auto/${task}` })), MAX_DEPTH);
}

/** The engine with what is known before the run, deaf to what happens during it, and exploring nothing. */
export function withoutMemory(engine: Engine): Engine {
  return {
    ...engine,
    planState: (nowMs) => ({ ...engine.planState(nowMs), pinOf: () => null, draw: NO_STATE.draw }),
    learn: () => undefined,
  };
}

/** What the planner is told of whoever asks. */
export function callerOf(inbound: Inbound) {
  return { tenant: TENANT, path: pathOf(inbound.dialect), headers: {}, heldBy: null };
}

/**
 * `again`: a provider failed, which says nothing about the policy. `stuck`: no call can succeed as things are, for want of credentials or
 * because the provider does not know the model.
 */
export type Routed =
  | { is: 'over'; call: RoutedCall }
  | { is: 'again'; waitMs: number | null; isLimit: boolean; failure: RoutedFailure }
  | { is: 'stuck'; failure: RoutedFailure };

/** Never rejects on account of a provider. `nowMs`: milliseconds since 1970. */
export async function askRouter(
  engine: Engine,
  { sample, inbound, nowMs }: { sample: Sample; inbound: Inbound; nowMs: () => number },
): Promise<Routed> {
  const client = new WaitingClient();
  let row: CallRow | null = null;
  await route(
    engine,
    { record: (written) => void (row = written) },
    {
      id: nextId(),
      atMs: nowMs(),
      startedAt: performance.now(),
      query: '',
      inbound,
      client,
      ...callerOf(inbound),
    },
  );
  // The row is written before the client hears of its answer.
  return toRouted(client, row as unknown as CallRow, { sample, inbound, at: new Date(nowMs()).toISOString() });
}

interface Asked {
  sample: Sample;
  inbound: Inbound;
  at: string;
}

function toRouted({ body, error }: WaitingClient, row: CallRow, { sample, inbound, at }: Asked): Routed {
  if (error !== null && !isForGood(error)) {
    const { code, message, status, retryAfterSeconds } = error;
    const failure: RoutedFailure = {
      kind: 'failure',
      key: sample.digest,
      at,
      code,
      message,
      costNanoUsd: row.costNanoUsd,
    };
    if (status === 401 || status === 403 || status === 404 || code === 'upstream_auth') return { is: 'stuck', failure };
    const waitMs = retryAfterSeconds === undefined ? null : retryAfterSeconds * 1000;
    return { is: 'again', waitMs, isLimit: status === 429, failure };
  }
  const { latencyMs, model, tier, responseModel, escalated, costNanoUsd, costBasis, usage } = row;
  const call: RoutedCall = {
    kind: 'call',
    key: sample.digest,
    sample: sample.id,
    at,
    latencyMs: Math.round((latencyMs ?? 0) * 10) / 10,
    model,
    tier: tier === '' ? null : tier,
    responseModel,
    escalated,
    attempts: row.attempts.map(toAttempt),
    costNanoUsd,
    costBasis,
    usage,
    answer: body === null ? null : toKept(toAnswer(inbound.dialect.decodeReply(Buffer.from(body)))),
    error: error === null ? null : { code: error.code, httpStatus: error.status, message: error.message.slice(0, 300) },
  };
  return { is: 'over', call };
}

function toAttempt({ model, status, httpStatus, latencyMs, costNanoUsd, verdicts }: AttemptRow): RoutedAttempt {
  return { model, status, httpStatus, latencyMs: Math.round(latencyMs * 10) / 10, costNanoUsd, verdicts };
}

/** Policies, gates and the request itself say the same tomorrow; providers do not. */
function isForGood({ code, status }: TierlineError): boolean {
  if (code === 'answer_refused' || code === 'latency_limit_exceeded') return true;
  return (ERRORS[code].fault === 'client' && code !== 'client_gone') || [400, 413, 422].includes(status);
}

/** A client that waits for a whole answer and never leaves: what was asked is paid. */
class WaitingClient implements CallClient {
  answer: AnswerFacts | null = null;
  readonly isCommitted = false;
  readonly isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  body: Buffer | string | null = null;
  error: TierlineError | null = null;

  reply(body: Buffer | string): void {
    this.body = body;
  }

  fail(error: TierlineError, _context: FailureContext): void {
    this.error = error;
  }

  begin(): void {
    throw new TypeError('an answer that was not asked for as a stream has no events');
  }

  write(): boolean {
    return true;
  }

  finish(): void {
    this.error = new TierlineError('upstream_malformed');
  }

  keepAlive(): void {
    // It does not wait for signs of life.
  }
}
