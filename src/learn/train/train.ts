// Trains a router: what it knows is learned from all rows; where it stands between cheap and good is found on a part of them from which
// nothing had been learned by then.
import type { Artifact, Points, Policy } from '../artifact/artifact.ts';
import type { TokenPrices } from '../estimator/cost.ts';
import { createEstimator } from '../estimator/estimator.ts';
import { type FittedEstimator, fitEstimator, outcomesOf } from '../estimator/fit-estimator.ts';
import { poolOf } from '../estimator/pool-of.ts';
import type { DenseMatrix } from '../features/features.ts';
import { LadderTrainer, USUAL_FIT } from '../ladder/ladder.ts';
import { meanOf, type Pool, pick } from '../ladder/pool.ts';
import type { Row } from '../rows/row.ts';
import { familiesOf, splitRows } from '../rows/split.ts';
import { type Choosing, learnLevels, type Trial, tryLevels, walkDown } from './operate.ts';

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

const FOLDS = 5;
/** Share of the rows that is kept for finding where to stand. */
const CALIBRATION = 0.25;
/** With fewer rows there is nothing to vouch for. */
const LEAST_ROWS = 60;
/** With fewer rows to climb on, all requests take one ladder. */
const FREE_ROWS = 1500;
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
  const models = cheapestFirst(rows, options);
  const reference = referenceOf(rows, models, options.reference);
  const parts = splitRows(familiesOf(rows), [1 - CALIBRATION, CALIBRATION], seed);
  const whereIs = (part: number): Int32Array => Int32Array.from(rows.keys()).filter((row) => parts[row] === part);
  const [learning, calibrating] = [whereIs(0), whereIs(1)];
  const fit = (places: Int32Array | null, from: number, share: number): FittedEstimator =>
    fitEstimator(places === null ? rows : Array.from(places, (row) => rows[row] as Row), {
      models,
      isGated: options.isGated,
      prices,
      embedded: embedded === null ? null : { ...embedded, vectors: takeRows(embedded.vectors, places) },
      folds: FOLDS,
      seed,
      onProgress: (step, done) => onProgress(step, from + share * progressIn(step, done)),
    });
  const notes: string[] = [];
  const first = fit(learning, 0, 0.5);
  const calibration = poolOf(
    createEstimator(first.state),
    Array.from(calibrating, (row) => rows[row] as Row),
    {
      prices,
      embedded: embedded === null ? null : takeRows(embedded.vectors, calibrating),
    },
  );
  onProgress('ladders', 0.5);
  const policy = policyOf(first.pool, calibration, { reference, isGated: options.isGated, notes });
  onProgress('ladders', 0.6);
  const final = fit(null, 0.6, 0.4);
  const { digest, label, without } = options.source;
  return {
    notes,
    mixes: final.mixes,
    artifact: {
      made: options.made,
      trainedOn: { digest, rows: rows.length, calibrationRows: calibrating.length, label, without, seed },
      snapshots: options.snapshots,
      prices: Object.fromEntries(models.map((model) => [model, prices.get(model) ?? null])),
      reference: models[reference] as string,
      estimator: final.state,
      policy,
      stale: null,
    },
  };
}

/** What of an estimator's training is done, by its steps. */
function progressIn(step: string, done: number): number {
  if (step === 'features') return 0.1 * done;
  return step === 'requests' ? 0.1 + 0.5 * done : 0.6 + 0.4 * done;
}

function cheapestFirst(rows: readonly Row[], { models, prices }: TrainOptions): string[] {
  const pool = outcomesOf(rows, models, prices);
  const costs = models.map((_, model) => meanOf(pool.cost, models.length, model));
  const order = [...models.keys()].sort((one, other) => (costs[one] ?? 0) - (costs[other] ?? 0) || one - other);
  // Where one price is not known, the order is the one that was given.
  return costs.some(Number.isNaN) ? [...models] : order.map((at) => models[at] as string);
}

function referenceOf(rows: readonly Row[], models: readonly string[], asked: string | null): number {
  if (asked !== null) return models.indexOf(asked);
  const { quality } = outcomesOf(rows, models, new Map());
  const means = models.map((_, model) => meanOf(quality, models.length, model));
  return means.reduce((best, mean, at) => (mean > (means[best] as number) ? at : best), 0);
}

interface PolicyOptions {
  reference: number;
  isGated: boolean;
  notes: string[];
}

/** Null where it cannot be found, which is noted. */
function policyOf(learning: Pool, calibration: Pool, { reference, isGated, notes }: PolicyOptions): Policy | null {
  const [pool, trying] = [completeRows(learning), completeRows(calibration)];
  const { models } = learning;
  const unpriced = models.filter((_, model) => Number.isNaN(meanOf(learning.cost, models.length, model)));
  if (unpriced.length > 0) {
    notes.push(
      `No price is known of ${unpriced.join(', ')}: the artifact rates requests, but it cannot choose by cost.`,
    );
    return null;
  }
  if (pool.rows < LEAST_ROWS / 2 || trying.rows < LEAST_ROWS / 6) {
    notes.push('Too few rows have the outcomes of all models: the artifact rates requests, but it cannot choose.');
    return null;
  }
  const mostCalls = isGated ? Math.min(models.length, models.length > MOST_FOR_THREE ? 2 : 3) : 1;
  const trainer = new LadderTrainer(pool, { ...USUAL_FIT, mostCalls });
  const levels = learnLevels(trainer, meanOf(pool.cost, models.length, reference));
  const choosing: Choosing = { among: null, isFree: pool.rows >= FREE_ROWS, mostCalls };
  const trials = tryLevels(levels, trainer.climbing, { pool: trying, reference, choosing });
  const worst = Math.min(...models.map((_, model) => meanOf(trying.quality, models.length, model)));
  return {
    climbing: trainer.climbing,
    levels,
    trials,
    points: pointsOf(trials, meanOf(trying.quality, models.length, reference) - worst),
    mostCalls,
    isFree: choosing.isFree,
  };
}

/** `gap`: what the reference has over the worst model. */
export function pointsOf(trials: readonly (Trial | null)[], gap: number): Points {
  return {
    assured: walkDown(trials, ({ differenceLow }) => differenceLow >= -0.005),
    equal: walkDown(trials, ({ difference }) => difference >= 0),
    half: walkDown(trials, ({ difference }) => difference >= -0.005),
    most: walkDown(trials, ({ difference }) => difference >= -0.05 * gap),
  };
}

/** The rows in which every model's quality and cost is known. */
export function completeRows(pool: Pool): Pool {
  const width = pool.models.length;
  const complete = Int32Array.from({ length: pool.rows }, (_, row) => row).filter((row) => {
    for (let at = row * width; at < (row + 1) * width; at++)
      if (Number.isNaN(pool.quality[at]) || Number.isNaN(pool.cost[at])) return false;
    return true;
  });
  return pick(pool, complete);
}

function takeRows({ columns, values, rows }: DenseMatrix, places: Int32Array | null): DenseMatrix {
  if (places === null) return { columns, values, rows };
  const taken = new Float64Array(places.length * columns);
  for (const [to, row] of places.entries())
    taken.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  return { columns, values: taken, rows: places.length };
}
