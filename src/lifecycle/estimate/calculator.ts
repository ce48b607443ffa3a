// The calculator: what a call, a mix of two models and a month behind a cascade cost, from figures that somebody gives. Pure;
// what it returns is exact, and null where a price is not known.
import { Fraction } from '../../stats/fraction.ts';
import { type Comparison, cheapestWay, compareWays, priceOf, stepsOf, type Way, type WayCosts } from './comparison.ts';
import {
  bestOrder,
  callsToPay,
  cascadeBreakEven,
  cascadeCost,
  type Mix,
  mixBreakEvenOverhead,
  mixBreakEvenShare,
  stepBreakEvens,
} from './formulas.ts';
import { type EstimatedModel, remarksOn } from './model.ts';
import type { PriceTime, Tokens } from './price.ts';
import { type Outcome, sensitivityOf } from './sensitivity.ts';

/** Tokens of all calls together, and how many they are; null when that is not known. */
export interface Traffic {
  input: Fraction;
  cached: Fraction;
  written: Fraction;
  output: Fraction;
  calls: Fraction | null;
}

/** A calculation for one strong model and those that are tried or chosen before it. */
export interface Question {
  strong: EstimatedModel;
  cheap: readonly { model: EstimatedModel; passRate: Fraction | null }[];
  traffic: Traffic;
  /** Share of calls that a predictor sends to the first cheap model; null: as many as it passes. */
  share: Fraction | null;
  /** Of the predictor, nano-dollars: per call, and for all calls together. Null when not said. */
  overhead: Fraction | null;
  fixed: Fraction | null;
  /** Nano-dollars for checking one answer of a cheap model. */
  judge: Fraction;
  time: PriceTime;
}

export interface Answer {
  comparison: Comparison;
  costs: WayCosts;
  cheapest: Way | null;
  steps: StepAnswer[];
  /** Pass rate of the first model from which on the cascade pays. */
  breakEven: Fraction | null;
  /** Positions of the models in the order that costs least; null when theirs does, or nobody can tell. */
  betterOrder: number[] | null;
  predictor: PredictorAnswer | null;
  sensitivity: Outcome[];
  notes: string[];
}

export interface StepAnswer {
  name: string;
  /** Of all calls on this model alone. */
  cost: Fraction | null;
  passRate: Fraction | null;
  /** The pass rate from which on trying it spares more than it costs; null for the last. */
  breakEven: Fraction | null;
}

export interface PredictorAnswer {
  share: Fraction;
  /** All calls with a predictor that costs nothing and sends the same share. */
  free: Fraction;
  /** The share from which on it pays with what it costs; null when not known or none does. */
  breakEvenShare: Fraction | null;
  /** What it may cost, for all calls together, until it no longer pays; and until the cascade is cheaper. */
  mayCost: Fraction;
  mayCostBesideCascade: Fraction | null;
  /** Calls from which on its fixed cost is earned back; null when there is none, or no volume is enough. */
  callsToPay: bigint | null;
}

export function calculate(question: Question): Answer {
  const comparison = toComparison(question);
  const costs = compareWays(comparison);
  const steps = stepsOf(comparison);
  return {
    comparison,
    costs,
    cheapest: cheapestWay(costs),
    steps: toStepAnswers(comparison),
    breakEven: steps === null ? firstBreakEven(comparison) : cascadeBreakEven(steps),
    betterOrder: steps === null ? null : betterOrder(steps),
    predictor: toPredictor(question, comparison, costs),
    sensitivity: sensitivityOf([comparison]),
    notes: toNotes(comparison),
  };
}

/** One call's tokens where the number of calls is known, else those of all of them. */
export function tokensOf({ calls, ...sums }: Traffic): Tokens {
  if (calls === null) return { ...sums, isSum: true };
  const each = (value: Fraction): Fraction => (calls.isZero ? value : value.over(calls));
  return {
    input: each(sums.input),
    cached: each(sums.cached),
    written: each(sums.written),
    output: each(sums.output),
    isSum: false,
  };
}

