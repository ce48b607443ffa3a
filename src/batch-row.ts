// A line of a batch's results as a row of the ledger. Its id is made of the batch's and the line's own, so that however often
// results are fetched there is one row for each answer.
import { hash } from 'node:crypto';
import type { BatchPrice, PriceBatched } from './batch-price.ts';
import type { Cost } from './call/money.ts';
import type { CallRow } from './call/row.ts';
import type { BatchLine } from './dialect/batch-line.ts';

/** What is remembered of a batch since it was made. */
export interface KnownBatch {
  id: string;
  tenant: string;
  provider: string;
  task: string | null;
  /** Milliseconds since 1970. */
  createdMs: number;
}

const FREE: Cost = Object.freeze({ nanoUsd: 0, basis: 'measured' });
/** Longer ids of lines stand in the row's id as their digest. */
const LONGEST = 128;
const DAY_MS = 86_400_000;

/** `nowMs` bounds what the answer says of its time. */
export function toBatchRow(line: BatchLine, batch: KnownBatch, by: { price: PriceBatched; nowMs: number }): CallRow {
  const atMs = timeOf(line, batch, by.nowMs);
  const model = line.model ?? '';
  const kind = line.dialect === 'openai-embeddings' ? 'embedding' : 'chat';
  const price = by.price({ provider: batch.provider, model, usage: line.usage, kind, atMs });
  return {
    id: `${batch.id}/${line.customId.length > LONGEST ? hash('sha256', line.customId, 'hex') : line.customId}`,
    atMs,
    tenant: batch.tenant,
    task: batch.task,
    arm: null,
    session: null,
    dialect: line.dialect,
    stream: false,
    requestedModel: model,
    // The order lies at the provider.
    asks: null,
    maxOutputTokens: null,
    messages: null,
    prediction: null,
    provider: batch.provider,
    responseModel: line.model,
    reasons: [{ step: 'request', say: `answered in the batch ${batch.id}` }],
    losses: [],
    status: line.isOk ? 'ok' : 'error',
    httpStatus: line.httpStatus,
    errorCode: line.isOk ? null : 'upstream_error',
    finishReason: line.finishReason,
    escalated: false,
    usage: line.usage,
    ...answeredBy(line, price),
    // Nobody waited for it, and none of our exchanges brought it.
    latencyMs: null,
    ttftMs: null,
    decisionUs: 0,
    attempts: [],
  };
}

type AnsweredBy = Pick<
  CallRow,
  'model' | 'tier' | 'planned' | 'costNanoUsd' | 'costBasis' | 'baselineModel' | 'baselineNanoUsd' | 'baselineBasis'
>;

/** A line that failed costs nothing, and would have cost nothing. */
function answeredBy({ isOk, model }: BatchLine, price: BatchPrice): AnsweredBy {
  const hasAnswered = isOk && model !== null;
  const cost = isOk ? price.cost : FREE;
  const baseline = isOk || price.baselineModel === null ? price.baseline : FREE;
  return {
    model: hasAnswered ? price.model : null,
    tier: hasAnswered ? price.tier : null,
    planned: hasAnswered ? [price.model] : [],
    costNanoUsd: cost.nanoUsd,
    costBasis: cost.basis,
    baselineModel: price.baselineModel,
    baselineNanoUsd: baseline.nanoUsd,
    baselineBasis: baseline.basis,
  };
}

function timeOf({ atMs }: BatchLine, { createdMs }: KnownBatch, nowMs: number): number {
  const isLikely = atMs !== null && Number.isInteger(atMs) && atMs >= createdMs - DAY_MS && atMs <= nowMs + DAY_MS;
  return isLikely ? atMs : createdMs;
}
