// What a router between two models is worth: the share of calls that it sends to the strong one against the quality that comes of it.
// Ong et al. (2024), RouteLLM: Learning to route LLMs with preference data (ICLR 2025), section 4.1: PGR, APGR and CPT.

/** One request: how good either answer is, and how much the router thinks the strong one is worth. */
export interface Scored {
  weak: number;
  strong: number;
  /** The higher, the sooner it goes to the strong model. */
  score: number;
}

export interface GapCurve {
  /** Mean quality of the weak model alone, and of the strong one. */
  weak: number;
  strong: number;
  /** Share of the calls that go to the strong model, from 0 to 1, and the mean quality then; requests with one score go together. */
  shares: Float64Array;
  qualities: Float64Array;
}

/** Needs at least one request. */
export function gapCurve(scored: readonly Scored[]): GapCurve {
  const order = Int32Array.from(scored.keys()).sort(
    (one, other) => (scored[other] as Scored).score - (scored[one] as Scored).score,
  );
  const count = scored.length;
  const weak = mean(scored.map((one) => one.weak));
  const shares = [0];
  const qualities = [weak];
  let quality = weak;
  for (let at = 0; at < count; ) {
    const { score } = scored[order[at] as number] as Scored;
    for (; at < count && (scored[order[at] as number] as Scored).score === score; at++) {
      const one = scored[order[at] as number] as Scored;
      quality += (one.strong - one.weak) / count;
    }
    shares.push(at / count);
    qualities.push(quality);
  }
  const strong = mean(scored.map((one) => one.strong));
  return { weak, strong, shares: Float64Array.from(shares), qualities: Float64Array.from(qualities) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The quality at a share of strong calls, between the points of the curve along a straight line: as of calls drawn among equal scores. */
export function qualityAt({ shares, qualities }: GapCurve, share: number): number {
  let low = 0;
  let high = shares.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((shares[middle] as number) <= share) low = middle;
    else high = middle;
  }
  const [from, to] = [shares[low] as number, shares[high] as number];
  const part = to === from ? 0 : (share - from) / (to - from);
  return (qualities[low] as number) * (1 - part) + (qualities[high] as number) * part;
}

/** How much of the gap between weak and strong is recovered: 0 as the weak model, 1 as the strong one. NaN when there is no gap. */
export function gapRecovered({ weak, strong }: GapCurve, quality: number): number {
  return strong === weak ? Number.NaN : (quality - weak) / (strong - weak);
}

/** The mean of the gap recovered over all shares from 0 to 1, exactly: the area under the curve. Random routing has 0.5. */
export function apgr(curve: GapCurve): number {
  const { shares, qualities } = curve;
  let area = 0;
  for (let at = 1; at < shares.length; at++) {
    const width = (shares[at] as number) - (shares[at - 1] as number);
    area += (width * ((qualities[at] as number) + (qualities[at - 1] as number))) / 2;
  }
  return gapRecovered(curve, area);
}

/** The same over `points` evenly spaced shares, both ends among them, as published figures are made. */
export function apgrOnGrid(curve: GapCurve, points = 11): number {
  let sum = 0;
  for (let at = 0; at < points; at++) sum += gapRecovered(curve, qualityAt(curve, at / (points - 1)));
  return sum / points;
}

/** The least share of strong calls with which so much of the gap is recovered, exactly; null when it never is. */
export function callsFor(curve: GapCurve, recovered: number): number | null {
  const { shares, qualities } = curve;
  for (let at = 0; at < shares.length; at++) {
    const here = gapRecovered(curve, qualities[at] as number);
    if (!(here >= recovered)) continue;
    if (at === 0) return 0;
    const before = gapRecovered(curve, qualities[at - 1] as number);
    const part = (recovered - before) / (here - before);
    return (shares[at - 1] as number) + part * ((shares[at] as number) - (shares[at - 1] as number));
  }
  return null;
}

/** The same on evenly spaced shares with straight lines between them. */
export function callsOnGrid(curve: GapCurve, recovered: number, points = 11): number | null {
  const shares = Float64Array.from({ length: points }, (_, at) => at / (points - 1));
  const qualities = shares.map((share) => qualityAt(curve, share));
  return callsFor({ ...curve, shares, qualities }, recovered);
}
