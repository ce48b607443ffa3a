// The ledger's rows: one per call, one per attempt, written whatever the outcome.
import type { Arm } from './arm.ts';
import type { CostBasis, NanoUsd } from './money.ts';
import type { Expected, Reason } from './plan.ts';
import type { Prediction } from './prediction.ts';
import type { Usage } from './usage.ts';
import type { Verdict } from './verdict.ts';

/** `partial`: the answer broke off after it had begun. `client_gone`: the client left before the end. */
export type CallStatus = 'ok' | 'error' | 'partial' | 'client_gone';

/**
 * Why the router ended an exchange that the provider would have gone on with: a gate refused what there was of the answer
 * (`rejected`), the attempt had a time of its own (`late`), another attempt was accepted first (`beaten`).
 */
export type StopReason = 'rejected' | 'late' | 'beaten';

/** One upstream exchange. Times in milliseconds with a fraction. */
export interface AttemptRow {
  /** Position in the call, from 0. */
  index: number;
  model: string;
  provider: string;
  /** The provider's own name of the model, as it was asked for. */
  upstreamModel: string;
  status: CallStatus;
  httpStatus: number | null;
  errorCode: string | null;
  /** When it began, counted from the start of the call. */
  startMs: number;
  latencyMs: number;
  ttftMs: number | null;
  usage: Usage | null;
  costNanoUsd: NanoUsd | null;
  costBasis: CostBasis;
  /** The provider's request id, for their support. */
  upstreamRequestId: string | null;
  /** What the gates said of its answer; null when none looked at it. */
  verdicts: readonly Verdict[] | null;
  stopped: StopReason | null;
  /** What was expected of it, pass rates in whole millionths; null when nothing in the decision depended on it. */
  expected: Expected | null;
}

/** One call of a client. Immutable once written. */
export interface CallRow {
  id: string;
  /** Start of the call, milliseconds since 1970. */
  atMs: number;
  tenant: string;
  task: string | null;
  /** The side of the task's rollout that decided; null where none did, or before rows kept it. */
  arm: Arm | null;
  session: string | null;
  /** `openai-chat`, `anthropic-messages`, ... as the client spoke. */
  dialect: string;
  stream: boolean;
  requestedModel: string;
  /** What the request asks for, in the words of `asks.ts`; null when it was not recorded. */
  asks: string | null;
  /** The most tokens the client let the model write; null when it did not say, or that was not recorded. */
  maxOutputTokens: number | null;
  /** How many messages the request has; null when that was not recorded. */
  messages: number | null;
  /** Configured model that gave the answer; null when none did. */
  model: string | null;
  tier: string | null;
  provider: string | null;
  /** `response.model` exactly as the upstream said it. */
  responseModel: string | null;
  reasons: Reason[];
  /** Models of the plan, in order. */
  planned: string[];
  /** What a learned router said; null where none was asked, or before rows kept it. */
  prediction: Prediction | null;
  /** What a translation between dialects could not carry over. */
  losses: string[];
  status: CallStatus;
  httpStatus: number;
  errorCode: string | null;
  finishReason: string | null;
  /** True when another model than the plan's first gave the answer. */
  escalated: boolean;
  /** Usage of the attempt that answered; null when the provider reported none. */
  usage: Usage | null;
  /** Everything spent on this call, rejected attempts and retries included. */
  costNanoUsd: NanoUsd | null;
  costBasis: CostBasis;
  /** What the baseline model would have cost for this call. */
  baselineModel: string | null;
  baselineNanoUsd: NanoUsd | null;
  baselineBasis: CostBasis;
  /** Null for an answer out of a batch, which nobody waited for. */
  latencyMs: number | null;
  ttftMs: number | null;
  /** Time from the complete body to the finished plan, in microseconds. */
  decisionUs: number;
  attempts: AttemptRow[];
}
