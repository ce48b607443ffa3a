// Asks one model one sample, with the connections, prices and limits of production, and says how it ended. Failures are values.

import { deliverQuestion } from '../../ask.ts';
import type { Cost, NanoUsd } from '../../call/money.ts';
import { type PlannedAttempt, plainAttempt } from '../../call/plan.ts';
import { toUsage } from '../../call/usage.ts';
import type { Asking } from '../../delivery/asking.ts';
import type { Delivered, DeliveryOutcome } from '../../delivery/deliver.ts';
import { Inbound } from '../../dialect/inbound.ts';
import type { RatedRequest } from '../../gate/gate.ts';
import { toAnswer } from '../../judged.ts';
import { inputTokensOf } from '../../policy/expected-cost.ts';
import { spentOn } from '../../record.ts';
import type { Engine } from '../../router.ts';
import type { Sample } from '../samples/sample.ts';
import { answerKey, type KeptAnswer, toKept } from './answer.ts';
import type { Candidate } from './candidate.ts';

const MAX_DEPTH = 512;
/** What an answer is reckoned with where nobody says how long answers are. */
const USUAL_OUTPUT_TOKENS = 300;

/** A sample as a request for one model. Throws TierlineError for a request that is not valid. */
export function toRequest({ dialect, request }: Sample, { model }: { model: { name: string } }): Inbound {
  return Inbound.read(dialect, Buffer.from(JSON.stringify({ ...request, model: model.name })), MAX_DEPTH);
}

/** The request of a sample as a learned gate rates it: as a row of the sample has it. */
export function ratedSample(sample: Sample, task: string): RatedRequest {
  const tenant = sample.tags['segment'] ?? sample.tags['tenant'] ?? null;
  return { view: toRequest(sample, { model: { name: 'any' } }), task, tenant, embedding: null };
}

/** What the answer is expected to cost; null when the model has no price. `outputTokens` null: nobody knows how long it is. */
export function expectedCost(
  { model, deployments }: Candidate,
  inbound: Inbound,
  { outputTokens, nowMs }: { outputTokens: number | null; nowMs: number },
): NanoUsd | null {
  const usual = outputTokens ?? USUAL_OUTPUT_TOKENS;
  const most = inbound.maxOutputTokens ?? usual;
  const usage = {
    inputTokens: Math.ceil(inputTokensOf(model, inbound)),
    outputTokens: Math.ceil(Math.min(usual, most)),
  };
  return model.priceOf(toUsage(usage), nowMs, deployments);
}

/**
 * `kept`: over, with an answer or a refusal that would be the same tomorrow. `again`: worth another try after a while. `stuck`: no question
 * to this model can succeed as things are, for want of credentials or because the provider does not know it.
 */
export type Asked =
  | { is: 'kept'; kept: KeptAnswer }
  | { is: 'again'; waitMs: number | null; isLimit: boolean; failure: Failure }
  | { is: 'stuck'; failure: Failure };

export interface Failure {
  code: string;
  say: string;
  cost: Cost;
}

export interface AskedQuestion {
  sample: Sample;
  candidate: Candidate;
  inbound: Inbound;
  asking: Asking;
  /** Milliseconds since 1970. */
  nowMs: () => number;
}

export async function askSample(engine: Engine, question: AskedQuestion): Promise<Asked> {
  const { candidate, inbound, asking, nowMs } = question;
  const { model, deployments } = candidate;
  const attempt: PlannedAttempt = { ...plainAttempt(model.name, model.tier), deployments };
  const outcome = await deliverQuestion(engine, { inbound, attempt, asking });
  const cost = spentOn(outcome.exchanges, engine.pricing(nowMs()));
  const last = outcome.answer ?? outcome.exchanges.at(-1) ?? null;
  if (outcome.answer === null && !isRefusedForGood(last)) return toFailed(outcome, last, cost);
  return { is: 'kept', kept: toKeptAnswer(question, { outcome, cost, last }) };
}

/** The request itself is at fault, or is one that this model does not take. */
function isRefusedForGood(last: Delivered | null): boolean {
  const status = last?.result.httpStatus ?? 0;
  return status === 400 || status === 413 || status === 422;
}

function toFailed({ error }: DeliveryOutcome, last: Delivered | null, cost: Cost): Asked {
  const failure = { code: error?.code ?? 'internal', say: error?.message ?? '', cost };
  const status = last?.result.httpStatus ?? 0;
  if (status === 401 || status === 403 || status === 404) return { is: 'stuck', failure };
  const told = error?.retryAfterSeconds;
  const waitMs = last?.result.retryAfterMs ?? (told === undefined ? null : told * 1000);
  return { is: 'again', waitMs, isLimit: status === 429, failure };
}

interface Ended {
  outcome: DeliveryOutcome;
  cost: Cost;
  last: Delivered | null;
}

function toKeptAnswer(
  { sample, candidate, inbound, nowMs }: AskedQuestion,
  { outcome, cost, last }: Ended,
): KeptAnswer {
  const { answer, error } = outcome;
  const body = answer?.result.body ?? null;
  const result = last?.result;
  const kept = body === null ? null : toKept(toAnswer(inbound.dialect.decodeReply(Buffer.from(body))));
  return {
    kind: 'answer',
    key: answerKey(sample, candidate.upstreams),
    sample: sample.id,
    model: candidate.model.name,
    upstream: last === null ? '' : `${last.deployment.connection.name}/${last.deployment.upstreamModel}`,
    at: new Date(nowMs()).toISOString(),
    latencyMs: result === undefined ? 0 : Math.round((result.endedAt - result.startedAt) * 10) / 10,
    answer: kept,
    error:
      kept !== null
        ? null
        : {
            code: error?.code ?? 'upstream_malformed',
            httpStatus: result?.httpStatus ?? null,
            message: (error?.message ?? '').slice(0, 300),
          },
    usage: result?.facts.usage ?? null,
    costNanoUsd: cost.nanoUsd,
    costBasis: cost.basis,
    responseModel: result?.facts.responseModel ?? null,
  };
}
