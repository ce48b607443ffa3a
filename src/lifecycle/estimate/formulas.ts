// The formulas of docs/estimate.md: what ways of routing cost, and where they begin to pay. Exact, in whatever unit of money
// the costs are given; nothing here knows a price, a file or a model.
import { Fraction, greatest, least, sum } from '../../stats/fraction.ts';

/** A model of a cascade: what one call of it costs, checks included, and the share of its answers that pass, 0 to 1. */
export interface Step {
  cost: Fraction;
  passRate: Fraction;
}

/**
 * Share of the calls that reach each step: all of them the first, then those that failed before. Steps are taken to fail
 * independently, as the planner does; `together` are the bounds when they do not.
 */
export function reaches(passRates: readonly Fraction[]): Fraction[] {
  const shares = [Fraction.ONE];
  for (const passRate of passRates.slice(0, -1))
    shares.push((shares.at(-1) as Fraction).times(Fraction.ONE.minus(passRate)));
  return shares;
}

/**
 * The smallest and the largest share of calls that can reach each step, whichever answers fail together (Fréchet): none
 * fails twice as far as that is possible, or the harder ones fail everywhere.
 */
export function reachBounds(
  failures: readonly { low: Fraction; high: Fraction }[],
): { low: Fraction; high: Fraction }[] {
  return failures.map((_, index) => {
    const before = failures.slice(0, index);
    const passed = sum(before.map(({ low }) => Fraction.ONE.minus(low)));
    return {
      low: greatest(Fraction.ZERO, Fraction.ONE.minus(passed)),
      high: least(Fraction.ONE, ...before.map(({ high }) => high)),
    };
  });
}

/** c1 + (1 - p1) (c2 + (1 - p2) (c3 + ...)). The last pass rate changes nothing: nobody comes after. */
export function cascadeCost(steps: readonly Step[]): Fraction {
  return steps.reduceRight((rest, { cost, passRate }, index) => {
    const isLast = index === steps.length - 1;
    return isLast ? cost : cost.plus(Fraction.ONE.minus(passRate).times(rest));
  }, Fraction.ZERO);
}

/**
 * For each step but the last the pass rate at which trying it costs as much as going on at once to those behind it: its
 * cost over theirs. Above 1: it never pays. Null where what comes after costs nothing.
 */
export function stepBreakEvens(steps: readonly Step[]): (Fraction | null)[] {
  return steps.slice(0, -1).map(({ cost }, index) => {
    const rest = cascadeCost(steps.slice(index + 1));
    return rest.isZero ? null : cost.over(rest);
  });
}

/**
 * The pass rate of the first step at which the whole cascade costs what its last model costs alone, the other steps as
 * they are; of two steps C1 / C2. Null when none is: what comes after costs nothing, or pays even when the first never passes.
 */
export function cascadeBreakEven(steps: readonly Step[]): Fraction | null {
  const [first, ...others] = steps;
  if (first === undefined || others.length === 0) return null;
  const rest = cascadeCost(others);
  const alone = (others.at(-1) as Step).cost;
  if (rest.isZero) return null;
  const breakEven = Fraction.ONE.minus(alone.minus(first.cost).over(rest));
  return Fraction.ZERO.isAbove(breakEven) ? null : breakEven;
}

/**
 * The order of all steps but the last that costs least, as positions: by cost over pass rate, what a passed answer costs.
 * Steps that never pass come last. Holds for steps that fail independently.
 */
export function bestOrder(steps: readonly Step[]): number[] {
  const price = ({ cost, passRate }: Step): Fraction | null => (passRate.isZero ? null : cost.over(passRate));
  const positions = steps.slice(0, -1).map((_, index) => index);
  const sorted = positions.toSorted((one, other) => {
    const [mine, theirs] = [price(steps[one] as Step), price(steps[other] as Step)];
    if (mine === null || theirs === null) return Number(mine === null) - Number(theirs === null);
    return mine.compare(theirs);
  });
  return [...sorted, ...(steps.length > 0 ? [steps.length - 1] : [])];
}

/** A predictive router: a share of the calls goes to the cheap model, the rest to the strong one, each for an overhead. */
export interface Mix {
  cheap: Fraction;
  strong: Fraction;
  /** Of the calls, to the cheap model. */
  share: Fraction;
  /** What deciding costs, per call. */
  overhead: Fraction;
}

/**
 * What a predictor leaves to pay that sends every call at once to the first of the steps that passes it, and to the last what
 * none passes: r1 p1 c1 + r2 p2 c2 + ... with the shares r that would reach each step of a cascade; of two p C1 + (1 - p) C2.
 */
export function choiceCost(steps: readonly Step[]): Fraction {
  return sum(choiceShares(steps).map((share, index) => share.times((steps[index] as Step).cost)));
}

/** Share of the calls that such a predictor sends to each step; 1 together. */
export function choiceShares(steps: readonly Step[]): Fraction[] {
  const reached = reaches(steps.map(({ passRate }) => passRate));
  return steps.map((_, index) => (reached[index] as Fraction).minus(reached[index + 1] ?? Fraction.ZERO));
}

/**
 * The least and the most that such a predictor can leave to pay within bounds of the shares that reach each step:
 * c1 + r2 (c2 - c1) + r3 (c3 - c2) + ..., each share at the end that makes the sum small, or large.
 */
export function choiceBounds(
  costs: readonly Fraction[],
  reach: readonly { low: Fraction; high: Fraction }[],
): { low: Fraction; high: Fraction } {
  const add = (isHigh: boolean): Fraction =>
    sum(
      costs.map((cost, index) => {
        const step = cost.minus(costs[index - 1] ?? Fraction.ZERO);
        const { low, high } = reach[index] as (typeof reach)[number];
        return step.times(isHigh === step.isAbove(Fraction.ZERO) ? high : low);
      }),
    );
  return { low: add(false), high: add(true) };
}

/** The share at which a mix costs what the strong model costs alone: r / (C2 - C1). Null when the cheap model is not cheaper. */
export function mixBreakEvenShare({ cheap, strong, overhead }: Mix): Fraction | null {
  return strong.isAbove(cheap) ? overhead.over(strong.minus(cheap)) : null;
}

/** The overhead per call up to which a mix pays: p (C2 - C1). Not above 0 when the cheap model is not cheaper. */
export function mixBreakEvenOverhead({ cheap, strong, share }: Mix): Fraction {
  return share.times(strong.minus(cheap));
}

/**
 * The calls from which on a fixed cost is earned back by what each call saves, a whole number; null when a call saves
 * nothing, so that no volume does.
 */
export function callsToPay(fixed: Fraction, savedPerCall: Fraction): bigint | null {
  return savedPerCall.isAbove(Fraction.ZERO) ? fixed.over(savedPerCall).ceil() : null;
}
