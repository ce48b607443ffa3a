// Which models are worth their money: the upper hull of pass rate over cost. Between two models on it a mixture of both is possible at
// every price; a model under it is worse than some mixture that costs the same.

export interface FrontierPoint {
  cost: number;
  share: number;
}

/** Positions of the points on the hull, cheapest first. It begins at the cheapest point and ends at the best. */
export function frontierOf(points: readonly FrontierPoint[]): number[] {
  const order = points
    .map((point, at) => ({ ...point, at }))
    .toSorted((one, other) => one.cost - other.cost || other.share - one.share || one.at - other.at);
  const hull: typeof order = [];
  for (const point of order) {
    const last = hull.at(-1);
    if (last !== undefined && point.share <= last.share) continue;
    while (hull.length > 1 && isUnder(hull.at(-1) as FrontierPoint, hull.at(-2) as FrontierPoint, point)) hull.pop();
    // The cheapest of all stays: nothing that costs less could be mixed in.
    hull.push(point);
  }
  return hull.map(({ at }) => at);
}

/** Whether the middle point lies on or under the line from left to right. */
function isUnder(middle: FrontierPoint, left: FrontierPoint, right: FrontierPoint): boolean {
  return (
    (middle.share - left.share) * (right.cost - left.cost) <= (right.share - left.share) * (middle.cost - left.cost)
  );
}
