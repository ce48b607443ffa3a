// What an estimate knows of one model on one task, priced: the line of the model in the task's bill.
import { Fraction } from '../../stats/fraction.ts';
import type { ProfileVerdict } from '../profile/profile.ts';
import { priceOf, type Rung, type Side } from './comparison.ts';
import { type Evidence, type Known, knownOf, type Rate, toTokens } from './evidence.ts';
import type { EstimatedModel } from './model.ts';
import type { PriceTime } from './price.ts';

/** What every bill of an estimate assumes. */
export interface Assumptions {
  time: PriceTime;
  /** Share of the input that is read from the prompt cache. */
  cachedShare: Fraction;
  /** Nano-dollars per call of a predictor; null when not said. */
  overhead: Fraction | null;
  /** Nano-dollars for judging an answer; null leaves it to what the profile's judges cost. */
  judge: Fraction | null;
}

export interface ModelBill {
  name: string;
  /** Nano-dollars; null when not known. */
  perCall: Fraction | null;
  month: Fraction | null;
  passRate: Rate | null;
  verdict: ProfileVerdict | null;
  /** Per call, in this model's own counting. */
  tokens: Known['tokens'];
  tokensFrom: Known['tokensFrom'];
  /** Mean time to the answer, milliseconds. */
  latencyMs: number | null;
  /** Nano-dollars that a call cost while profiling; null when not known. */
  paidPerCall: Fraction | null;
}

export interface ModelFacts {
  bill: ModelBill;
  acceptRate: Rate | null;
  /** What judges cost on an answer, nano-dollars; null when not known. */
  checkCost: Fraction | null;
  /** Null without tokens. */
  side: Side | null;
}

export function factsOf(model: EstimatedModel, evidence: Evidence, { time, cachedShare }: Assumptions): ModelFacts {
  const { tokens, tokensFrom, passRate, acceptRate, checkCost, latencyMs, paidPerCall } = knownOf(model, evidence);
  const side: Side | null = tokens && { model, tokens: toTokens(tokens, cachedShare), factor: Fraction.ONE };
  const perCall = side === null ? null : priceOf(side, time);
  const calls = callsOf(evidence);
  const verdict = evidence.profile?.models.find((one) => one.model === model.name)?.verdict ?? null;
  const month = perCall === null || calls === null ? null : perCall.times(calls);
  const bill = { name: model.name, perCall, month, passRate, verdict, tokens, tokensFrom, latencyMs, paidPerCall };
  return { bill, acceptRate, checkCost, side };
}

export function callsOf({ task }: Pick<Evidence, 'task'>): Fraction | null {
  return task.volume === null ? null : Fraction.of(task.volume);
}

/** A model as a rung of the task's cascade; null without tokens. */
export function toRung(
  { side, acceptRate, checkCost }: ModelFacts,
  isGated: boolean,
  { judge }: Assumptions,
): Rung | null {
  const isJudged = isGated && checkCost?.isZero !== true;
  const check = isJudged ? (judge ?? checkCost) : Fraction.ZERO;
  return side && { ...side, passRate: acceptRate?.share ?? null, check };
}
