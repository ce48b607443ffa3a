// What calls of one kind have in common: the words of a row, as opposed to its figures. A form is written down once and
// then filled in by row after row, which is what makes a row small.
import type { Arm } from '../call/arm.ts';
import type { AttemptRow, CallRow } from '../call/row.ts';

/** Fields of an attempt that repeat from call to call. */
export type AttemptWords = Pick<
  AttemptRow,
  'index' | 'model' | 'provider' | 'upstreamModel' | 'status' | 'httpStatus' | 'errorCode' | 'costBasis' | 'stopped'
>;

/** Fields of a call that repeat from call to call, by their names in `CallRow`. */
export type Words = Pick<
  CallRow,
  | 'tenant'
  | 'task'
  | 'arm'
  | 'dialect'
  | 'stream'
  | 'requestedModel'
  | 'asks'
  | 'model'
  | 'tier'
  | 'provider'
  | 'responseModel'
  | 'reasons'
  | 'planned'
  | 'losses'
  | 'status'
  | 'httpStatus'
  | 'errorCode'
  | 'finishReason'
  | 'escalated'
  | 'costBasis'
  | 'baselineModel'
  | 'baselineBasis'
> & { attempts: AttemptWords[] };

/** The words of a row. */
export function toWords(row: CallRow): Words {
  return {
    tenant: row.tenant,
    task: row.task,
    arm: row.arm,
    dialect: row.dialect,
    stream: row.stream,
    requestedModel: row.requestedModel,
    asks: row.asks,
    model: row.model,
    tier: row.tier,
    provider: row.provider,
    responseModel: row.responseModel,
    reasons: row.reasons,
    planned: row.planned,
    losses: row.losses,
    status: row.status,
    httpStatus: row.httpStatus,
    errorCode: row.errorCode,
    finishReason: row.finishReason,
    escalated: row.escalated,
    costBasis: row.costBasis,
    baselineModel: row.baselineModel,
    baselineBasis: row.baselineBasis,
    attempts: row.attempts.map(toAttemptWords),
  };
}

function toAttemptWords(attempt: AttemptRow): AttemptWords {
  return {
    index: attempt.index,
    model: attempt.model,
    provider: attempt.provider,
    upstreamModel: attempt.upstreamModel,
    status: attempt.status,
    httpStatus: attempt.httpStatus,
    errorCode: attempt.errorCode,
    costBasis: attempt.costBasis,
    stopped: attempt.stopped,
  };
}

/** Whether a row has exactly these words. What differs most often is looked at first. */
export function fits(words: Words, row: CallRow): boolean {
  return (
    words.task === row.task &&
    words.model === row.model &&
    words.stream === row.stream &&
    words.requestedModel === row.requestedModel &&
    words.asks === row.asks &&
    words.finishReason === row.finishReason &&
    words.status === row.status &&
    words.httpStatus === row.httpStatus &&
    words.errorCode === row.errorCode &&
    words.tenant === row.tenant &&
    isSameArm(words.arm, row.arm) &&
    words.dialect === row.dialect &&
    words.tier === row.tier &&
    words.provider === row.provider &&
    words.responseModel === row.responseModel &&
    words.escalated === row.escalated &&
    words.costBasis === row.costBasis &&
    words.baselineModel === row.baselineModel &&
    words.baselineBasis === row.baselineBasis &&
    isSame(words.planned, row.planned, is) &&
    isSame(words.losses, row.losses, is) &&
    isSame(words.attempts, row.attempts, isAttempt) &&
    isSame(words.reasons, row.reasons, isReason)
  );
}

/** Nearly every row has none. */
const isSameArm = (a: Arm | null, b: Arm | null): boolean =>
  a === b || (a != null && b != null && a.arm === b.arm && a.percent === b.percent && a.rollout === b.rollout);

const is = (a: string, b: string): boolean => a === b;

const isReason = (a: Words['reasons'][number], b: Words['reasons'][number]): boolean =>
  a.say === b.say && a.step === b.step;

const isAttempt = (a: AttemptWords, b: AttemptWords): boolean =>
  a.model === b.model &&
  a.provider === b.provider &&
  a.upstreamModel === b.upstreamModel &&
  a.status === b.status &&
  a.httpStatus === b.httpStatus &&
  a.errorCode === b.errorCode &&
  a.costBasis === b.costBasis &&
  a.stopped === b.stopped &&
  a.index === b.index;

function isSame<T>(a: readonly T[], b: readonly T[], alike: (a: T, b: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!alike(a[i] as T, b[i] as T)) return false;
  return true;
}
