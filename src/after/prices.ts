// What models cost now, as far as that is known: what price changes are told by.
import { toUsage } from '../call/usage.ts';
import type { PolicyModel } from '../policy/policy.ts';

const DAY_MS = 86_400_000;
/** Short enough for the price of short requests. */
const TOKENS = 1_000;

/** Dollars for a million tokens, by model. At noon (UTC), so that prices by the time of day are not told as changes twice a day. */
export function pricesAt(
  models: Iterable<Pick<PolicyModel, 'name' | 'priceOf'>>,
  nowMs: number,
): Record<string, { input: number; output: number }> {
  const noonMs = Math.floor(nowMs / DAY_MS) * DAY_MS + DAY_MS / 2;
  const prices: Record<string, { input: number; output: number }> = {};
  for (const { name, priceOf } of models) {
    const input = priceOf(toUsage({ inputTokens: TOKENS }), noonMs, null);
    const output = priceOf(toUsage({ outputTokens: TOKENS }), noonMs, null);
    if (input !== null && output !== null) prices[name] = { input: input / 1e6, output: output / 1e6 };
  }
  return prices;
}
