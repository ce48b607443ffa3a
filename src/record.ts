// Turns what happened to a call into its ledger row. Pure: every cost comes from the price function it is given.
import { type Cost, type CostBasis, type NanoUsd, UNKNOWN_COST } from './call/money.ts';
import type { Plan } from './call/plan.ts';
import type { AttemptRow, CallRow } from './call/row.ts';
import type { Usage } from './call/usage.ts';
import type { Delivered, DeliveryOutcome } from './delivery/deliver.ts';

/** What exchanges and the verdicts on them, as far as there are any, cost together. */
export function spentOn(exchanges: readonly Delivered[], pricing: Pricing): Cost {
  return total(
    exchanges.map((exchange) => {
      const { nanoUsd, basis } = attemptCost(exchange, pricing);
      return { costNanoUsd: nanoUsd, costBasis: basis, verdicts: exchange.verdicts, stopped: exchange.stopped };
    }),
  );
}

/** What is known of a call before anything was sent. */
export interface CallFacts {
  id: string;
  atMs: number;
  startedAt: number;
  tenant: string;
  session: string | null;
  dialect: string;
  stream: boolean;
  requestedModel: string;
  asks: string;
  maxOutputTokens: number | null;
  messages: number;
  plan: Plan;
  decisionUs: number;
  /** What was spent to decide; null when not known. */
  encoderNanoUsd: NanoUsd | null;
}

export interface Pricing {
  /** Cost of a usage on the deployment of this exchange. */
  costOf: (exchange: Delivered, usage: Usage) => Cost;
  baselineModel: string | null;
  /** What the baseline model would have cost for an answer with this usage. */
  baselineOf: (exchange: Delivered, usage: Usage) => Cost;
}

const FREE: Cost = Object.freeze({ nanoUsd: 0, basis: 'measured' });

/** `httpStatus` and `errorCode` are what the client was told. */
export function toCallRow(
  call: CallFacts,
  outcome: DeliveryOutcome,
  told: { httpStatus: number; errorCode: string | null; pricing: Pricing },
): CallRow {
  const { pricing } = told;
  const attempts = outcome.exchanges.map((exchange, index) => toAttemptRow(call, exchange, index, pricing));
  const { answer } = outcome;
  const last = answer ?? outcome.exchanges.at(-1);
  const usage = last?.result.facts.usage ?? null;
  const cost = withEncoder(total(attempts, told.errorCode === 'client_gone'), call.encoderNanoUsd);
  const baseline = baselineCost(answer, usage, pricing);
  const now = performance.now();
  return {
    id: call.id,
    atMs: call.atMs,
    tenant: call.tenant,
    task: call.plan.task,
    arm: call.plan.arm,
    session: call.session,
    dialect: call.dialect,
    stream: call.stream,
    requestedModel: call.requestedModel,
    asks: call.asks,
    maxOutputTokens: call.maxOutputTokens,
    messages: call.messages,
    model: answer?.attempt.model ?? null,
    tier: answer?.attempt.tier ?? null,
    provider: answer?.deployment.connection.name ?? null,
    responseModel: last?.result.facts.responseModel ?? null,
    reasons: call.plan.reasons,
    planned: call.plan.attempts.map((attempt) => attempt.model),
    prediction: call.plan.prediction && { ...call.plan.prediction, encoderNanoUsd: call.encoderNanoUsd },
    losses: [...(last?.carriage.losses ?? [])],
    status: answer?.result.status ?? (told.errorCode === 'client_gone' ? 'client_gone' : 'error'),
    httpStatus: told.httpStatus,
    errorCode: told.errorCode,
    finishReason: last?.result.facts.finishReason ?? null,
    escalated: answer !== null && answer.attempt.model !== call.plan.attempts[0]?.model,
    usage,
    costNanoUsd: cost.nanoUsd,
    costBasis: cost.basis,
    baselineModel: pricing.baselineModel,
    baselineNanoUsd: baseline.nanoUsd,
    baselineBasis: baseline.basis,
    latencyMs: now - call.startedAt,
    ttftMs: answer?.result.firstTokenAt == null ? null : answer.result.firstTokenAt - call.startedAt,
    decisionUs: call.decisionUs,
    attempts,
  };
}

