// `POST /v1/messages/count_tokens` and Gemini's `:countTokens`: the provider's own count where it has one of this dialect, else
// our estimate for that model.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../call/errors.ts';
import type { PlannedAttempt } from '../call/plan.ts';
import { allowedOf, chooseDeployment } from '../delivery/deployment.ts';
import { type ClientSide, runExchange } from '../delivery/exchange.ts';
import { Inbound } from '../dialect/inbound.ts';
import { modelEdits } from '../dialect/model-edit.ts';
import { createFacts } from '../dialect/pipe.ts';
import { decide, TOKENS_PER_IMAGE } from '../policy/decide.ts';
import type { Connection } from '../provider/connection.ts';
import type { Engine } from '../router.ts';
import { splice } from '../wire/splice.ts';

export interface Around {
  before: Buffer;
  after: Buffer;
}

export interface CountRequest {
  inbound: Inbound;
  /** What stands around the request in the body, when it is only a part of it. */
  around?: Around;
  tenant: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  client: ClientSide;
  /** The provider that holds the files of the request; null when it refers to none. */
  heldBy: string | null;
}

/** The count as the client's dialect has it. It is free at the provider and makes no row. */
export async function countTokens(engine: Engine, request: CountRequest): Promise<{ status: number; body: unknown }> {
  const { inbound } = request;
  const plan = decide(engine.policy, inbound, request);
  // A plan has an attempt.
  const attempt = plan.attempts[0] as PlannedAttempt;
  const { model } = attempt;
  const { delivery } = engine;
  const deployment = chooseDeployment(allowedOf(attempt, delivery.deploymentsOf(model)), new Set(), delivery.random);
  const connection = deployment?.connection;
  if (deployment && connection?.countTokens && connection.speaks.includes(inbound.dialect))
    return ask(engine, request, { connection, model: deployment.upstreamModel });
  const isGemini = inbound.dialect.name === 'gemini';
  const whole = isGemini ? inbound : withMaxTokens(inbound);
  const counted = engine.policy.models.get(model)?.countTokens(whole.text) ?? 0;
  const tokens = Math.max(1, Math.ceil(counted + whole.imageCount * TOKENS_PER_IMAGE));
  return { status: 200, body: isGemini ? { totalTokens: tokens } : { input_tokens: tokens } };
}

async function ask(
  engine: Engine,
  request: CountRequest,
  target: { connection: Connection; model: string },
): Promise<{ status: number; body: unknown }> {
  const { inbound, around, headers, query } = request;
  const { connection, model } = target;
  const { dialect } = inbound;
  const own = splice(inbound.body, modelEdits(inbound, model));
  const body = around === undefined ? own : Buffer.concat([around.before, own, around.after]);
  const endpoint = { dialect, model, stream: false, headers, query, isSameDialect: true };
  const { firstByteMs, idleMs, totalMs, maxReplyBytes } = engine.delivery.options;
  const result = await runExchange(
    {
      isStream: false,
      isSameDialect: true,
      dialect,
      losses: [],
      send: (timeouts, sink) =>
        (connection.countTokens as NonNullable<Connection['countTokens']>)(endpoint, body, timeouts, sink),
      openPipe: () => {
        throw new TierlineError('internal');
      },
      readReply: (reply) => ({ body: JSON.stringify(JSON.parse(String(reply))), facts: createFacts() }),
      readError: (status, text) => dialect.decodeError(status, text),
      redact: (text) => connection.secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text),
    },
    request.client,
    { firstByteMs, idleMs, totalMs, maxReplyBytes },
  );
  if (result.error !== null) throw result.error;
  return { status: 200, body: JSON.parse(String(result.body)) };
}

/** A counting request needs no `max_tokens`, a message does: the dialect reads the one as the other. */
function withMaxTokens(inbound: Inbound): Inbound {
  if (inbound.top.span('max_tokens') !== null) return inbound;
  const open = inbound.body.indexOf(0x7b) + 1;
  const body = splice(inbound.body, [{ start: open, end: open, text: '"max_tokens":1,' }]);
  return Inbound.read(inbound.dialect, body, 512);
}
