// What a router's policy does to rows that it was not trained on: at each place it may stand, and over the whole way from cheap to good,
// beside every single model and every pair.
import type { Artifact, Points, Policy } from '../artifact/artifact.ts';
import { type Climbed, Climber } from '../ladder/ladder.ts';
import { meanOf, type Pool, pick } from '../ladder/pool.ts';
import { averageQuality, hullOf, type Point } from '../metrics/cost-curve.ts';
import { strategyAt } from '../train/operate.ts';
import { completeRows } from '../train/train.ts';
import { type Figure, withIntervals } from './figures.ts';

/** A place to stand. */
export interface Standing {
  /** What was promised of it when it was trained. */
  point: keyof Points;
  /** Place among the levels; null: the reference model alone. */
  level: number | null;
  /** On these rows: mean quality, and by how much it differs from the reference's. */
  quality: Figure;
  difference: Figure;
  /** Dollars of one request, and the share of the reference's spend that is saved; every call counts. */
  costUsd: Figure;
  saving: Figure;
  /** Models asked for one request. */
  calls: number;
  /** Share of the requests whose answer is the model's. */
  answers: Record<string, number>;
}

export interface PolicyFigures {
  rows: number;
  /** Of these rows: those unlike all that it was trained on. They take the static route, which here is the reference. */
  unknown: number;
  reference: string;
  /** Where it stands when nobody asks for anything else. */
  recommended: Standing;
  points: Standing[];
  /** Whether one model alone is the best there is at what is recommended. */
  isOneModel: boolean;
  /** Average quality over all spends from the cheapest model's to the dearest's (RouterBench's AIQ), all over one range. */
  hull: {
    low: number;
    high: number;
    policy: Figure;
    models: Record<string, number>;
    pairs: Record<string, number>;
    mixture: number;
  };
  /** Every model alone, on the same rows. */
  models: ({ model: string } & Point)[];
  /** The best two models, by that average: the hull of what the same ladders make of them alone. Null with fewer than three. */
  bestPair: { name: string; hull: Point[] } | null;
  /** Quality by cost of every level. */
  levels: { level: number; costUsd: number; quality: number; difference: number; saving: number; calls: number }[];
}

/** Null where no row has the outcomes of all models. */
export function assessPolicy(
  { reference, estimator: { models } }: Artifact,
  policy: Policy,
  all: Pool,
): PolicyFigures | null {
  const pool = pick(all, completeRows(all));
  if (pool.rows === 0) return null;
  const strong = models.indexOf(reference);
  const climber = new Climber(pool, policy.climbing);
  const choosing = { among: null, isFree: policy.isFree, mostCalls: policy.mostCalls };
  const reliable = alone(pool, strong);
  const climbs = policy.levels.map((level) => {
    const strategy = strategyAt(level, choosing);
    return strategy === null ? reliable : whereKnown(climber.climb(strategy), reliable, pool);
  });
  const names = ['assured', 'equal', 'half', 'most'] as const;
  const points = names.map((point) => {
    const level = policy.points[point];
    return standing(point, level, {
      pool,
      strong,
      climbed: level === null ? reliable : (climbs[level] as Climbed),
    });
  });
  const recommended = points[0] as Standing;
  return {
    rows: pool.rows,
    unknown: pool.known.reduce((count, known) => count + 1 - known, 0),
    reference,
    recommended,
    points,
    isOneModel: Object.values(recommended.answers).some((share) => share === 1) && recommended.calls === 1,
    ...hullFigures({ pool, climber, reliable }, policy, climbs),
    levels: climbs.map(({ quality, cost, calls }, level) => {
      const at = { costUsd: meanOf(cost, 1, 0), quality: meanOf(quality, 1, 0) };
      return {
        level,
        ...at,
        difference: at.quality - meanOf(pool.quality, models.length, strong),
        saving: 1 - at.costUsd / meanOf(pool.cost, models.length, strong),
        calls: calls.reduce((sum, count) => sum + count, 0) / pool.rows,
      };
    }),
  };
}

/** Every request to one model. */
function alone(pool: Pool, model: number): Climbed {
  const width = pool.models.length;
  const of = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: pool.rows }, (_, row) => values[row * width + model] as number);
  return {
    quality: of(pool.quality),
    cost: of(pool.cost),
    calls: new Int8Array(pool.rows).fill(1),
    given: new Int8Array(pool.rows).fill(model),
    chances: of(pool.prior),
  };
}

