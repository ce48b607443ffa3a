// One call from its bytes to its row: decode, plan, run, encode, record. Everything on this page is said in the words
// of the modules below it; nothing here knows HTTP servers, SQL or a provider's wire format.
import type { IncomingHttpHeaders } from 'node:http';
import { createAgain } from './again.ts';
import { createAsk } from './ask.ts';
import type { PriceBatched } from './batch-price.ts';
import { ERRORS, TierlineError } from './call/errors.ts';
import { emptyPlan, type Plan, type PlannedAttempt } from './call/plan.ts';
import type { CallRow } from './call/row.ts';
import type { Usage } from './call/usage.ts';
import { type Delivered, type Delivery, type DeliveryOutcome, deliver, type Judging } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import type { ClientSide } from './delivery/exchange.ts';
import type { Incoming } from './dialect/incoming.ts';
import type { DialectName } from './dialect/neutral.ts';
import { writeReplyCost } from './dialect/reply.ts';
import { createEmbed } from './embed.ts';
import type { Embed } from './encoding.ts';
import { estimateUsage } from './estimate.ts';
import type { Gate, Question } from './gate/gate.ts';
import { toQuestion } from './judged.ts';
import { begin, conclude, NothingLeft } from './policy/decide.ts';
import type { Policy } from './policy/policy.ts';
import { encodingFor } from './policy/predict.ts';
import { namedSession } from './policy/session.ts';
import type { PlanState } from './policy/state.ts';
import { createCarriage } from './provider/carriage.ts';
import type { Connection } from './provider/connection.ts';
import { type CallFacts, type Pricing, spentOn, toCallRow } from './record.ts';

/** A request that has been admitted: key checked, body read and valid. */
export interface Call {
  id: string;
  atMs: number;
  /** `performance.now()` when the body was complete. */
  startedAt: number;
  tenant: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  inbound: Incoming;
  client: CallClient;
  /** The provider that holds what the request goes on from; null or left out when there is none. */
  heldBy?: string | null | undefined;
  /** Is told of an answer that is complete, before its last byte goes out. */
  onAnswered?: ((answered: Answered) => void) | undefined;
}

