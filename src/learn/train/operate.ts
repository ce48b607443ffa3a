// Where to stand between cheap and good: the same ladders at many prices of quality, each tried on rows that nothing was learned from, with
// what can be relied on. A price is chosen by walking down from the dearest and stopping at the first that cannot be vouched for.
import { lowerMean } from '../../stats/betting.ts';
import { Climber, type Climbing, type Ladder, type LadderTrainer, type Strategy } from '../ladder/ladder.ts';
import { meanOf, type Pool } from '../ladder/pool.ts';

/** All ladders at one price of quality. */
export interface Level {
  /** Quality that a dollar has to buy. */
  perUsd: number;
  /** What each ladder was worth on the rows it was learned from; in the order of `ladders`. */
  worths: readonly number[];
  ladders: readonly Ladder[];
}

/** How a level went on rows that its ladders were not learned from. Qualities 0 to 1, costs in dollars, both of one request on the mean. */
export interface Trial {
  rows: number;
  quality: number;
  /** What the quality is at least, but for a chance of `ERROR`. */
  qualityLow: number;
  /** Quality less that of the reference model on the same rows. */
  difference: number;
  differenceLow: number;
  /** Standard error of the difference. */
  differenceError: number;
  cost: number;
  referenceCost: number;
  /** Models asked for one request. */
  calls: number;
}

/** Chance that a floor is vouched for which does not hold; small, so that it also holds on the next thousand rows, which vary themselves. */
export const ERROR = 0.01;
const LEVELS = 44;

/** Prices of quality, from one at which it may cost anything to one at which it may cost nothing, in units of the reference's mean cost. */
export function pricesOfQuality(referenceCost: number): number[] {
  const rates = Array.from({ length: LEVELS }, (_, at) => 0.005 * 400 ** (at / (LEVELS - 1)));
  return [0, ...rates].map((rate) => rate / referenceCost);
}

export function learnLevels(trainer: LadderTrainer, referenceCost: number): Level[] {
  return pricesOfQuality(referenceCost).map((perUsd) => {
    const learned = trainer.ladders(perUsd);
    return {
      perUsd,
      ladders: learned.map(({ ladder }) => ladder),
      worths: learned.map(({ worth }) => worth),
    };
  });
}

export interface Choosing {
  /** Models that may be asked, as places in the pool; null: all. */
  among: ReadonlySet<number> | null;
  /** Whether each request takes the ladder that suits it best, or all take the one that is best on the whole. */
  isFree: boolean;
  /** Most models that one request may ask. */
  mostCalls: number;
}

/** The ladders of a level that are left, all or the best of them; null when none is. */
export function strategyAt(level: Level, { among, isFree, mostCalls }: Choosing): Strategy | null {
  const left = [...level.ladders.keys()].filter((at) => {
    const { models } = level.ladders[at] as Ladder;
    return models.length <= mostCalls && (among === null || models.every((model) => among.has(model)));
  });
  if (left.length === 0) return null;
  const worth = (at: number): number => level.worths[at] as number;
  const best = left.reduce((one, other) => (worth(other) > worth(one) ? other : one));
  const taken = isFree ? left : [best];
  return { perUsd: level.perUsd, ladders: taken.map((at) => level.ladders[at] as Ladder) };
}

/** How one level went, by row, beside the reference alone on the same rows. */
export interface Tried {
  quality: Float64Array;
  cost: Float64Array;
  calls: Float64Array;
  referenceQuality: Float64Array;
  referenceCost: Float64Array;
}

/** Tries every level on a pool in which every quality and cost is known; null where a level has no ladder that is left. */
export function tryLevels(
  levels: readonly Level[],
  climbing: Climbing,
  { pool, reference, choosing }: { pool: Pool; reference: number; choosing: Choosing },
): (Tried | null)[] {
  const climber = new Climber(pool, climbing);
  const width = pool.models.length;
  const of = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: pool.rows }, (_, row) => values[row * width + reference] as number);
  const [referenceQuality, referenceCost] = [of(pool.quality), of(pool.cost)];
  return levels.map((level) => {
    const strategy = strategyAt(level, choosing);
    if (strategy === null) return null;
    const { quality, cost, calls } = climber.climb(strategy);
    return { quality, cost, calls: Float64Array.from(calls), referenceQuality, referenceCost };
  });
}

/** What several parts of the rows, each tried by what was learned from the others, come to together. */
export function trialOf(parts: readonly (Tried | null)[]): Trial | null {
  const told = parts.filter((part) => part !== null);
  if (told.length < parts.length || told.length === 0) return null;
  const join = (name: keyof Tried): Float64Array => Float64Array.from(told.flatMap((part) => [...part[name]]));
  const quality = join('quality');
  const best = join('referenceQuality');
  const differences = quality.map((value, row) => value - (best[row] as number));
  const [cost, dear] = [join('cost'), join('referenceCost')];
  // What costs the same everywhere and is as good everywhere is the reference itself, and not in doubt; that it is only as good proves nothing.
  const isReference = quality.every((value, row) => value === best[row] && cost[row] === dear[row]);
  return {
    rows: quality.length,
    quality: meanOf(quality, 1, 0),
    qualityLow: lowerMean(quality, ERROR),
    difference: meanOf(differences, 1, 0),
    differenceLow: isReference
      ? 0
      : 2 *
          lowerMean(
            differences.map((value) => (value + 1) / 2),
            ERROR,
          ) -
        1,
    differenceError: Math.sqrt(varianceOf(differences) / differences.length),
    cost: meanOf(cost, 1, 0),
    referenceCost: meanOf(dear, 1, 0),
    calls: meanOf(join('calls'), 1, 0),
  };
}

function varianceOf(values: Float64Array): number {
  const mean = meanOf(values, 1, 0);
  return meanOf(
    values.map((value) => (value - mean) ** 2),
    1,
    0,
  );
}

/**
 * The cheapest level that holds, going down from the dearest and stopping at the first that does not; null when not even the dearest does. In
 * this order a choice among many levels is as sure as a single one: Bauer (1991), Multiple testing in clinical trials; as fixed-sequence testing
 * in Angelopoulos et al. (2021), Learn then test.
 */
export function walkDown(trials: readonly (Trial | null)[], holds: (trial: Trial) => boolean): number | null {
  let chosen: number | null = null;
  for (const [at, trial] of trials.entries()) {
    if (trial === null || !holds(trial)) break;
    // A level further down may be dearer by chance; it is no step down.
    if (chosen === null || trial.cost <= (trials[chosen]?.cost as number)) chosen = at;
  }
  return chosen;
}
