// Trains a router: what it knows is learned from all rows; where it stands between cheap and good is found on what was said of each row by
// learners and ladders that had not seen it.
import type { Artifact, Points, Policy } from '../artifact/artifact.ts';
import { sayWithoutLengths, type TokenPrices, withoutLengths } from '../estimator/cost.ts';
import { type FittedEstimator, fitEstimator } from '../estimator/fit-estimator.ts';
import { outcomesOf } from '../estimator/outcomes.ts';
import type { DenseMatrix } from '../features/features.ts';
import { LadderTrainer, USUAL_FIT } from '../ladder/ladder.ts';
import { meanOf, type Pool, pick } from '../ladder/pool.ts';
import type { Row } from '../rows/row.ts';
import { foldsOf } from '../rows/split.ts';
import { learnLevels, type Trial, trialOf, tryLevels, walkDown } from './operate.ts';

export interface TrainOptions {
  models: readonly string[];
  /** Null: the model with the best mean quality. */
  reference: string | null;
  /** Whether answers are looked at, so that another model can be asked when one is not good enough. */
  isGated: boolean;
  prices: TokenPrices;
  snapshots: Readonly<Record<string, string>>;
  embedded: { name: string; vectors: DenseMatrix } | null;
  source: { digest: string; label: string; without: readonly string[] };
  seed: number;
  /** When, for the artifact. */
  made: string;
  onProgress?: (step: string, done: number) => void;
}

export interface Trained {
  artifact: Artifact;
  mixes: FittedEstimator['mixes'];
  /** What stands in the way of what was asked for, in sentences. */
  notes: string[];
}

/** Parts of the rows, each of which is rated by learners, and climbed by ladders, that the others taught. */
const PARTS = 5;
/** Of so many rows two thirds teach as much as four fifths, in less time. */
const MANY_ROWS = 5000;
const PARTS_OF_MANY = 3;
const FEW_ROWS = 1500;
/** With fewer rows there is nothing to vouch for. */
const LEAST_ROWS = 60;
/** With more models than this, a request tries two at most: there are too many ladders of three. */
const MOST_FOR_THREE = 6;

/** Throws Error with a sentence when there is too little to learn from. */
export function train(rows: readonly Row[], options: TrainOptions): Trained {
  const { seed, prices, onProgress = () => {}, embedded } = options;
  const told = rows.filter(({ outcomes }) => options.models.some((model) => outcomes.has(model)));
  if (told.length < LEAST_ROWS)
    throw new Error(
      `There are ${told.length} rows with outcomes of these models; it takes ${LEAST_ROWS} to learn anything.`,
    );
  const outcomes = cheapestFirst(outcomesOf(rows, options.models, prices));
  const { models } = outcomes;
  const reference = referenceIn(outcomes, options.reference);
  const silent = withoutLengths(rows, models).filter((model) => prices.has(model));
  const notes = silent.length === 0 ? [] : [sayWithoutLengths(silent)];
  const parts = partsFor(rows.length);
  const { state, pool, families, mixes } = fitEstimator(rows, outcomes, {
    isGated: options.isGated,
    embedded,
    folds: parts,
    seed,
    onProgress: (step, done) => onProgress(step, 0.9 * progressIn(step, done)),
  });
  const setting = settingFor(models, { reference, isGated: options.isGated, rows: rows.length });
  onProgress('ladders', 0.9);
  const policy = policyOf(pool, foldsOf(families, parts, seed + 1), { setting, notes });
  onProgress('ladders', 1);
  const { digest, label, without } = options.source;
  return {
    notes,
    mixes,
    artifact: {
      made: options.made,
      trainedOn: { digest, rows: rows.length, label, without, seed },
      snapshots: options.snapshots,
      prices: Object.fromEntries(models.map((model) => [model, prices.get(model) ?? null])),
      reference: models[reference] as string,
      estimator: state,
      policy,
      stale: null,
    },
  };
}

function partsFor(rows: number): number {
  return rows < MANY_ROWS ? PARTS : PARTS_OF_MANY;
}

/** What of an estimator's training is done, by its steps. */
function progressIn(step: string, done: number): number {
  if (step === 'features') return 0.1 * done;
  return step === 'requests' ? 0.1 + 0.5 * done : 0.6 + 0.4 * done;
}

/** Where one price is not known, the order stays the one that was given. */
function cheapestFirst(pool: Pool): Pool {
  const costs = pool.models.map((_, model) => meanOf(pool.cost, pool.models.length, model));
  if (costs.some(Number.isNaN)) return pool;
  const order = [...costs.keys()].sort(
    (one, other) => (costs[one] as number) - (costs[other] as number) || one - other,
  );
  return pick(
    pool,
    Int32Array.from({ length: pool.rows }, (_, row) => row),
    order,
  );
}