export interface Answered {
  /** Name of the provider that gave it. */
  provider: string;
  /** Whether the client gets the provider's own bytes. */
  isSameDialect: boolean;
  /** The whole answer in the client's dialect, or the last bytes of a stream. */
  last: Buffer | string;
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

/** The client's side of a whole call. Exactly one of `reply`, `finish` and `fail` ends it, after the row is written. */
export interface CallClient extends ClientSide {
  /** What the headers of a stream will say, set before each exchange. */
  answer: AnswerFacts | null;
  reply: (body: Buffer | string, headers: IncomingHttpHeaders, answer: AnswerFacts) => void;
  finish: (closing: Buffer | string | null) => void;
  /** `body` is the provider's own error in the client's dialect; null when there is none. */
  fail: (error: TierlineError, context: FailureContext) => void;
}

export interface FailureContext {
  body: Buffer | string | null;
  headers: IncomingHttpHeaders;
  answer: AnswerFacts | null;
}

/** Everything a configuration compiles to; replaced as a whole when it is reloaded. */
export interface Engine {
  policy: Policy;
  /** What the planner is told beside the request. */
  planState: (nowMs: number) => PlanState;
  /** Embeddings for predictors that want them. */
  embed: Embed;
  /** Remembers how a planned call went. */
  learn: (plan: Plan, row: CallRow) => void;
  delivery: Delivery;
  /** The gates of a task, none when it has none. */
  gatesOf: (task: string | null) => readonly Gate[];
  /** Whether losses of a translation are an error for this task. */
  isStrict: (task: string | null) => boolean;
  hasCostInUsage: boolean;
  /** Cost in nano-dollars, null when unknown. */
  costOf: (
    deployment: Deployment,
    usage: Usage,
    options: { atMs: number; serviceTier: string | null },
  ) => number | null;
  defaultMaxTokens: (deployment: Deployment) => number;
  /** `baseline`: the model to compare with in place of the configured one. */
  pricing: (atMs: number, baseline?: string) => Pricing;
  /** The providers that take files and batches, in the order of the configuration. */
  holders: readonly Holder[];
  /** Keeps a call that has been answered; left out or null when none is kept. */
  capture?: ((call: Call, task: string | null) => void) | null | undefined;
  priceBatched: PriceBatched;
}

/** A provider that is handed files and batches, with what limits ask of it. */
export interface Holder {
  connection: Connection;
  /** Null when the operator does not say. */
  region: string | null;
}

export interface Recorder {
  record: (row: CallRow) => void | Promise<void>;
}

/** Answers one call and writes its row. Never rejects on account of a provider or a client. */
export async function route(engine: Engine, recorder: Recorder, call: Call): Promise<void> {
  const { inbound, client } = call;
  let plan = emptyPlan();
  let outcome: DeliveryOutcome = { exchanges: [], answer: null, error: null };
  let decidedAt = call.startedAt;
  const losses: LossesOf = new Map();
  try {
    const caller = { tenant: call.tenant, path: call.path, headers: call.headers, heldBy: call.heldBy ?? null };
    const begun = begin(engine.policy, inbound, caller, engine.planState(call.atMs));
    const wanted = encodingFor(begun.asked);
    const { embed } = engine;
    plan = conclude(begun, wanted === null ? null : await embed(wanted.encoder, inbound.text, wanted.timeoutMs));
    decidedAt = performance.now();
    outcome = await deliver(engine.delivery, plan.attempts, {
      client,
      isStream: inbound.stream,
      judging: judgingOf(engine, call, plan),
      carry: (attempt, deployment, earlier) => carry(engine, call, { plan, attempt, deployment, earlier, losses }),
      onFlow: (attempt) => nameAnswer(client, plan, { attempt, losses: losses.get(attempt) ?? [] }),
    });
  } catch (error) {
    if (error instanceof NothingLeft) {
      plan = error.plan;
      decidedAt = performance.now();
    }
    outcome.error = error instanceof TierlineError ? error : new TierlineError('internal', undefined, { cause: error });
  }
  for (const exchange of outcome.exchanges) estimateUsage(engine.policy.models, inbound, exchange);
  const row = toCallRow(callFacts(call, plan, decidedAt), outcome, {
    httpStatus: told(outcome),
    errorCode: outcome.error?.code ?? null,
    pricing: engine.pricing(call.atMs, ownBaseline(inbound, plan)),
  });
  // The row comes first: whoever reads an answer to its end finds it in the ledger.
  const written = recorder.record(row);
  engine.learn(plan, row);
  if (written !== undefined) await written;
  if (isPricedLate(inbound, plan))
    writeCost(engine, outcome, { costNanoUsd: row.costNanoUsd, dialect: inbound.dialect.name });
  if (call.onAnswered !== undefined) tellAnswered(call.onAnswered, outcome);
  answer(client, outcome, answerFacts(plan, row));
  engine.capture?.(call, plan.task);
}

/** Vectors of another model would be of no use: without routing, the same call would have been made. */
function ownBaseline({ kind }: Incoming, { attempts }: Plan): string | undefined {
  return kind === 'embedding' ? attempts[0]?.model : undefined;
}

function tellAnswered(onAnswered: NonNullable<Call['onAnswered']>, { answer, error }: DeliveryOutcome): void {
  if (answer === null || error !== null) return;
  const { deployment, carriage, result } = answer;
  const last = result.body ?? result.closing;
  if (last !== null) onAnswered({ provider: deployment.connection.name, isSameDialect: carriage.isSameDialect, last });
}

/** What the answers of the plan have to pass; null when none is gated. Throws TierlineError `unsupported`. */
function judgingOf(engine: Engine, call: Call, plan: Plan): Judging | null {
  if (!plan.attempts.some(({ isGated }) => isGated)) return null;
  if (call.inbound.runsLater) {
    const sentence = 'background: the task has checks, and there is nothing to check before the answer is made.';
    throw new TierlineError('unsupported', sentence, { param: 'background' });
  }
  let question: Question | null = null;
  return {
    gates: engine.gatesOf(plan.task),
    question: () => (question ??= toQuestion(call.inbound.neutral)),
    ask: createAsk(engine, { ...call, task: plan.task }),
    embed: createEmbed(engine, { ...call, task: plan.task }),
    again: createAgain(engine, { ...call, task: plan.task, isStrict: engine.isStrict(plan.task) }),
    release: plan.stream,
    otherwise: plan.otherwise,
  };
}

/** What the crossing to an attempt's latest deployment could not carry over. */
type LossesOf = Map<PlannedAttempt, readonly string[]>;

interface Chosen {
  plan: Plan;
  attempt: PlannedAttempt;
  deployment: Deployment;
  earlier: readonly Delivered[];
  losses: LossesOf;
}

function carry(engine: Engine, call: Call, chosen: Chosen): ReturnType<typeof createCarriage> {
  const { deployment, plan, attempt, earlier, losses } = chosen;
  const { inbound, atMs, client } = call;
  const carriage = createCarriage(inbound, deployment.connection, {
    upstreamModel: deployment.upstreamModel,
    headers: call.headers,
    query: call.query,
    isStrict: engine.isStrict(plan.task),
    defaultMaxTokens: engine.defaultMaxTokens(deployment),
    costOf: (usage, serviceTier) => {
      const own = engine.costOf(deployment, usage, { atMs, serviceTier });
      const before = earlier.length === 0 ? 0 : spentBefore(engine, call, earlier);
      return own === null || before === null ? null : own + before;
    },
    hasCostInUsage: engine.hasCostInUsage && !isPricedLate(inbound, plan),
    cache: plan.cache,
  });
  losses.set(attempt, carriage.losses);
  nameAnswer(client, plan, { attempt, losses: carriage.losses, isNew: true });
  return carriage;
}

/** What the exchanges that have ended by now have cost; null when that is not known. */
function spentBefore(engine: Engine, { inbound, atMs }: Call, earlier: readonly Delivered[]): number | null {
  for (const exchange of earlier) estimateUsage(engine.policy.models, inbound, exchange);
  return spentOn(earlier, engine.pricing(atMs)).nanoUsd;
}

/** What the headers of a stream say of the answer that begins with them. */
function nameAnswer(
  client: CallClient,
  plan: Plan,
  { attempt, losses, isNew = false }: { attempt: PlannedAttempt; losses: readonly string[]; isNew?: boolean },
): void {
  const attempts = (client.answer?.attempts ?? 0) + (isNew ? 1 : 0);
  client.answer = { plan, model: attempt.model, attempts, losses, cost: null, baseline: null };
}

/** Whether what a whole answer costs is only known when it is complete: judges and stopped attempts come after it. */
function isPricedLate(inbound: Incoming, { attempts }: Plan): boolean {
  return !inbound.stream && attempts.some(({ isGated, hedgeAfterMs }) => isGated || hedgeAfterMs !== null);
}

function writeCost(
  { hasCostInUsage }: Engine,
  { answer }: DeliveryOutcome,
  { costNanoUsd, dialect }: { costNanoUsd: CallRow['costNanoUsd']; dialect: DialectName },
): void {
  const body = answer?.result.body ?? null;
  if (!hasCostInUsage || answer === null || body === null || costNanoUsd === null) return;
  answer.result.body = writeReplyCost(dialect, Buffer.from(body), costNanoUsd);
}

function answer(client: CallClient, outcome: DeliveryOutcome, facts: AnswerFacts): void {
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

function told(outcome: DeliveryOutcome): number {
  if (outcome.error === null || outcome.answer !== null) return outcome.answer?.result.httpStatus ?? 200;
  return outcome.error.upstream?.status ?? ERRORS[outcome.error.code].status;
}

function answerFacts(plan: Plan, row: CallRow): AnswerFacts {
  return {
    plan,
    model: row.model,
    attempts: row.attempts.length,
    losses: row.losses,
    cost: row.costNanoUsd,
    baseline: row.baselineNanoUsd,
  };
}

function callFacts(call: Call, plan: Plan, decidedAt: number): CallFacts {
  const { inbound } = call;
  return {
    id: call.id,
    atMs: call.atMs,
    startedAt: call.startedAt,
    tenant: call.tenant,
    session: namedSession(inbound, { tenant: call.tenant, path: call.path, headers: call.headers }),
    dialect: inbound.dialect.name,
    stream: inbound.stream,
    requestedModel: inbound.model,
    asks: inbound.asks,
    maxOutputTokens: inbound.maxOutputTokens,
    messages: inbound.listed,
    plan,
    decisionUs: (decidedAt - call.startedAt) * 1000,
  };
}
