// Whether prompt caches are in use at all: where none ever was, a hit rate of nothing is no news. Short requests are not cached by anybody and say
// nothing either.
import type { Json } from '../call/json.ts';
import type { Observation } from '../watch/observation.ts';

/** The least that providers cache, in tokens (OpenAI, Anthropic and Google, docs of 2026-11). */
const LEAST_CACHED = 1_024;
const MOST = 10_000;

export class CacheUse {
  private readonly used = new Set<string>();

  /** The call without its cached share where that says nothing. */
  only(observation: Observation): Observation {
    const { task, provider, cachedShare, inputTokens } = observation;
    if (provider === null || cachedShare === null) return observation;
    const key = JSON.stringify([task, provider]);
    if (cachedShare > 0 && this.used.size < MOST) this.used.add(key);
    const isTelling = this.used.has(key) && (inputTokens ?? 0) >= LEAST_CACHED;
    return isTelling ? observation : { ...observation, cachedShare: null };
  }

  snapshot(): string[] {
    return [...this.used];
  }

  restore(kept: Json | undefined): void {
    if (!Array.isArray(kept)) return;
    for (const key of kept) if (typeof key === 'string') this.used.add(key);
  }
}
