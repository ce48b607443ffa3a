// Which models are worth their money: the upper hull of pass rate over cost. Between two models on it a mixture of both is possible at
// every price; a model under it is worse than some mixture that costs no more. It knows points and no models, and never their intervals.

export interface FrontierPoint {
  cost: number;
  share: number;
}

/** What does at least as well as a point for at most its cost: one other point, or a mixture of two. */
export interface Mixture extends FrontierPoint {
  /** Cheapest first; the weights are shares of the calls and sum to 1. */
  parts: { at: number; weight: number }[];
}

/** Costs that differ by less than this part of them are the same: sums of prices have traces of rounding. */
const SAME = 1e-9;

/**
 * Positions of the points that no mixture of others beats, cheapest first: the corners of the hull, what lies on its edges, and everything
 * that is in the same place as one of them.
 */
export function frontierOf(points: readonly FrontierPoint[]): number[] {
  const corners = cornersOf(points);
  return order(points)
    .filter((point) => beatenByCorners(point, corners) === null)
    .map(({ at }) => at);
}

/** What beats the point at a position; null when nothing does. */
export function whatBeats(points: readonly FrontierPoint[], at: number): Mixture | null {
  const point = points[at];
  return point === undefined ? null : beatenByCorners(point, cornersOf(points));
}

type Placed = FrontierPoint & { at: number };

/** The corners of the hull, cheapest first: from the cheapest point to the best, with less and less gained for the money. */
export function cornersOf(points: readonly FrontierPoint[]): Placed[] {
  const hull: Placed[] = [];
  for (const point of order(points)) {
    const last = hull.at(-1);
    if (last !== undefined && point.share <= last.share) continue;
    while (hull.length > 1 && isUnder(hull.at(-1) as Placed, hull.at(-2) as Placed, point)) hull.pop();
    // The cheapest of all stays: nothing that costs less could be mixed in.
    hull.push(point);
  }
  return hull;
}

function order(points: readonly FrontierPoint[]): Placed[] {
  return points
    .map(({ cost, share }, at) => ({ cost, share, at }))
    .toSorted((one, other) => one.cost - other.cost || other.share - one.share || one.at - other.at);
}

/** Whether the middle point lies on or under the line from left to right. */
function isUnder(middle: FrontierPoint, left: FrontierPoint, right: FrontierPoint): boolean {
  return (
    (middle.share - left.share) * (right.cost - left.cost) <= (right.share - left.share) * (middle.cost - left.cost)
  );
}

/** One point where one will do, because it is easier to run than two. */
function beatenByCorners(point: FrontierPoint, corners: readonly Placed[]): Mixture | null {
  const next = corners.findIndex(({ share }) => share >= point.share);
  const right = corners[next];
  if (right === undefined) return null;
  if (right.cost <= point.cost) {
    const isSame = right.share === point.share && right.cost >= point.cost * (1 - SAME);
    return isSame ? null : { parts: [{ at: right.at, weight: 1 }], cost: right.cost, share: right.share };
  }
  const left = corners[next - 1];
  if (left === undefined) return null;
  const weight = (point.share - left.share) / (right.share - left.share);
  const cost = left.cost + weight * (right.cost - left.cost);
  if (cost >= point.cost * (1 - SAME)) return null;
  const parts = [
    { at: left.at, weight: 1 - weight },
    { at: right.at, weight },
  ];
  return { parts, cost, share: point.share };
}
