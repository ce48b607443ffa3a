// How long the answers of a task are: the median and the length that one answer in a hundred passes, by how long they were lately.
import type { Interval } from '../../stats/proportion.ts';
import { wilson } from '../../stats/proportion.ts';
import { weightedQuantile } from '../../stats/quantile.ts';
import type { Refit } from './recalibration.ts';
import { effectiveOf } from './weights.ts';

/** Tokens of an answer. */
export interface Length {
  value: number;
  weight: number;
}

export interface LengthsInForce {
  task: string;
  typical: number | null;
  largest: number | null;
}

/** Answers that a median takes at least. */
const LEAST_TYPICAL = 50;
/** Of fewer, the longest of all is not surely as long as the one that is passed once in a hundred times: 0.99 ^ 299 is below 5 %. */
const LEAST_LARGEST = 300;
/** What differs by less is left alone. */
const TOLERANCE = 0.1;
const CONFIDENCE = 0.95;

/** The typical length, then the largest. */
export function refitLengths(lengths: readonly Length[], { task, typical, largest }: LengthsInForce): Refit[] {
  return [
    refitLength(lengths, { task, key: 'typical_tokens', q: 0.5, least: LEAST_TYPICAL, inForce: typical }),
    refitLength(lengths, { task, key: 'largest_tokens', q: 0.99, least: LEAST_LARGEST, inForce: largest }),
  ];
}

interface Wanted {
  task: string;
  key: string;
  q: number;
  least: number;
  inForce: number | null;
}

function refitLength(lengths: readonly Length[], { task, key, q, least, inForce }: Wanted): Refit {
  const effective = effectiveOf(lengths);
  const parts = {
    key: `output.${key}`,
    path: ['tasks', task, 'output', key],
    unit: 'tokens' as const,
    inForce,
    effective,
  };
  const value = weightedQuantile(lengths, q);
  const interval = quantileInterval(lengths, q, effective);
  if (value === null || interval === null || effective < least)
    return {
      ...parts,
      value: null,
      interval: null,
      verdict: 'few',
      say: `${Math.floor(effective)} measured answers of its first model, and ${least} are the least`,
    };
  const written = Math.max(1, Math.round(value));
  const isOff = inForce === null || Math.abs(written / inForce - 1) > TOLERANCE;
  const isOutside = inForce === null || inForce < interval.low || inForce > interval.high;
  const verdict = isOff && isOutside ? 'change' : 'keep';
  return { ...parts, value: written, interval, verdict, say: sayLength(inForce, isOff, isOutside) };
}

function sayLength(inForce: number | null, isOff: boolean, isOutside: boolean): string {
  if (inForce === null) return 'was not said';
  if (!isOff) return 'within 10 %';
  return isOutside ? '' : 'the interval holds what is said';
}

/** Where the quantile lies: those of the ends of Wilson's interval for its share. Null of none. */
export function quantileInterval(lengths: readonly Length[], q: number, effective: number): Interval | null {
  const { low, high } = wilson(q * effective, effective, CONFIDENCE);
  const ends = [weightedQuantile(lengths, low), weightedQuantile(lengths, high)] as const;
  return ends[0] === null || ends[1] === null ? null : { low: ends[0], high: ends[1] };
}
