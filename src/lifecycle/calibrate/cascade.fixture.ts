// What the tests of calibrations share: dials without gates behind them, and cases whose optimum is known.
import { createRandom } from '../../stats/random.ts';
import type { Cascade, Case, Step } from './cascade.ts';
import type { Dial } from './dial.ts';

export function dialOf(value: number, more: Partial<Dial> = {}): Dial {
  const read = () => ({ value: null, costNanoUsd: 0 });
  return {
    path: ['tasks', 't', 'accept', 0, 'confidence', 'min'],
    name: 'confidence.min',
    side: 'min',
    value,
    unit: 'share',
    isFree: true,
    read,
    ...more,
  };
}

export function stepOf(quality: number, measures: readonly number[], more: Partial<Step> = {}): Step {
  return { quality, costNanoUsd: 1, isSound: true, measures, measureCosts: measures.map(() => 0), ...more };
}

export function cascadeOf(dials: readonly Dial[], more: Partial<Cascade> = {}): Cascade {
  return { models: ['small', 'large'], dials, isLastGated: false, ...more };
}

export interface Made {
  count: number;
  /** How often the cheap answer is right at a score. */
  rightAt: (score: number) => number;
  /** How often the dear one is. */
  large?: number;
  /** Costs of the two. */
  costs?: readonly [number, number];
  seed?: number;
}

/** Scores are uniform from 0 to 1. */
export function casesOf({ count, rightAt, large = 0.99, costs = [1, 10], seed = 1 }: Made): Case[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at): Case => {
    const score = Math.round(random() * 1000) / 1000;
    const [small, dear] = [random() < rightAt(score) ? 1 : 0, random() < large ? 1 : 0];
    const steps = [stepOf(small, [score], { costNanoUsd: costs[0] }), stepOf(dear, [1], { costNanoUsd: costs[1] })];
    return { digest: `d${at}`, weight: 1, steps };
  });
}
