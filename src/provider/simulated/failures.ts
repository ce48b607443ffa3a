// Failures on purpose: rate limits, overload at a given rate, and orders inside a prompt for tests.
// Overload depends on seed, model and prompt, so a prompt that fails keeps failing on that model: only another model helps.
import type { SimulatedClock } from './clock.ts';
import { createDraw } from './draw.ts';
import type { SimulatedModelName } from './models.ts';
import { Refusal } from './refusal.ts';

export interface RateLimit {
  /** Requests per key and model within one window. */
  requests: number;
  windowMs: number;
}

/** Share of prompts that a model answers with "overloaded", from 0 to 1. */
export type ErrorRates = Partial<Record<SimulatedModelName, number>>;

const FAIL_ORDER = /\[\[sim:fail=([45]\d\d)(?: retry-after=(\d+))?\]\]/;
const CUT_ORDER = /\[\[sim:cut=(\d+)\]\]/;

/** Counts requests in fixed windows; throws Refusal (429) with the seconds until the next window. */
export function createRateLimiter(limit: RateLimit | undefined, clock: SimulatedClock) {
  const counts = new Map<string, number>();
  let window = -1;
  return {
    admit: (scope: string): void => {
      if (limit === undefined) return;
      const now = clock.now();
      const current = Math.floor(now / limit.windowMs);
      if (current !== window) {
        counts.clear();
        window = current;
      }
      const count = (counts.get(scope) ?? 0) + 1;
      if (count > limit.requests) {
        const retryAfterMs = (current + 1) * limit.windowMs - now;
        throw new Refusal(429, `Rate limit reached: ${limit.requests} requests in ${limit.windowMs} ms.`, {
          code: 'rate_limit_exceeded',
          retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
          retryAfterMs: Math.ceil(retryAfterMs),
        });
      }
      counts.set(scope, count);
    },
  };
}

/** Throws the failure that the header `x-sim-fail: 503` (empty when not sent) or the prompt's `[[sim:fail=429 retry-after=2]]` orders. */
export function obeyFailOrder(header: string, prompt: string): void {
  const ordered = FAIL_ORDER.exec(header === '' ? prompt : `[[sim:fail=${header}]]`);
  if (ordered === null) return;
  const [, status, seconds] = ordered;
  throw new Refusal(Number(status), `Failure ${status}, as ordered.`, {
    retryAfterSeconds: seconds === undefined ? undefined : Number(seconds),
  });
}

/** After how many events the prompt's `[[sim:cut=3]]` breaks a stream off; null when it does not. */
export function cutOrder(prompt: string): number | null {
  const ordered = CUT_ORDER.exec(prompt);
  return ordered === null ? null : Number(ordered[1]);
}

/** Whether this prompt finds this model overloaded. */
export function isOverloaded(rate: number, prompt: { seed: number; model: string; identity: string }): boolean {
  return rate > 0 && createDraw('overload', prompt.seed, prompt.model, prompt.identity).unit() < rate;
}
