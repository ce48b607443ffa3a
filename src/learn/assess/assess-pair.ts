// A router between two models, as published routers are measured: how much of the gap it recovers for which share of strong calls, before
// and after a look at the weak answer, and what is saved in dollars when every call counts.
import type { Pool } from '../ladder/pool.ts';
import { costFor, hullOf, type Point } from '../metrics/cost-curve.ts';
import { apgr, apgrOnGrid, callsFor, callsOnGrid, type GapCurve, gapRecovered } from '../metrics/gap-curve.ts';
import { type Figure, withIntervals } from './figures.ts';

/** What one way of scoring requests comes to. Shares from 0 to 1. */
export interface RouterFigures {
  /** Average gap recovered: exactly, and over eleven evenly spaced shares of strong calls. */
  apgr: Figure;
  apgrGrid: Figure;
  /** Least share of strong calls for half, and for 80 %, of the gap; exactly, and on the grid. */
  cpt50: Figure;
  cpt50Grid: Figure;
  cpt80: Figure;
  cpt80Grid: Figure;
  /** Share of the strong model's spend that is saved at its quality, at half a point less, at 95 % of the gap; read off these very rows. */
  savingEqual: Figure;
  savingHalf: Figure;
  savingMost: Figure;
  /** Quality by mean cost of a request, from all weak to all strong. */
  curve: Point[];
  /** Gap recovered by share of strong calls, from 0 to 1; empty where there is no gap. */
  gap: Recovered[];
}

export interface Recovered {
  share: number;
  recovered: number;
}

/** One request: how good either answer is, and what each costs in dollars; NaN where that is not known. */
export interface PairRow {
  weak: number;
  strong: number;
  weakCost: number;
  strongCost: number;
}

/** What is paid beside the answer that is given, for a request that stays with the weak model and for one that goes to the strong. */
export interface Extra {
  weak: Float64Array;
  strong: Float64Array;
}

const CURVE_POINTS = 200;

/** The higher the score, the sooner a request goes to the strong model; requests with one score go together. */
export function figuresOf(rows: readonly PairRow[], scores: Float64Array, extra: Extra | null = null): RouterFigures {
  const order = Int32Array.from(rows.keys()).sort((one, other) => (scores[other] as number) - (scores[one] as number));
  const hasCosts = rows.every(({ weakCost, strongCost }) => !Number.isNaN(weakCost) && !Number.isNaN(strongCost));
  const figures = withIntervals(rows.length, (weights) => {
    const curve = weightedCurve(rows, { order, scores, weights });
    const [equal, half, most] = hasCosts ? savings(rows, { order, weights, extra }) : [null, null, null];
    return {
      apgr: apgr(curve),
      apgrGrid: apgrOnGrid(curve),
      cpt50: callsFor(curve, 0.5),
      cpt50Grid: callsOnGrid(curve, 0.5),
      cpt80: callsFor(curve, 0.8),
      cpt80Grid: callsOnGrid(curve, 0.8),
      savingEqual: equal as number | null,
      savingHalf: half as number | null,
      savingMost: most as number | null,
    };
  });
  const even = new Float64Array(rows.length).fill(1);
  return {
    ...figures,
    curve: hasCosts ? costCurve(rows, { order, weights: even, extra }).points : [],
    gap: recoveredBy(weightedCurve(rows, { order, scores, weights: even })),
  };
}

/** Both ends, and about `CURVE_POINTS` between them. */
function recoveredBy(curve: GapCurve): Recovered[] {
  const { shares, qualities } = curve;
  if (curve.weak === curve.strong) return [];
  const step = Math.max(1, Math.floor(shares.length / CURVE_POINTS));
  return Array.from(shares, (share, at) => ({ share, recovered: gapRecovered(curve, qualities[at] as number) })).filter(
    (_, at) => at % step === 0 || at === shares.length - 1,
  );
}

interface Weighted {
  order: Int32Array;
  weights: Float64Array;
}

function weightedCurve(
  rows: readonly PairRow[],
  { order, scores, weights }: Weighted & { scores: Float64Array },
): GapCurve {
  let [weak, strong, total] = [0, 0, 0];
  for (const [row, one] of rows.entries()) {
    const weight = weights[row] as number;
    weak += weight * one.weak;
    strong += weight * one.strong;
    total += weight;
  }
  const shares = [0];
  const qualities = [weak / total];
  let [sent, quality] = [0, weak];
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at] as number];
    for (; at < order.length && scores[order[at] as number] === score; at++) {
      const row = order[at] as number;
      const one = rows[row] as PairRow;
      sent += weights[row] as number;
      quality += (weights[row] as number) * (one.strong - one.weak);
    }
    shares.push(sent / total);
    qualities.push(quality / total);
  }
  return {
    weak: weak / total,
    strong: strong / total,
    shares: Float64Array.from(shares),
    qualities: Float64Array.from(qualities),
  };
}

/** Saved at the strong model's quality, at half a point less, and at 95 % of the gap. */
function savings(rows: readonly PairRow[], weighted: Weighted & { extra: Extra | null }): (number | null)[] {
  const { points, strong, weak } = costCurve(rows, weighted);
  const hull = hullOf(points);
  return [strong.quality, strong.quality - 0.005, weak + 0.95 * (strong.quality - weak)].map((wanted) => {
    const cost = costFor(hull, wanted);
    return cost === null ? null : 1 - cost / strong.cost;
  });
}

/** Quality and cost as more and more of the requests, those scored highest first, go to the strong model. */
function costCurve(
  rows: readonly PairRow[],
  { order, weights, extra }: Weighted & { extra: Extra | null },
): { points: Point[]; strong: Point; weak: number } {
  let [cost, quality, total] = [0, 0, 0];
  const strong: Point = { cost: 0, quality: 0 };
  for (const [row, one] of rows.entries()) {
    const weight = weights[row] as number;
    total += weight;
    cost += weight * (one.weakCost + (extra?.weak[row] ?? 0));
    quality += weight * one.weak;
    strong.cost += weight * one.strongCost;
    strong.quality += weight * one.strong;
  }
  strong.cost /= total;
  strong.quality /= total;
  const weak = quality / total;
  // All requests to the strong model without a look at any other is a policy, too.
  const points: Point[] = [strong, { cost: cost / total, quality: weak }];
  const step = Math.max(1, Math.floor(order.length / CURVE_POINTS));
  for (const [at, row] of order.entries()) {
    const one = rows[row] as PairRow;
    const weight = weights[row] as number;
    cost += weight * (one.strongCost + (extra?.strong[row] ?? 0) - one.weakCost - (extra?.weak[row] ?? 0));
    quality += weight * (one.strong - one.weak);
    if ((at + 1) % step === 0 || at + 1 === order.length) points.push({ cost: cost / total, quality: quality / total });
  }
  return { points, strong, weak };
}

/** The rows of a pool in which both answers are known, with their places in the pool. */
export function pairRows(pool: Pool, weak: number, strong: number): { rows: PairRow[]; places: Int32Array } {
  const width = pool.models.length;
  const isTold = (row: number, model: number): boolean => !Number.isNaN(pool.quality[row * width + model]);
  const places = Int32Array.from({ length: pool.rows }, (_, row) => row).filter(
    (row) => isTold(row, weak) && isTold(row, strong),
  );
  const rows = Array.from(places, (row): PairRow => {
    const base = row * width;
    return {
      weak: pool.quality[base + weak] as number,
      strong: pool.quality[base + strong] as number,
      weakCost: pool.cost[base + weak] as number,
      strongCost: pool.cost[base + strong] as number,
    };
  });
  return { rows, places };
}