function toAttemptRow(call: CallFacts, exchange: Delivered, index: number, pricing: Pricing): AttemptRow {
  const { result, attempt, deployment } = exchange;
  const cost = attemptCost(exchange, pricing);
  const requestId = result.headers['x-request-id'] ?? result.headers['request-id'] ?? null;
  return {
    index,
    model: attempt.model,
    provider: deployment.connection.name,
    upstreamModel: deployment.upstreamModel,
    status: result.status,
    httpStatus: result.httpStatus,
    errorCode: result.error?.code ?? null,
    startMs: result.startedAt - call.startedAt,
    latencyMs: result.endedAt - result.startedAt,
    ttftMs: result.firstTokenAt === null ? null : result.firstTokenAt - result.startedAt,
    usage: result.facts.usage,
    costNanoUsd: cost.nanoUsd,
    costBasis: cost.basis,
    upstreamRequestId: typeof requestId === 'string' ? requestId : null,
    verdicts: exchange.verdicts,
    stopped: exchange.stopped,
    expected: attempt.expected,
  };
}

/**
 * Providers bill neither refused connections nor error statuses. An answer that broke off is billed for what was made:
 * the usage reported so far is a lower bound, so it counts as an estimate; without any report it is unknown.
 */
function attemptCost(exchange: Delivered, pricing: Pricing): Cost {
  const { result } = exchange;
  if (result.status === 'ok') {
    return result.facts.usage === null ? UNKNOWN_COST : pricing.costOf(exchange, result.facts.usage);
  }
  const wasRefused = result.httpStatus !== null && (result.httpStatus < 200 || result.httpStatus >= 300);
  if (wasRefused || !result.isSent || result.error?.code === 'upstream_unreachable') return FREE;
  if (result.facts.usage === null) return UNKNOWN_COST;
  const cost = pricing.costOf(exchange, result.facts.usage);
  return cost.nanoUsd === null ? cost : { nanoUsd: cost.nanoUsd, basis: 'estimated' };
}

type Spent = Pick<AttemptRow, 'costNanoUsd' | 'costBasis' | 'verdicts' | 'stopped'>;

/** The sum of all attempts and of what judging them cost; unknown as soon as one of them is. */
function total(attempts: readonly Spent[], isLeft = false): Cost {
  let sum = 0;
  let basis: CostBasis = 'measured';
  for (const { costNanoUsd: own, costBasis, verdicts, stopped } of attempts) {
    if (own === null) return UNKNOWN_COST;
    sum += own;
    for (const { costNanoUsd } of verdicts ?? []) {
      if (costNanoUsd === null) return UNKNOWN_COST;
      sum += costNanoUsd;
      // A judge that was stopped in the middle never told what it used.
      if (costNanoUsd > 0 && (isLeft || stopped !== null)) basis = 'estimated';
    }
    if (costBasis === 'estimated') basis = 'estimated';
  }
  return { nanoUsd: sum, basis };
}

function withEncoder({ nanoUsd, basis }: Cost, encoderNanoUsd: NanoUsd | null): Cost {
  return nanoUsd === null || encoderNanoUsd === null ? UNKNOWN_COST : { nanoUsd: nanoUsd + encoderNanoUsd, basis };
}

/** A call that failed would have failed on the baseline too and cost nothing there. */
function baselineCost(answer: Delivered | null, usage: Usage | null, pricing: Pricing): Cost {
  if (pricing.baselineModel === null) return UNKNOWN_COST;
  if (answer === null) return FREE;
  if (usage === null) return UNKNOWN_COST;
  const cost = pricing.baselineOf(answer, usage);
  if (cost.nanoUsd === null || answer.result.status === 'ok') return cost;
  return { nanoUsd: cost.nanoUsd, basis: 'estimated' };
}