function referenceIn({ models, quality }: Pool, asked: string | null): number {
  if (asked !== null) return models.indexOf(asked);
  const means = models.map((_, model) => meanOf(quality, models.length, model));
  return means.reduce((best, mean, at) => (mean > (means[best] as number) ? at : best), 0);
}

/** With fewer rows to climb on, all requests take one ladder. */
const FREE_ROWS = 1500;

export interface Setting {
  /** The reference, as a place in the pool. */
  reference: number;
  mostCalls: number;
  isFree: boolean;
}

export function settingFor(
  models: readonly string[],
  { reference, isGated, rows }: { reference: number; isGated: boolean; rows: number },
): Setting {
  const most = models.length > MOST_FOR_THREE ? 2 : 3;
  return { reference, mostCalls: isGated ? Math.min(models.length, most) : 1, isFree: rows >= FREE_ROWS };
}

/** Null where it cannot be found, which is noted. */
function policyOf(
  all: Pool,
  parts: Int32Array,
  { setting, notes }: { setting: Setting; notes: string[] },
): Policy | null {
  const unpriced = all.models.filter((_, model) => Number.isNaN(meanOf(all.cost, all.models.length, model)));
  const rows = completeRows(all);
  if (unpriced.length === 0 && rows.length >= LEAST_ROWS)
    return learnPolicy(
      pick(all, rows),
      rows.map((row) => parts[row] as number),
      setting,
    );
  notes.push(
    unpriced.length > 0
      ? `No price is known of ${unpriced.join(', ')}: the artifact rates requests, but it cannot choose by cost.`
      : 'Too few rows have the outcomes of all models: the artifact rates requests, but it cannot choose.',
  );
  return null;
}

/**
 * Ladders and levels from a pool in which every quality and cost is known; each part of its rows is tried by what the others taught. `parts`: one
 * for each row, from 0.
 */
export function learnPolicy(pool: Pool, parts: Int32Array, setting: Setting): Policy {
  const { reference, isFree, mostCalls } = setting;
  const where = (is: (part: number) => boolean): Pool =>
    pick(
      pool,
      Int32Array.from(parts.keys()).filter((row) => is(parts[row] as number)),
    );
  const count = parts.reduce((most, part) => Math.max(most, part), 0) + 1;
  const tried = Array.from({ length: count }, (_, part) => {
    const { climbing, levels } = learnLadders(
      where((other) => other !== part),
      setting,
    );
    const left = where((other) => other === part);
    return tryLevels(levels, climbing, { pool: left, reference, choosing: { among: null, isFree, mostCalls } });
  });
  const learned = learnLadders(pool, setting);
  const trials = learned.levels.map((_, level) => trialOf(tried.map((part) => part[level] ?? null)));
  const width = pool.models.length;
  const means = pool.models.map((_, model) => meanOf(pool.quality, width, model));
  return {
    ...learned,
    trials,
    points: pointsOf(trials, (means[reference] as number) - Math.min(...means)),
    mostCalls,
    isFree,
  };
}

function learnLadders(pool: Pool, { reference, mostCalls }: Setting): Pick<Policy, 'climbing' | 'levels'> {
  const trainer = new LadderTrainer(pool, { ...fitFor(pool.rows), mostCalls });
  return {
    climbing: trainer.climbing,
    levels: learnLevels(trainer, meanOf(pool.cost, pool.models.length, reference)),
  };
}

/** The fewer rows, the less is made of them. */
function fitFor(rows: number): { beliefPenalty: number; valuePenalty: number } {
  return rows < FEW_ROWS ? { beliefPenalty: 20, valuePenalty: 50 } : USUAL_FIT;
}

/** `gap`: what the reference has over the worst model. A place that saves nothing is none: there is the reference itself. */
export function pointsOf(trials: readonly (Trial | null)[], gap: number): Points {
  const lowest = (holds: (trial: Trial) => boolean): number | null => {
    const level = walkDown(trials, holds);
    const trial = level === null ? null : trials[level];
    return trial !== null && trial !== undefined && trial.cost < trial.referenceCost ? level : null;
  };
  return {
    assured: lowest(({ differenceLow }) => differenceLow >= -0.005),
    equal: lowest((trial) => atBest(trial) >= 0),
    half: lowest((trial) => atBest(trial) >= -0.005),
    most: lowest((trial) => atBest(trial) >= -0.05 * gap),
  };
}

/** A difference that one standard error explains is none that can be seen. */
function atBest({ difference, differenceError }: Trial): number {
  return difference + differenceError;
}

/** The rows in which every model's quality and cost is known. */
export function completeRows(pool: Pool): Int32Array {
  const width = pool.models.length;
  return Int32Array.from({ length: pool.rows }, (_, row) => row).filter((row) => {
    for (let at = row * width; at < (row + 1) * width; at++)
      if (Number.isNaN(pool.quality[at]) || Number.isNaN(pool.cost[at])) return false;
    return true;
  });
}
