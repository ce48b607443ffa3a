// One call from its bytes to its row: decode, plan, run, encode, record. Everything on this page is said in the words
// of the modules below it; nothing here knows HTTP servers, SQL or a provider's wire format.
import type { IncomingHttpHeaders } from 'node:http';
import { createAgain } from './again.ts';
import { createAsk } from './ask.ts';
import type { PriceBatched } from './batch-price.ts';
import { TierlineError } from './call/errors.ts';
import type { NanoUsd } from './call/money.ts';
import { emptyPlan, type Plan, type PlannedAttempt } from './call/plan.ts';
import type { CallRow } from './call/row.ts';
import type { Usage } from './call/usage.ts';
import { type Answered, answeredBy, type CallClient, factsOf, statusOf, tell, writeCost } from './call-client.ts';
import { type Delivered, type Delivery, type DeliveryOutcome, deliver, type Judging } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { Watch } from './delivery/watch.ts';
import type { Incoming } from './dialect/incoming.ts';
import { createEmbed } from './embed.ts';
import type { EncodeRequest, Encoding } from './encoding.ts';
import { estimateUsage } from './estimate.ts';
import type { Answer, Gate, Question } from './gate/gate.ts';
import { toAnswer, toQuestion } from './judged.ts';
import { begin, conclude, NothingLeft } from './policy/decide.ts';
import type { Policy } from './policy/policy.ts';
import { encodingFor } from './policy/predict.ts';
import { namedSession } from './policy/session.ts';
import type { PlanState } from './policy/state.ts';
import { type Carriage, createCarriage } from './provider/carriage.ts';
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

/** Everything a configuration compiles to; replaced as a whole when it is reloaded. */
export interface Engine {
  policy: Policy;
  /** What the planner is told beside the request. */
  planState: (nowMs: number) => PlanState;
  /** Embeddings for predictors that want them. */
  encode: EncodeRequest;
  /** Remembers how a planned call went. */
  learn: (plan: Plan, row: CallRow) => void;
  delivery: Delivery;
  /** The gates of a task, none when it has none; with the learned gate of a plan, where that has one. */
  gatesOf: (task: string | null, learnedGate?: string | null) => readonly Gate[];
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
  /** What happens after the reply; left out or null where nothing does. */
  afterwards?: Afterwards | null | undefined;
  priceBatched: PriceBatched;
}

/** A call that has ended. Nothing of it is on the way of a request any more. */
export interface Ended {
  call: Call;
  plan: Plan;
  row: CallRow;
  /** What the provider said of what serves its model; null when it said nothing. */
  fingerprint: string | null;
  /** What the client was given, decoded when it is asked for; null where that is not complete, or a stream that nobody read along. */
  answer: () => Answer | null;
}