function toComparison({ strong, cheap, traffic, time, judge, ...question }: Question): Comparison {
  const tokens = tokensOf(traffic);
  const side = (model: EstimatedModel) => ({ model, tokens, factor: Fraction.ONE });
  const [first, ...others] = cheap.map(({ model, passRate }) => ({ ...side(model), passRate }));
  if (first === undefined) throw new Error('Name a cheap model.');
  return {
    strong: side(strong),
    cheap: [first, ...others],
    calls: traffic.calls ?? Fraction.ONE,
    share: question.share ?? first.passRate,
    overhead: overheadPerCall(question, traffic),
    judge: { cheap: judge, strong: Fraction.ZERO },
    time,
  };
}

/** For the calls of `Tokens`: one, or all of them. What is per call cannot be told for a number of calls that nobody knows. */
function overheadPerCall(
  { overhead, fixed }: Pick<Question, 'overhead' | 'fixed'>,
  { calls }: Traffic,
): Fraction | null {
  if (overhead === null && fixed === null) return null;
  const each = overhead ?? Fraction.ZERO;
  const all = fixed ?? Fraction.ZERO;
  if (calls === null) return each.isZero ? all : null;
  return calls.isZero ? each : each.plus(all.over(calls));
}

function toStepAnswers(comparison: Comparison): StepAnswer[] {
  const { strong, cheap, calls, time } = comparison;
  const steps = stepsOf(comparison);
  const breakEvens = steps === null ? [] : stepBreakEvens(steps);
  return [...cheap, { ...strong, passRate: null }].map((side, index) => ({
    name: side.model.name,
    cost: priceOf(side, time)?.times(calls) ?? null,
    passRate: side.passRate,
    breakEven: breakEvens[index] ?? null,
  }));
}

/** C1 / C2 needs no pass rate. */
function firstBreakEven(comparison: Comparison): Fraction | null {
  if (comparison.cheap.length > 1) return null;
  const [first] = comparison.cheap;
  const steps = stepsOf({ ...comparison, cheap: [{ ...first, passRate: Fraction.ZERO }] });
  return steps === null ? null : cascadeBreakEven(steps);
}

function betterOrder(steps: NonNullable<ReturnType<typeof stepsOf>>): number[] | null {
  const order = bestOrder(steps);
  const sorted = order.map((position) => steps[position] as (typeof steps)[number]);
  return cascadeCost(steps).isAbove(cascadeCost(sorted)) ? order : null;
}

function toPredictor(question: Question, comparison: Comparison, costs: WayCosts): PredictorAnswer | null {
  const { strong, cheap, calls, share, overhead, time } = comparison;
  const strongCost = priceOf(strong, time);
  const cheapCost = priceOf(cheap[0], time);
  if (strongCost === null || cheapCost === null || share === null) return null;
  const mix: Mix = { cheap: cheapCost, strong: strongCost, share, overhead: overhead ?? Fraction.ZERO };
  const mayCost = mixBreakEvenOverhead(mix);
  const free = strongCost.minus(mayCost).times(calls);
  const saved = mayCost.minus(question.overhead ?? Fraction.ZERO);
  const isPerCall = !comparison.strong.tokens.isSum;
  return {
    share,
    free,
    breakEvenShare: overhead === null ? null : mixBreakEvenShare(mix),
    mayCost: mayCost.times(calls),
    mayCostBesideCascade: costs.cascade === null ? null : costs.cascade.minus(free),
    callsToPay: question.fixed === null || !isPerCall ? null : callsToPay(question.fixed, saved),
  };
}

function toNotes({ strong, cheap, time }: Comparison): string[] {
  const sides = [...cheap, strong];
  const remarks = sides.flatMap(({ model, tokens }) => remarksOn(model, tokens, time));
  return [...new Set(remarks)];
}
