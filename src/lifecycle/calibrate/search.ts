// Finds the thresholds with which a cascade is cheapest while its quality is at least what is asked for. One dial is turned at a time, the
// others held, until none gets better. Such a climb can end where only two dials together would lead on, so it begins several times: with the
// numbers in force, and with all dials open, a quarter, half and three quarters closed. The best end counts. With one dial it is exact.
import { type Cascade, type Case, leastQuality, type Walk, walk, weightedMean } from './cascade.ts';
import type { Dial } from './dial.ts';

export interface Target {
  /** 0 to 1. */
  quality: number;
  confidence: number;
}

export interface Tried {
  thresholds: readonly number[];
  walks: Walk[];
  perCallNanoUsd: number;
  /** The lower end of its quality. */
  least: number;
}

const MOST_NUMBERS = 100;
const MOST_ROUNDS = 20;
const CLOSED = [0, 0.25, 0.5, 0.75];

export function tryOut(
  cascade: Cascade,
  cases: readonly Case[],
  { thresholds, confidence }: { thresholds: readonly number[]; confidence: number },
): Tried {
  const walks = cases.map((one) => walk(cascade, one, thresholds));
  const weights = cases.map(({ weight }) => weight);
  const costs = walks.map(({ costNanoUsd }) => costNanoUsd);
  return {
    thresholds,
    walks,
    perCallNanoUsd: weightedMean(costs, weights),
    least: leastQuality(cases, walks, confidence),
  };
}

/** The cheapest that is good enough; null when there is none. */
export function searchThresholds(cascade: Cascade, cases: readonly Case[], target: Target): Tried | null {
  const numbers = cascade.dials.map((dial, at) =>
    dial.isFree ? numbersOf(dial, measuresAt(cascade, cases, at)) : [dial.value],
  );
  const closed = CLOSED.map((part) =>
    cascade.dials.map((dial, at) => closedBy(dial, numbers[at] as readonly number[], part)),
  );
  const isSingle = cascade.dials.filter(({ isFree }) => isFree).length === 1;
  const starts = [cascade.dials.map(({ value }) => value), ...(isSingle ? [] : closed)];
  const ends = starts.map((start) =>
    climb({ cascade, cases, target, numbers, rounds: isSingle ? 1 : MOST_ROUNDS }, start),
  );
  const best = ends.reduce((one, other) => (isBetter(other, one, target) ? other : one));
  return best.least >= target.quality ? best : null;
}

interface Search {
  cascade: Cascade;
  cases: readonly Case[];
  target: Target;
  /** What each dial may be turned to. */
  numbers: readonly (readonly number[])[];
  rounds: number;
}

function climb({ cascade, cases, target, numbers, rounds }: Search, start: readonly number[]): Tried {
  const { confidence } = target;
  let best = tryOut(cascade, cases, { thresholds: start, confidence });
  for (let round = 0; round < rounds; round++) {
    const before = best;
    for (const at of cascade.dials.keys()) {
      for (const number of numbers[at] as readonly number[]) {
        const tried = tryOut(cascade, cases, { thresholds: best.thresholds.with(at, number), confidence });
        if (isBetter(tried, best, target)) best = tried;
      }
    }
    if (best === before) break;
  }
  return best;
}

/** Good enough first, then cheaper, then better. */
function isBetter(one: Tried, other: Tried, { quality }: Target): boolean {
  const [isEnough, wasEnough] = [one.least >= quality, other.least >= quality];
  if (isEnough !== wasEnough) return isEnough;
  if (!isEnough) return one.least > other.least;
  return (
    one.perCallNanoUsd < other.perCallNanoUsd ||
    (one.perCallNanoUsd === other.perCallNanoUsd && one.least > other.least)
  );
}

/** What the answers of the models before the last measure on a dial. */
function measuresAt({ models }: Cascade, cases: readonly Case[], dial: number): number[] {
  const cheap = cases.flatMap(({ steps }) => steps.slice(0, models.length - 1).filter(({ isSound }) => isSound));
  return cheap.map(({ measures }) => measures[dial] as number).filter(Number.isFinite);
}

/**
 * Numbers that divide the measures differently, the one in force among them: as round as they can be between two measures. Of many, evenly
 * chosen ones.
 */
export function numbersOf(dial: Pick<Dial, 'side' | 'unit' | 'value'>, measures: readonly number[]): number[] {
  const distinct = [...new Set(measures)].toSorted((one, other) => one - other);
  const step = Math.max(1, distinct.length / MOST_NUMBERS);
  const chosen = Array.from({ length: Math.ceil(distinct.length / step) }, (_, at) => Math.floor(at * step));
  const numbers = chosen.map((at) => {
    const measure = distinct[at] as number;
    return dial.unit === 'whole' ? measure : roundBetween(distinct[at - 1] ?? -1, measure);
  });
  return [...new Set([dial.value, ...numbers])];
}

/** The number with the fewest decimals above `below` and up to `to`, the nearest to their middle; at least 0. */
export function roundBetween(below: number, to: number): number {
  const floor = Math.max(below, -Number.EPSILON);
  const middle = (floor + to) / 2;
  for (let decimals = 0; decimals <= 6; decimals++) {
    const unit = 10 ** decimals;
    for (const round of [Math.round, Math.floor, Math.ceil]) {
      const number = round(middle * unit) / unit;
      if (number > floor && number <= to) return Math.max(0, number);
    }
  }
  return to;
}

/** The number that lets so large a part of the others be looser. */
function closedBy({ side, isFree, value }: Dial, numbers: readonly number[], part: number): number {
  if (!isFree) return value;
  const loosestFirst = numbers.toSorted((one, other) => (side === 'min' ? one - other : other - one));
  return loosestFirst[Math.floor(part * loosestFirst.length)] ?? value;
}
