// From the ledger's tables back to the row that was recorded.
import type { Arm } from '../call/arm.ts';
import type { Expected, Reason } from '../call/plan.ts';
import type { Prediction } from '../call/prediction.ts';
import type { AttemptRow, CallRow } from '../call/row.ts';
import type { Usage } from '../call/usage.ts';
import type { Verdict } from '../call/verdict.ts';
import type { AttemptColumn, CallColumn } from './views.ts';

type SqlRow = Record<string, unknown>;

/** The call of a row of the view `calls` and its rows of `attempts`, in order. */
export function toCallRow(call: SqlRow, attempts: SqlRow[]): CallRow {
  // The cells hold what the line writer was given, so the column alone decides the type.
  const cell = (column: CallColumn): never => call[column] as never;
  return {
    id: cell('id'),
    atMs: cell('at_ms'),
    tenant: cell('tenant'),
    task: cell('task'),
    arm: toArmOrNull(call),
    session: cell('session'),
    dialect: cell('dialect'),
    stream: cell('stream') === 1,
    requestedModel: cell('requested_model'),
    asks: cell('asks'),
    maxOutputTokens: cell('max_output_tokens'),
    messages: cell('messages'),
    model: cell('model'),
    tier: cell('tier'),
    provider: cell('provider'),
    responseModel: cell('response_model'),
    reasons: JSON.parse(cell('reasons')) as Reason[],
    planned: JSON.parse(cell('planned')) as string[],
    prediction: JSON.parse(cell('prediction') ?? 'null') as Prediction | null,
    losses: JSON.parse(cell('losses')) as string[],
    status: cell('status'),
    httpStatus: cell('http_status'),
    errorCode: cell('error_code'),
    finishReason: cell('finish_reason'),
    escalated: cell('escalated') === 1,
    usage: toUsageOrNull(call),
    costNanoUsd: cell('cost_nano_usd'),
    costBasis: cell('cost_basis'),
    baselineModel: cell('baseline_model'),
    baselineNanoUsd: cell('baseline_nano_usd'),
    baselineBasis: cell('baseline_basis'),
    latencyMs: cell('latency_ms'),
    ttftMs: cell('ttft_ms'),
    decisionUs: cell('decision_us'),
    attempts: attempts.map(toAttemptRow),
  };
}

function toArmOrNull(call: SqlRow): Arm | null {
  const cell = (column: CallColumn): never => call[column] as never;
  if (cell('rollout') === null) return null;
  return { rollout: cell('rollout'), arm: cell('arm'), percent: cell('rollout_percent') };
}

function toAttemptRow(attempt: SqlRow): AttemptRow {
  const cell = (column: AttemptColumn): never => attempt[column] as never;
  return {
    index: cell('idx'),
    model: cell('model'),
    provider: cell('provider'),
    upstreamModel: cell('upstream_model'),
    status: cell('status'),
    httpStatus: cell('http_status'),
    errorCode: cell('error_code'),
    startMs: cell('start_ms'),
    latencyMs: cell('latency_ms'),
    ttftMs: cell('ttft_ms'),
    usage: toUsageOrNull(attempt),
    costNanoUsd: cell('cost_nano_usd'),
    costBasis: cell('cost_basis'),
    upstreamRequestId: cell('upstream_request_id'),
    verdicts: JSON.parse(cell('verdicts') ?? 'null') as Verdict[] | null,
    stopped: cell('stopped'),
    expected: toExpectedOrNull(attempt),
  };
}

function toExpectedOrNull(attempt: SqlRow): Expected | null {
  const cell = (column: AttemptColumn): never => attempt[column] as never;
  if (cell('expected_input_tokens') === null) return null;
  return {
    inputTokens: cell('expected_input_tokens'),
    cachedTokens: cell('expected_cached_tokens'),
    outputTokens: cell('expected_output_tokens'),
    costNanoUsd: cell('expected_cost_nano_usd'),
    passRate: cell('expected_pass_rate'),
  };
}

function toUsageOrNull(row: SqlRow): Usage | null {
  if (row['input_tokens'] === null) return null;
  const tokens = (column: CallColumn): number => Number(row[column]);
  return {
    inputTokens: tokens('input_tokens'),
    cacheReadTokens: tokens('cache_read_tokens'),
    cacheWrite5mTokens: tokens('cache_write_5m_tokens'),
    cacheWrite1hTokens: tokens('cache_write_1h_tokens'),
    outputTokens: tokens('output_tokens'),
    reasoningTokens: tokens('reasoning_tokens'),
    audioInputTokens: tokens('audio_input_tokens'),
    audioOutputTokens: tokens('audio_output_tokens'),
  };
}
