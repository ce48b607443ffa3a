// Ways of routing one kind of call, priced beside each other: everything to the strong model, a cascade before it, a predictor
// before both. Unknown stays null; nothing is rounded here.
import { Fraction } from '../../stats/fraction.ts';
import { cascadeCost, mixCost, type Step } from './formulas.ts';
import { type EstimatedModel, priceOn } from './model.ts';
import type { PriceTime, Tokens } from './price.ts';

export interface Side {
  model: EstimatedModel;
  /** In this model's own counting. */
  tokens: Tokens;
  /** What its price is multiplied with: 1, but for a price that somebody only imagines. */
  factor: Fraction;
}

export interface CheapSide extends Side {
  /** Share of its answers that pass, 0 to 1; null when not known. */
  passRate: Fraction | null;
}

export interface Comparison {
  strong: Side;
  /** In the order in which a cascade tries them. At least one. */
  cheap: readonly [CheapSide, ...CheapSide[]];
  /** How often the tokens are used. */
  calls: Fraction;
  /** Share of calls that a predictor sends to the first cheap model; null when not known. */
  share: Fraction | null;
  /** What the predictor costs for the calls of the tokens, nano-dollars; null when not known. */
  overhead: Fraction | null;
  /** What checking an answer costs, likewise: of the cheap models, and of the strong one behind them. */
  judge: { cheap: Fraction | null; strong: Fraction | null };
  time: PriceTime;
}

export const WAYS = ['baseline', 'cascade', 'predicted'] as const;
export type Way = (typeof WAYS)[number];

/** Nano-dollars for all calls together. */
export type WayCosts = Record<Way, Fraction | null>;

export function priceOf({ model, tokens, factor }: Side, time: PriceTime): Fraction | null {
  return priceOn(model, tokens, time)?.times(factor) ?? null;
}

export function compareWays(comparison: Comparison): WayCosts {
  const { strong, cheap, calls, share, overhead, time } = comparison;
  const strongCost = priceOf(strong, time);
  const cheapCost = priceOf(cheap[0], time);
  const steps = stepsOf(comparison);
  const mix =
    strongCost === null || cheapCost === null || share === null || overhead === null
      ? null
      : mixCost({ cheap: cheapCost, strong: strongCost, share, overhead });
  return {
    baseline: strongCost?.times(calls) ?? null,
    cascade: steps === null ? null : cascadeCost(steps).times(calls),
    predicted: mix?.times(calls) ?? null,
  };
}

/** The cascade's steps, checks included; null as soon as something about one is not known. */
export function stepsOf({ strong, cheap, judge, time }: Comparison): Step[] | null {
  const steps = [...cheap, { ...strong, passRate: Fraction.ONE }].map((side, index): Step | null => {
    const cost = priceOf(side, time);
    const check = index < cheap.length ? judge.cheap : judge.strong;
    if (cost === null || check === null || side.passRate === null) return null;
    return { cost: cost.plus(check), passRate: side.passRate };
  });
  return steps.every((step) => step !== null) ? steps : null;
}

/** The way that costs least among those whose costs are known; of equal ones the first. Null when none is known. */
export function cheapestWay(costs: WayCosts): Way | null {
  return WAYS.reduce<Way | null>((best, way) => {
    const cost = costs[way];
    if (cost === null) return best;
    const before = best === null ? null : costs[best];
    return before === null || before.isAbove(cost) ? way : best;
  }, null);
}
