// How good a trained router is on rows that it was not trained on: what it knows of every model, what it is worth between two of them, and
// what its policy does to quality and cost; against what is free to be had.
import type { Artifact } from '../artifact/artifact.ts';
import type { TokenPrices } from '../estimator/cost.ts';
import { createEstimator } from '../estimator/estimator.ts';
import { poolOf } from '../estimator/pool-of.ts';
import type { DenseMatrix } from '../features/features.ts';
import { meanOf, type Pool } from '../ladder/pool.ts';
import { logit } from '../ladder/small-regression.ts';
import { areaUnderRoc, type Bin, brierScore, calibrationBins, calibrationError } from '../metrics/calibration.ts';
import type { Row } from '../rows/row.ts';
import { figuresOf, type PairRow, pairRows, type RouterFigures } from './assess-pair.ts';
import { assessPolicy, type PolicyFigures } from './assess-policy.ts';

export interface ModelFigures {
  model: string;
  rows: number;
  quality: number | null;
  /** Dollars of one answer on the mean; null where no price is known. */
  costUsd: number | null;
  /** Before the answer, and after it (null where answers were not kept): area under the ROC curve, Brier score, calibration error. */
  before: Rating;
  after: Rating | null;
}

export interface Rating {
  auc: number | null;
  brier: number | null;
  calibrationError: number | null;
  /** Chance against outcome, ten groups of one size; the calibration error is made of them. */
  bins: Bin[];
}

export interface PairAssessment {
  weak: string;
  strong: string;
  rows: number;
  quality: { weak: number; strong: number };
  costUsd: { weak: number | null; strong: number | null };
  /** From the request alone. */
  promptOnly: RouterFigures;
  /** With a look at the weak answer, which is paid for every time; null where answers were not kept. */
  gated: RouterFigures | null;
  /** With a second cheap answer beside it, which is paid for as well; by the model that gave it. */
  agreement: Record<string, RouterFigures>;
  against: { random: RouterFigures; length: RouterFigures; topic: RouterFigures | null; oracle: RouterFigures };
}

export interface Assessment {
  rows: number;
  models: ModelFigures[];
  pair: PairAssessment | null;
  policy: PolicyFigures | null;
}

export interface AssessOptions {
  pair: { weak: string; strong: string } | null;
  prices: TokenPrices;
  embedded?: DenseMatrix | null;
}

/** Throws Error with a sentence for a pair that the artifact does not know. */
export function assess(
  artifact: Artifact,
  rows: readonly Row[],
  { pair, prices, embedded = null }: AssessOptions,
): Assessment {
  const estimator = createEstimator(artifact.estimator);
  const pool = poolOf(estimator, rows, { prices, embedded });
  const isJudged = artifact.estimator.judges.map((judge) => judge !== null);
  return {
    rows: rows.length,
    models: pool.models.map((_, model) => modelFigures(pool, model, isJudged[model] === true)),
    pair: pair === null ? null : assessPair(pool, rows, { pair, isJudged }),
    policy: artifact.policy === null ? null : assessPolicy(artifact, artifact.policy, pool),
  };
}

