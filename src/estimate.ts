// How much was used of answers that broke off or that we ended ourselves: the provider bills what it had read and written,
// and no longer says how much that was. Counts only; what they cost is worked out elsewhere.
import { TierlineError } from './call/errors.ts';
import { toUsage, type Usage } from './call/usage.ts';
import type { Delivered } from './delivery/deliver.ts';
import type { Incoming } from './dialect/incoming.ts';
import { inputTokensOf } from './policy/expected-cost.ts';
import type { PolicyModel } from './policy/policy.ts';

/**
 * Completes the usage of an exchange that was stopped, or that broke off within an answer somebody read along. A report
 * that came before the end counts as far as it goes: what was read is known by then, what was written is not.
 */
export function estimateUsage(models: ReadonlyMap<string, PolicyModel>, inbound: Incoming, exchange: Delivered): void {
  const { attempt, result, stopped, text, tokens } = exchange;
  const model = models.get(attempt.model);
  const hasBrokenOff = result.status !== 'ok' && (stopped !== null || tokens > 0 || (text ?? '') !== '');
  if (!hasBrokenOff || model === undefined || !wasServed(result)) return;
  const read = Math.max(tokens, model.countTokens(text ?? ''));
  const unseen = stopped === null ? 0 : (attempt.expected?.outputTokens ?? 0);
  const outputTokens = Math.ceil(read === 0 ? unseen : read);
  const { usage } = result.facts;
  if (usage !== null) result.facts.usage = { ...usage, outputTokens: Math.max(usage.outputTokens, outputTokens) };
  else result.facts.usage = counted(model, inbound, outputTokens);
}

/** Null for a request whose text cannot be read, which only its provider understands. */
function counted(model: PolicyModel, inbound: Incoming, outputTokens: number): Usage | null {
  try {
    return toUsage({ inputTokens: Math.ceil(inputTokensOf(model, inbound)), outputTokens });
  } catch (error) {
    if (error instanceof TierlineError) return null;
    throw error;
  }
}

/** Whether the provider may have begun to work: it bills no error statuses. */
function wasServed({ isSent, httpStatus }: Delivered['result']): boolean {
  return isSent && (httpStatus === null || (httpStatus >= 200 && httpStatus < 300));
}
