// Quality against cost: what mixtures of policies reach for a given spend, and how good a set of policies is over the whole range of it.
// Hu et al. (2024), RouterBench: a benchmark for multi-LLM routing system, section 3: non-decreasing convex hull and AIQ.

/** A policy as it turned out on some requests: mean cost of one, and mean quality 0 to 1. */
export interface Point {
  cost: number;
  quality: number;
}

/**
 * The points that no mixture of others beats, cheapest first, from the one that costs least (the best of those) to the best one. Sending a
 * drawn share of the requests one way and the rest another reaches every point on the line between the two.
 */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((one, other) => one.cost - other.cost || other.quality - one.quality);
  const hull: Point[] = [];
  for (const point of sorted) {
    const last = hull.at(-1);
    if (last !== undefined && point.quality <= last.quality) continue;
    while (hull.length > 1 && !turnsRight(hull.at(-2) as Point, hull.at(-1) as Point, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** Whether the way from `from` over `by` to `to` bends down: `by` is above the line. */
function turnsRight(from: Point, by: Point, to: Point): boolean {
  return (by.cost - from.cost) * (to.quality - from.quality) < (by.quality - from.quality) * (to.cost - from.cost);
}

/** The best mean quality that mixtures of a hull reach for a mean cost; 0 below its cheapest point, where not every request is answered. */
export function qualityFor(hull: readonly Point[], cost: number): number {
  let before: Point | null = null;
  for (const point of hull) {
    if (point.cost > cost) return before === null ? 0 : between(before, point, cost);
    before = point;
  }
  return before?.quality ?? 0;
}

function between(from: Point, to: Point, cost: number): number {
  return from.quality + ((cost - from.cost) / (to.cost - from.cost)) * (to.quality - from.quality);
}

/** The least mean cost for which mixtures of a hull reach a mean quality; null when none does. */
export function costFor(hull: readonly Point[], quality: number): number | null {
  let before: Point | null = null;
  for (const point of hull) {
    if (point.quality >= quality) {
      if (before === null || point.quality === before.quality) return point.cost;
      return before.cost + ((quality - before.quality) / (point.quality - before.quality)) * (point.cost - before.cost);
    }
    before = point;
  }
  return null;
}

/**
 * Average improvement in quality: the mean of the hull's quality over the costs from `low` to `high`. The hull starts at a cost and a
 * quality of 0, answering nobody, so that a policy that is dearer than `low` is not left without a figure. Comparable only over one range.
 */
export function averageQuality(points: readonly Point[], { low, high }: { low: number; high: number }): number {
  const hull = hullOf([{ cost: 0, quality: 0 }, ...points]);
  if (!(high > low)) return qualityFor(hull, high);
  const knots = [low, ...hull.map(({ cost }) => cost).filter((cost) => cost > low && cost < high), high];
  let area = 0;
  for (let at = 1; at < knots.length; at++) {
    const [from, to] = [knots[at - 1] as number, knots[at] as number];
    area += ((to - from) * (qualityFor(hull, from) + qualityFor(hull, to))) / 2;
  }
  return area / (high - low);
}
