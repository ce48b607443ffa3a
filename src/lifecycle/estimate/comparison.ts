// Ways of routing one kind of call, priced beside each other: everything to the strong model, a cascade before it, a predictor
// before both. Unknown stays null; nothing is rounded here.
import { Fraction } from '../../stats/fraction.ts';
import { cascadeCost, choiceCost, type Step } from './formulas.ts';
import { type EstimatedModel, priceOn } from './model.ts';
import type { PriceTime, Tokens } from './price.ts';

export interface Side {
  model: EstimatedModel;
  /** In this model's own counting. */
  tokens: Tokens;
  /** What its price is multiplied with: 1, but for a price that somebody only imagines. */
  factor: Fraction;
}

/** A rung of a cascade. */
export interface Rung extends Side {
  /** Share of its answers that pass, 0 to 1; null when not known. Of the last rung it changes nothing. */
  passRate: Fraction | null;
  /** What checking its answer costs, nano-dollars for the calls of the tokens; null when not known. */
  check: Fraction | null;
}

/** A model that a predictor chooses for a share of those calls that it sends to none before; null when not known. */
export interface Choice extends Side {
  share: Fraction | null;
}

export interface Predictor {
  /** The cheap ones in their order. At least one. */
  choices: readonly [Choice, ...Choice[]];
  /** Gets what is left. */
  last: Side;
  /** What deciding costs, nano-dollars for the calls of the tokens; null when not known. */
  overhead: Fraction | null;
}

export interface Comparison {
  /** The baseline: the model that answers everything where nothing is routed. */
  strong: Side;
  /** The cascade in the order in which it is tried, to its last model; null without one. */
  ladder: readonly Rung[] | null;
  /** Null without a model that it could choose. */
  predictor: Predictor | null;
  /** How often the tokens are used; null when not known. */
  calls: Fraction | null;
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
  const { strong, calls, time } = comparison;
  const steps = stepsOf(comparison);
  const choices = choicesOf(comparison);
  const overhead = comparison.predictor?.overhead ?? null;
  const times = (cost: Fraction | null): Fraction | null =>
    cost === null || calls === null ? null : cost.times(calls);
  return {
    baseline: times(priceOf(strong, time)),
    cascade: times(steps === null ? null : cascadeCost(steps)),
    predicted: times(choices === null || overhead === null ? null : choiceCost(choices).plus(overhead)),
  };
}

/** The cascade's steps, checks included; null as soon as something about one is not known. */
export function stepsOf({ ladder, time }: Comparison): Step[] | null {
  if (ladder === null) return null;
  const steps = ladder.map((rung, index): Step | null => {
    const cost = priceOf(rung, time);
    const passRate = index === ladder.length - 1 ? (rung.passRate ?? Fraction.ONE) : rung.passRate;
    if (cost === null || rung.check === null || passRate === null) return null;
    return { cost: cost.plus(rung.check), passRate };
  });
  return steps.every((step) => step !== null) ? steps : null;
}

/** What a predictor chooses between, as steps; null as soon as something about one is not known. */
export function choicesOf({ predictor, time }: Comparison): Step[] | null {
  if (predictor === null) return null;
  const sides = [...predictor.choices, { ...predictor.last, share: Fraction.ONE }];
  const steps = sides.map((side): Step | null => {
    const cost = priceOf(side, time);
    return cost === null || side.share === null ? null : { cost, passRate: side.share };
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
