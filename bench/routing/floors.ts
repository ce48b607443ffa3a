// Whether a floor of quality that was asked for is kept on rows that nobody had seen: train, stand where the floor is promised, look. The
// dear part, what is known of requests and answers, is learned a few times; ladders and standing anew in every resplit.
import type { Artifact, Policy } from '../../src/learn/artifact/artifact.ts';
import type { TokenPrices } from '../../src/learn/estimator/cost.ts';
import { createEstimator } from '../../src/learn/estimator/estimator.ts';
import { poolOf } from '../../src/learn/estimator/pool-of.ts';
import { Climber } from '../../src/learn/ladder/ladder.ts';
import { meanOf, type Pool, pick } from '../../src/learn/ladder/pool.ts';
import type { Row } from '../../src/learn/rows/row.ts';
import { familiesOf, splitRows } from '../../src/learn/rows/split.ts';
import { strategyAt, walkDown } from '../../src/learn/train/operate.ts';
import { completeRows } from '../../src/learn/train/train.ts';

export interface FloorsOptions {
  resplits: number;
  seed: number;
  learn: (rows: readonly Row[], seed: number) => Artifact;
  prices: TokenPrices;
}

export interface KeptFloor {
  floor: string;
  /** Share of the resplits in which the quality on unseen rows was not below the floor. */
  share: number;
  /** Mean share of the reference's spend that was saved. */
  saving: number;
}

interface Floor {
  name: string;
  level: (policy: Policy, strong: number) => number | null;
  least: (strong: number) => number;
}

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

/** Absolute floors vary with the rows that are drawn, however good the router is: these are relative to the reference on the same rows. */
export function floorsKept(rows: readonly Row[], { resplits, seed, learn, prices }: FloorsOptions): KeptFloor[] {
  const families = familiesOf(rows);
  const kept = FLOORS.map(() => ({ kept: 0, saving: 0 }));
  for (let split = 0; split < resplits; split++) {
    const parts = splitRows(families, [0.6, 0.4], seed + split);
    const artifact = learn(
      rows.filter((_, row) => parts[row] === 0),
      seed + split,
    );
    const all = poolOf(
      createEstimator(artifact.estimator),
      rows.filter((_, row) => parts[row] === 1),
      { prices },
    );
    const pool = pick(all, completeRows(all));
    for (const [at, floor] of FLOORS.entries()) {
      const told = tryFloor(floor, artifact, pool);
      const sum = kept[at] as { kept: number; saving: number };
      sum.kept += told.isKept ? 1 : 0;
      sum.saving += told.saving;
    }
    process.stderr.write(`\r${split + 1} of ${resplits}`);
  }
  process.stderr.write('\n');
  return kept.map((sum, at) => ({
    floor: (FLOORS[at] as Floor).name,
    share: sum.kept / resplits,
    saving: sum.saving / resplits,
  }));
}

function tryFloor(floor: Floor, { policy, reference }: Artifact, pool: Pool): { isKept: boolean; saving: number } {
  if (policy === null) return { isKept: true, saving: 0 };
  const at = pool.models.indexOf(reference);
  const width = pool.models.length;
  const [strong, dear] = [meanOf(pool.quality, width, at), meanOf(pool.cost, width, at)];
  const level = floor.level(policy, strong);
  if (level === null) return { isKept: true, saving: 0 };
  const { mostCalls, isFree } = policy;
  const chosen = policy.levels[level];
  const strategy = chosen === undefined ? null : strategyAt(chosen, { among: null, isFree, mostCalls });
  if (strategy === null) return { isKept: true, saving: 0 };
  const climbed = new Climber(pool, policy.climbing).climb(strategy);
  const quality = meanOf(climbed.quality, 1, 0);
  return { isKept: quality >= floor.least(strong) - 1e-12, saving: 1 - meanOf(climbed.cost, 1, 0) / dear };
}
