// How much evidence counts by its age: half of it after every half-life. Pure arithmetic.
import { effectiveTrials, type Interval, wilson } from '../../stats/proportion.ts';

export interface Decay {
  /** Milliseconds since 1970. */
  nowMs: number;
  halfLifeMs: number;
}

/** From 1 for what is new towards 0. */
export function weightAt(atMs: number, { nowMs, halfLifeMs }: Decay): number {
  return 0.5 ** (Math.max(0, nowMs - atMs) / halfLifeMs);
}

/**
 * How many fresh observations tell as much: Kish's effective number, times the weight of the newest one, so that evidence that has ceased to
 * come in is worth half as much after every half-life.
 */
export function effectiveOf(observed: readonly { weight: number }[]): number {
  let newest = 0;
  for (const { weight } of observed) newest = Math.max(newest, weight);
  return newest * effectiveTrials(observed.map(({ weight }) => weight));
}

export interface Share extends Interval {
  share: number;
}

/** The weighted mean of values from 0 to 1 with Wilson's interval over the effective number; null of none. */
export function shareOf(
  observed: readonly { weight: number }[],
  read: (at: number) => number,
  confidence: number,
): Share | null {
  let sum = 0;
  let whole = 0;
  for (const [at, { weight }] of observed.entries()) {
    sum += weight * read(at);
    whole += weight;
  }
  if (whole === 0) return null;
  const share = sum / whole;
  const trials = effectiveOf(observed);
  return { share, ...wilson(share * trials, trials, confidence) };
}