function modelFigures(pool: Pool, model: number, isJudged: boolean): ModelFigures {
  const width = pool.models.length;
  const places = Int32Array.from({ length: pool.rows }, (_, row) => row * width + model).filter(
    (at) => !Number.isNaN(pool.quality[at]),
  );
  const take = (values: Float64Array): Float64Array => Float64Array.from(places, (at) => values[at] as number);
  const quality = take(pool.quality);
  const rate = (chances: Float64Array): Rating => ({
    auc: finite(areaUnderRoc(chances, quality)),
    brier: finite(brierScore(chances, quality)),
    calibrationError: finite(calibrationError(chances, quality)),
    bins: calibrationBins(chances, quality),
  });
  return {
    model: pool.models[model] as string,
    rows: places.length,
    quality: finite(meanOf(pool.quality, width, model)),
    costUsd: finite(meanOf(pool.cost, width, model)),
    before: rate(take(pool.prior)),
    after: isJudged ? rate(take(pool.judged)) : null,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

interface PairOptions {
  pair: { weak: string; strong: string };
  isJudged: readonly boolean[];
}

function assessPair(pool: Pool, all: readonly Row[], { pair, isJudged }: PairOptions): PairAssessment {
  const [weak, strong] = [pair.weak, pair.strong].map((name) => {
    const at = pool.models.indexOf(name);
    if (at < 0) throw new Error(`The artifact knows nothing of ${name}. It knows: ${pool.models.join(', ')}.`);
    return at;
  }) as [number, number];
  const { rows, places } = pairRows(pool, weak, strong);
  if (rows.length === 0) throw new Error(`No row has an outcome of both ${pair.weak} and ${pair.strong}.`);
  const width = pool.models.length;
  const of = (values: Float64Array, model: number): Float64Array =>
    Float64Array.from(places, (row) => values[row * width + model] as number);
  const [orderWeak, orderStrong] = [of(pool.order, weak), of(pool.order, strong)];
  const gains = gainsAfter(pool, { weak, strong, places });
  const paidWeak = { weak: new Float64Array(rows.length), strong: of(pool.cost, weak) };
  return {
    ...pair,
    rows: rows.length,
    quality: { weak: mean(rows, (row) => row.weak), strong: mean(rows, (row) => row.strong) },
    costUsd: { weak: finite(mean(rows, (row) => row.weakCost)), strong: finite(mean(rows, (row) => row.strongCost)) },
    promptOnly: figuresOf(
      rows,
      orderStrong.map((score, row) => score - (orderWeak[row] as number)),
    ),
    gated: isJudged[weak] === true ? figuresOf(rows, gains, paidWeak) : null,
    agreement: agreements(pool, { weak, strong, rows, places, isJudged }),
    against: baselines(
      rows,
      Array.from(places, (row) => all[row] as Row),
    ),
  };
}

function mean(rows: readonly PairRow[], value: (row: PairRow) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
}

/** How much better the strong answer is expected to be than the weak one, which has been seen. */
function gainsAfter(
  pool: Pool,
  { weak, strong, places }: { weak: number; strong: number; places: Int32Array },
): Float64Array {
  const width = pool.models.length;
  return Float64Array.from(
    places,
    (row) => (pool.prior[row * width + strong] as number) - (pool.judged[row * width + weak] as number),
  );
}

interface Agreeing {
  weak: number;
  strong: number;
  rows: readonly PairRow[];
  places: Int32Array;
  isJudged: readonly boolean[];
}

/** Every model that is neither weak nor strong, and cheaper than the strong one, as a second opinion. */
function agreements(pool: Pool, { weak, strong, rows, places, isJudged }: Agreeing): Record<string, RouterFigures> {
  const width = pool.models.length;
  const found: Record<string, RouterFigures> = {};
  if (isJudged[weak] !== true) return found;
  for (const [second, name] of pool.models.entries()) {
    if (second === weak || second === strong || isJudged[second] !== true) continue;
    const told = [...places.keys()].filter(
      (at) => !Number.isNaN(pool.quality[(places[at] as number) * width + second]),
    );
    const cost = (at: number): number => pool.cost[(places[at] as number) * width + second] as number;
    const isCheaper = told.reduce((sum, at) => sum + cost(at) - (rows[at] as PairRow).strongCost, 0) < 0;
    if (told.length < rows.length / 2 || !isCheaper) continue;
    const scores = Float64Array.from(told, (at) => {
      const row = places[at] as number;
      const base = row * width;
      const isSame = pool.said[base + weak] !== -1 && pool.said[base + weak] === pool.said[base + second];
      const judged = logit(pool.judged[base + weak] as number, 0.01);
      const other = logit(pool.judged[base + second] as number, 0.01);
      // Who says the same adds its vote; who says something else takes it off, the more the surer it is.
      const sure = judged + (isSame ? Math.log(3) + Math.max(0, other) : -Math.log(3) - Math.max(0, other));
      return (logit(pool.prior[base + strong] as number, 0.01) - sure) / 10 - (isSame ? 1 : 0);
    });
    found[name] = figuresOf(
      told.map((at) => rows[at] as PairRow),
      scores,
      {
        weak: Float64Array.from(told, cost),
        strong: Float64Array.from(told, (at) => (rows[at] as PairRow).weakCost + cost(at)),
      },
    );
  }
  return found;
}

function baselines(rows: readonly PairRow[], told: readonly Row[]): PairAssessment['against'] {
  const topics = told.map(({ task, topic }) => task ?? topic);
  return {
    random: figuresOf(rows, new Float64Array(rows.length)),
    length: figuresOf(
      rows,
      Float64Array.from(told, ({ prompt }) => prompt.length),
    ),
    topic: new Set(topics).size < 2 ? null : figuresOf(rows, topicScores(rows, topics)),
    oracle: figuresOf(
      rows,
      Float64Array.from(rows, ({ weak, strong }) => strong - weak),
    ),
  };
}

/** The gap of a row's task or topic, by the other rows of it: what a table by hand would route by, if somebody kept it. */
function topicScores(rows: readonly PairRow[], topics: readonly (string | null)[]): Float64Array {
  const sums = new Map<string | null, { gap: number; count: number }>();
  for (const [at, topic] of topics.entries()) {
    const sum = sums.get(topic) ?? { gap: 0, count: 0 };
    const { weak, strong } = rows[at] as PairRow;
    sums.set(topic, { gap: sum.gap + strong - weak, count: sum.count + 1 });
  }
  const all = mean(rows, ({ weak, strong }) => strong - weak);
  return Float64Array.from(rows, ({ weak, strong }, at) => {
    const { gap, count } = sums.get(topics[at] ?? null) as { gap: number; count: number };
    return (gap - (strong - weak) + 10 * all) / (count - 1 + 10);
  });
}
