// What an attempt is expected to cost, before anything is sent: tokens in the model's own vocabulary, the part of them
// that its provider has cached, and the usual length of this task's answers. What is not known stays null.
import type { NanoUsd } from '../call/money.ts';
import type { Expected } from '../call/plan.ts';
import { toUsage } from '../call/usage.ts';
import type { View } from '../call/view.ts';
import type { Asked } from './asked.ts';
import { lowerBound } from './pass-rate.ts';
import type { PolicyModel } from './policy.ts';

/** Tokens a picture costs at most at the providers' default detail (Anthropic's vision page: about 1,600 for a large one). */
export const TOKENS_PER_IMAGE = 1600;

/** Estimated input tokens of the request on this model. */
export function inputTokensOf(model: PolicyModel, view: View): number {
  if (view.tokensOf !== undefined) return view.tokensOf(model.name);
  return model.countTokens(view.text) + view.givenTokens + view.imageCount * TOKENS_PER_IMAGE;
}

export interface Place {
  model: PolicyModel;
  /** Positions of the deployments that may serve it; null: all. */
  deployments: readonly number[] | null;
}

/** What the session's last turn left in the provider's prompt cache counts as cached for the model it is pinned to. */
export function expect({ model, deployments }: Place, asked: Asked): Expected {
  const { view, state, task } = asked;
  const record = state.recordOf(task?.name ?? null, model.name);
  const inputTokens = Math.ceil(inputTokensOf(model, view));
  const cached = Math.min(cachedTokensOf(model, asked), inputTokens);
  const outputTokens = outputTokensOf(asked, record?.outputTokens ?? null);
  const usage = { inputTokens: inputTokens - cached, cacheReadTokens: cached, outputTokens: outputTokens ?? 0 };
  const isPriced = outputTokens !== null;
  return {
    inputTokens,
    cachedTokens: cached,
    outputTokens,
    costNanoUsd: isPriced ? model.priceOf(toUsage(usage), state.nowMs, deployments) : null,
    passRate: record === null ? null : lowerBound(record.passed, record.judged),
  };
}

function cachedTokensOf({ name }: PolicyModel, { pin, state }: Asked): number {
  return pin !== null && pin.model === name && state.nowMs < pin.cachedUntilMs ? Math.floor(pin.cachedTokens) : 0;
}

/** The record of this task on this model, else what the operator says is typical; never more than the client lets it write. */
function outputTokensOf({ task, view }: Asked, recorded: number | null): number | null {
  const most = view.maxOutputTokens;
  const usual = recorded ?? task?.typicalOutputTokens ?? null;
  if (usual === null) return most;
  return Math.ceil(most === null ? usual : Math.min(usual, most));
}

/**
 * Expected cost of trying one after the other until an answer passes: c1 + (1 - s1) (c2 + (1 - s2) (c3 + ...)). Null as
 * soon as a cost that counts is unknown; an unknown pass rate counts as none, which is the dearest it can be.
 */
export function cascadeCost(steps: readonly Pick<Expected, 'costNanoUsd' | 'passRate'>[]): NanoUsd | null {
  let sum = 0;
  let reached = 1;
  for (const { costNanoUsd, passRate } of steps) {
    if (reached <= 0) break;
    if (costNanoUsd === null) return null;
    sum += reached * costNanoUsd;
    reached *= 1 - (passRate ?? 0);
  }
  return Math.round(sum);
}