/** What the gateway does: without a forecast there is no ladder to climb. */
function whereKnown(climbed: Climbed, otherwise: Climbed, { known, rows }: Pool): Climbed {
  for (let row = 0; row < rows; row++) {
    if (known[row] === 1) continue;
    for (const what of ['quality', 'cost', 'calls', 'given', 'chances'] as const)
      climbed[what][row] = otherwise[what][row] as number;
  }
  return climbed;
}

function standing(
  point: keyof Points,
  level: number | null,
  { pool, strong, climbed }: { pool: Pool; strong: number; climbed: Climbed },
): Standing {
  const reference = alone(pool, strong);
  const figures = withIntervals(pool.rows, (weights) => {
    const [quality, cost] = [weighted(climbed.quality, weights), weighted(climbed.cost, weights)];
    const [best, dear] = [weighted(reference.quality, weights), weighted(reference.cost, weights)];
    return { quality, difference: quality - best, costUsd: cost, saving: 1 - cost / dear };
  });
  const answers = pool.models.map((model, at): [string, number] => [
    model,
    climbed.given.filter((given) => given === at).length / pool.rows,
  ]);
  return {
    point,
    level,
    ...figures,
    calls: climbed.calls.reduce((sum, count) => sum + count, 0) / pool.rows,
    answers: Object.fromEntries(answers.filter(([, share]) => share > 0)),
  };
}

function weighted(values: Float64Array, weights: Float64Array): number {
  let [sum, total] = [0, 0];
  for (const [row, value] of values.entries()) {
    sum += (weights[row] as number) * value;
    total += weights[row] as number;
  }
  return sum / total;
}

/** Every level, by the ladders of `among` alone. */
function pointsAmong(policy: Policy, among: ReadonlySet<number>, { climber, reliable, pool }: Ground): Point[] {
  return policy.levels.flatMap((level) => {
    const strategy = strategyAt(level, { among, isFree: policy.isFree, mostCalls: policy.mostCalls });
    return strategy === null ? [] : [pointOf(whereKnown(climber.climb(strategy), reliable, pool))];
  });
}

function pointOf({ cost, quality }: Climbed): Point {
  return { cost: meanOf(cost, 1, 0), quality: meanOf(quality, 1, 0) };
}

interface Ground {
  pool: Pool;
  climber: Climber;
  /** The reference alone. */
  reliable: Climbed;
}

function hullFigures(
  ground: Ground,
  policy: Policy,
  climbs: readonly Climbed[],
): Pick<PolicyFigures, 'hull' | 'models' | 'bestPair'> {
  const { pool } = ground;
  const width = pool.models.length;
  const models = pool.models.map((model, at) => ({
    model,
    cost: meanOf(pool.cost, width, at),
    quality: meanOf(pool.quality, width, at),
  }));
  const costs = models.map(({ cost }) => cost);
  const range = { low: Math.min(...costs), high: Math.max(...costs) };
  const pairs = models.flatMap((one, at) =>
    models.slice(at + 1).map((other, after) => {
      const points = [...pointsAmong(policy, new Set([at, at + 1 + after]), ground), one, other];
      const hull = hullOf(points).map(({ cost, quality }) => ({ cost, quality }));
      return { name: `${one.model} > ${other.model}`, hull, average: averageQuality(points, range) };
    }),
  );
  const { policy: whole } = withIntervals(pool.rows, (weights) => ({
    policy: averageQuality(
      climbs.map(({ cost, quality }) => ({ cost: weighted(cost, weights), quality: weighted(quality, weights) })),
      range,
    ),
  }));
  const best = pairs.length < 2 ? null : pairs.reduce((one, other) => (other.average > one.average ? other : one));
  return {
    models,
    bestPair: best === null ? null : { name: best.name, hull: best.hull },
    hull: {
      ...range,
      policy: whole,
      models: Object.fromEntries(models.map(({ model, ...point }) => [model, averageQuality([point], range)])),
      pairs: Object.fromEntries(pairs.map(({ name, average }) => [name, average])),
      mixture: averageQuality(hullOf(models), range),
    },
  };
}
