// Whether a floor of quality that was asked for is kept on rows that nobody had seen. What is known of requests and answers is learned once,
// of each row by the others; ladders, levels and where to stand are learned anew on one part of the rows in every resplit, and tried on the rest.
import type { Policy } from '../../src/learn/artifact/artifact.ts';
import type { TokenPrices } from '../../src/learn/estimator/cost.ts';
import { fitEstimator } from '../../src/learn/estimator/fit-estimator.ts';
import { outcomesOf } from '../../src/learn/estimator/outcomes.ts';
import { Climber } from '../../src/learn/ladder/ladder.ts';
import { meanOf, type Pool, pick } from '../../src/learn/ladder/pool.ts';
import type { Row } from '../../src/learn/rows/row.ts';
import { foldsOf, splitRows } from '../../src/learn/rows/split.ts';
import { strategyAt, walkDown } from '../../src/learn/train/operate.ts';
import { completeRows, learnPolicy, settingFor } from '../../src/learn/train/train.ts';

export interface FloorsOptions {
  models: readonly string[];
  reference: string;
  resplits: number;
  seed: number;
  prices: TokenPrices;
}

export interface KeptFloor {
  floor: string;
  /** Share of the resplits in which the quality on the rows that were left out was not below the floor. */
  share: number;
  /** Mean share of the reference's spend that was saved. */
  saving: number;
}

interface Floor {
  name: string;
  level: (policy: Policy, strong: number) => number | null;
  least: (strong: number) => number;
}

/** Absolute floors vary with the rows that are drawn, however good the router is: these are relative to the reference on the same rows. */
const FLOORS: readonly Floor[] = [
  { name: 'the reference less 0.5 points', level: ({ points }) => points.assured, least: (strong) => strong - 0.005 },
  {
    name: 'the reference less 1 point',
    level: ({ trials }) => walkDown(trials, ({ differenceLow }) => differenceLow >= -0.01),
    least: (strong) => strong - 0.01,
  },
  {
    name: '95 % of the reference',
    level: ({ trials }, strong) => walkDown(trials, ({ differenceLow }) => differenceLow >= -0.05 * strong),
    least: (strong) => 0.95 * strong,
  },
];

/** Share of the rows that ladders and levels are learned on. */
const LEARNED = 0.6;

export function floorsKept(rows: readonly Row[], options: FloorsOptions): KeptFloor[] {
  const { models, reference, resplits, seed, prices } = options;
  const outcomes = outcomesOf(rows, models, prices);
  const { pool: all, families: whole } = fitEstimator(rows, outcomes, {
    isGated: true,
    embedded: null,
    folds: 5,
    seed,
  });
  const places = completeRows(all);
  const pool = pick(all, places);
  const families = places.map((row) => whole[row] as number);
  const strong = models.indexOf(reference);
  const kept = FLOORS.map(() => ({ kept: 0, saving: 0 }));
  for (let split = 0; split < resplits; split++) {
    const parts = splitRows(families, [LEARNED, 1 - LEARNED], seed + split);
    const where = (part: number): Int32Array => Int32Array.from(parts.keys()).filter((row) => parts[row] === part);
    const [learning, rest] = [where(0), where(1)];
    const folds = foldsOf(
      learning.map((row) => families[row] as number),
      5,
      seed,
    );
    const policy = learnPolicy(
      pick(pool, learning),
      folds,
      settingFor(models, { reference: strong, isGated: true, rows: learning.length }),
    );
    for (const [at, floor] of FLOORS.entries()) {
      const told = tryFloor(floor, policy, { pool: pick(pool, rest), strong });
      const sum = kept[at] as { kept: number; saving: number };
      sum.kept += told.isKept ? 1 : 0;
      sum.saving += told.saving;
    }
  }
  return kept.map((sum, at) => ({
    floor: (FLOORS[at] as Floor).name,
    share: sum.kept / resplits,
    saving: sum.saving / resplits,
  }));
}

function tryFloor(
  floor: Floor,
  policy: Policy,
  { pool, strong }: { pool: Pool; strong: number },
): { isKept: boolean; saving: number } {
  const width = pool.models.length;
  const [quality, cost] = [meanOf(pool.quality, width, strong), meanOf(pool.cost, width, strong)];
  const place = floor.level(policy, quality);
  const level = place === null ? undefined : policy.levels[place];
  const { mostCalls, isFree } = policy;
  const strategy = level === undefined ? null : strategyAt(level, { among: null, isFree, mostCalls });
  // The reference alone keeps every floor, and saves nothing.
  if (strategy === null) return { isKept: true, saving: 0 };
  const climbed = new Climber(pool, policy.climbing).climb(strategy);
  return {
    isKept: meanOf(climbed.quality, 1, 0) >= floor.least(quality) - 1e-12,
    saving: 1 - meanOf(climbed.cost, 1, 0) / cost,
  };
}