/** Whoever works after the reply. It throws at nobody and keeps nobody waiting. */
export interface Afterwards {
  /** Whether the answer will be asked for, though it be a stream. */
  wantsAnswer: (call: Call, plan: Plan) => boolean;
  ended: (ended: Ended) => void;
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
  let encoding: Encoding | null = null;
  const losses: LossesOf = new Map();
  const watched: WatchedAnswers = new Map();
  try {
    const caller = { tenant: call.tenant, path: call.path, headers: call.headers, heldBy: call.heldBy ?? null };
    const begun = begin(engine.policy, inbound, caller, engine.planState(call.atMs));
    const wanted = encodingFor(begun.asked);
    if (wanted !== null) encoding = await engine.encode({ ...wanted, text: inbound.ask, limits: begun.asked.limits });
    plan = conclude(begun, encoding?.vector);
    decidedAt = performance.now();
    const isWatched = inbound.stream && engine.afterwards?.wantsAnswer(call, plan) === true;
    outcome = await deliver(engine.delivery, plan.attempts, {
      client,
      isStream: inbound.stream,
      judging: judgingOf(engine, call, { plan, encoding }),
      carry: (attempt, deployment, earlier) => {
        const carriage = carry(engine, call, { plan, attempt, deployment, earlier, encoding, losses });
        return isWatched ? readAlong(carriage, attempt, watched) : carriage;
      },
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
  const row = toCallRow(callFacts(call, plan, { decidedAt, encoding }), outcome, {
    httpStatus: statusOf(outcome),
    errorCode: outcome.error?.code ?? null,
    pricing: engine.pricing(call.atMs, ownBaseline(engine, inbound, plan)),
  });
  // The row comes first: whoever reads an answer to its end finds it in the ledger.
  const written = recorder.record(row);
  engine.learn(plan, row);
  if (written !== undefined) await written;
  if (engine.hasCostInUsage && isPricedLate(inbound, plan))
    writeCost(outcome, { costNanoUsd: row.costNanoUsd, dialect: inbound.dialect.name });
  const answered = call.onAnswered === undefined ? null : answeredBy(outcome);
  if (answered !== null) call.onAnswered?.(answered);
  tell(client, outcome, factsOf(plan, row));
  engine.afterwards?.ended({
    call,
    plan,
    row,
    fingerprint: outcome.answer?.result.facts.fingerprint ?? null,
    answer: () => answerOf(inbound, outcome, watched),
  });
}

/** What was read along of each attempt's last stream. */
type WatchedAnswers = Map<PlannedAttempt, Watch>;

function readAlong(carriage: Carriage, attempt: PlannedAttempt, watched: WatchedAnswers): Carriage {
  const watch = new Watch();
  watched.set(attempt, watch);
  return watch.over(carriage);
}

function answerOf({ dialect }: Incoming, outcome: DeliveryOutcome, watched: WatchedAnswers): Answer | null {
  const { answer, error } = outcome;
  if (answer === null || error !== null || answer.result.status !== 'ok') return null;
  const { body } = answer.result;
  if (body !== null) return toAnswer(dialect.decodeReply(Buffer.from(body)));
  const read = watched.get(answer.attempt)?.answer;
  return read?.isComplete === true ? read : null;
}

/** Where nothing is routed, the same call would have been made without us; vectors of another model would be of no use. */
function ownBaseline({ policy }: Engine, { kind }: Incoming, { attempts }: Plan): string | undefined {
  return kind === 'embedding' || policy.observing !== null ? attempts[0]?.model : undefined;
}

interface Decided {
  plan: Plan;
  encoding: Encoding | null;
}

/** What the answers of the plan have to pass; null when none is gated. Throws TierlineError `unsupported`. */
function judgingOf(engine: Engine, call: Call, { plan, encoding }: Decided): Judging | null {
  if (!plan.attempts.some(({ isGated }) => isGated)) return null;
  const gates = engine.gatesOf(plan.task, plan.learnedGate);
  if (gates.length === 0) return null;
  if (call.inbound.runsLater) {
    const sentence = 'background: the task has checks, and there is nothing to check before the answer is made.';
    throw new TierlineError('unsupported', sentence, { param: 'background' });
  }
  let question: Question | null = null;
  const { encoder = '', vector = null } = encoding ?? {};
  return {
    gates,
    question: () => (question ??= toQuestion(call.inbound.neutral)),
    ask: createAsk(engine, { ...call, task: plan.task }),
    embed: createEmbed(engine, { ...call, task: plan.task }),
    again: createAgain(engine, { ...call, task: plan.task, isStrict: engine.isStrict(plan.task) }),
    request: { view: call.inbound, task: plan.task, tenant: call.tenant, embedding: vector && { encoder, vector } },
    release: plan.stream,
    otherwise: plan.otherwise,
  };
}

/** What the crossing to an attempt's latest deployment could not carry over. */
type LossesOf = Map<PlannedAttempt, readonly string[]>;

interface Chosen extends Decided {
  attempt: PlannedAttempt;
  deployment: Deployment;
  earlier: readonly Delivered[];
  losses: LossesOf;
}

function carry(engine: Engine, call: Call, chosen: Chosen): ReturnType<typeof createCarriage> {
  const { deployment, plan, attempt, losses } = chosen;
  const { inbound, atMs, client } = call;
  const carriage = createCarriage(inbound, deployment.connection, {
    upstreamModel: deployment.upstreamModel,
    headers: call.headers,
    query: call.query,
    isStrict: engine.isStrict(plan.task),
    defaultMaxTokens: engine.defaultMaxTokens(deployment),
    costOf: (usage, serviceTier) => {
      const own = engine.costOf(deployment, usage, { atMs, serviceTier });
      const before = spentBefore(engine, call, chosen);
      return own === null || before === null ? null : own + before;
    },
    hasCostInUsage: engine.hasCostInUsage && !isPricedLate(inbound, plan),
    cache: plan.cache,
  });
  losses.set(attempt, carriage.losses);
  nameAnswer(client, plan, { attempt, losses: carriage.losses, isNew: true });
  return carriage;
}

/** What the decision and the exchanges that have ended by now have cost; null when that is not known. */
function spentBefore(engine: Engine, { inbound, atMs }: Call, { earlier, encoding }: Chosen): NanoUsd | null {
  const decided = spentOnDeciding(encoding);
  if (earlier.length === 0) return decided;
  for (const exchange of earlier) estimateUsage(engine.policy.models, inbound, exchange);
  const { nanoUsd } = spentOn(earlier, engine.pricing(atMs));
  return nanoUsd === null || decided === null ? null : nanoUsd + decided;
}

function spentOnDeciding(encoding: Encoding | null): NanoUsd | null {
  return encoding === null ? 0 : encoding.costNanoUsd;
}

/** Whether what a whole answer costs is only known when it is complete: judges and stopped attempts come after it. */
function isPricedLate(inbound: Incoming, { attempts }: Plan): boolean {
  return !inbound.stream && attempts.some(({ isGated, hedgeAfterMs }) => isGated || hedgeAfterMs !== null);
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

function callFacts(
  call: Call,
  plan: Plan,
  { decidedAt, encoding }: { decidedAt: number; encoding: Encoding | null },
): CallFacts {
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
    encoderNanoUsd: spentOnDeciding(encoding),
  };
}
