// Whether a prompt is worth marking for Anthropic's cache: the surcharge of the write against what the reads of the next
// turns are expected to save. Arithmetic only; where the mark goes is not decided here.
import { formatUsd, type NanoUsd } from '../call/money.ts';
import type { Plan, Reason } from '../call/plan.ts';
import { toUsage } from '../call/usage.ts';
import type { Asked } from './asked.ts';
import { percent } from './attempts.ts';
import { expect } from './expected-cost.ts';
import type { Candidate } from './guard.ts';

/** How likely a request that offers tools is followed by another with their results, until there is a record. */
const LOOP_RATE = 0.5;

export interface CachePrices {
  /** The whole prompt as it would be billed without marks. */
  plainNanoUsd: NanoUsd;
  /** The same with marks, now: what is cached already read, the rest written. */
  markedNanoUsd: NanoUsd;
  /** The whole prompt read from the cache, in the next turn. */
  readNanoUsd: NanoUsd;
}

/** What marking is expected to save, nano-dollars; negative when it costs. `followRate`: how likely a next turn is in time. */
export function cacheGain({ plainNanoUsd, markedNanoUsd, readNanoUsd }: CachePrices, followRate: number): NanoUsd {
  return Math.round(plainNanoUsd - markedNanoUsd + followRate * (plainNanoUsd - readNanoUsd));
}

/** The plan's `cache`; null when nobody asked for it. */
export function considerCache(first: Candidate, asked: Asked, reasons: Reason[]): Plan['cache'] {
  const { task, policy, session, view } = asked;
  if (policy.observing !== null || view.kind === 'embedding' || !(task?.marksCache ?? policy.marksCache)) return null;
  return { mark: isWorthMarking(first, asked, reasons), key: session?.cacheKey ?? null };
}

/** Nothing is said of marks where the client sets its own or the first model's dialect has none. */
function isWorthMarking(first: Candidate, asked: Asked, reasons: Reason[]): boolean {
  const { view, state } = asked;
  const { model, deployments } = first;
  const speaks = model.deployments.some(
    (place, at) => place.dialects.includes('anthropic-messages') && (deployments?.includes(at) ?? true),
  );
  if (!speaks || view.hasCacheMarks) return false;
  const { inputTokens: tokens, cachedTokens: cached } = (first.expected ??= expect(first, asked));
  const tell = (mark: boolean, why: string): boolean => {
    reasons.push({
      step: 'cache',
      say: `${mark ? 'prompt marked for' : 'no mark for'} the cache of ${model.name}: ${why}`,
    });
    return mark;
  };
  const least = model.leastCachedTokens;
  if (tokens < least) return tell(false, `about ${tokens} tokens, at least ${least} are cached`);
  const priceOf = (classes: Parameters<typeof toUsage>[0]): NanoUsd | null =>
    model.priceOf(toUsage(classes), state.nowMs, deployments);
  const plain = priceOf({ inputTokens: tokens });
  const marked = priceOf({ cacheReadTokens: cached, cacheWrite5mTokens: tokens - cached });
  const read = priceOf({ cacheReadTokens: tokens });
  if (plain === null || marked === null || read === null) return tell(false, 'its price is not known');
  const rate = followRateOf(model.name, asked);
  if (rate === null) return tell(false, 'nothing is known of how often a next turn comes in time');
  const gain = cacheGain({ plainNanoUsd: plain, markedNanoUsd: marked, readNanoUsd: read }, rate);
  const numbers = `$${formatUsd(marked)} instead of $${formatUsd(plain)} now, $${formatUsd(plain - read)} less in a next turn, which comes in ${percent(rate)}`;
  return tell(gain > 0, numbers);
}

/** How likely another turn follows while the cache is warm: of this task's calls, or of this conversation's, if that is more. */
function followRateOf(model: string, { state, task, pin, view }: Asked): number | null {
  const recorded = state.recordOf(task?.name ?? null, model)?.followRate ?? null;
  if (pin === null) return recorded ?? (view.hasTools ? LOOP_RATE : null);
  // After so many turns without an end, the rule of succession.
  return Math.max(recorded ?? 0, pin.turns / (pin.turns + 1));
}
