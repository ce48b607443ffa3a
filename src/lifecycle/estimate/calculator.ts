// The calculator: what a call, a mix of two models and a month behind a cascade cost, from figures that somebody gives. Pure;
// what it returns is exact, and null where a price is not known.
import { Fraction } from '../../stats/fraction.ts';
import {
  type Comparison,
  cheapestWay,
  choicesOf,
  compareWays,
  priceOf,
  type Rung,
  stepsOf,
  type Way,
  type WayCosts,
} from './comparison.ts';
import {
  bestOrder,
  callsToPay,
  cascadeBreakEven,
  cascadeCost,
  type Mix,
  mixBreakEvenOverhead,
  mixBreakEvenShare,
  type Step,
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
  /** Whether there is a predictor alone, and no cascade to compare it with. */
  isMix: boolean;
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
    steps: toStepAnswers(question, comparison),
    breakEven: breakEvenOf(comparison),
    betterOrder: steps === null ? null : betterOrder(steps),
    predictor: toPredictor(question, comparison, costs),
    sensitivity: sensitivityOf([comparison]),
    notes: priceNotes(comparison),
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
  const [first] = cheap;
  if (first === undefined) throw new Error('Name a cheap model.');
  const rungs = cheap.map(({ model, passRate }): Rung => ({ ...side(model), passRate, check: judge }));
  return {
    strong: side(strong),
    ladder: question.isMix ? null : [...rungs, { ...side(strong), passRate: null, check: Fraction.ZERO }],
    predictor: {
      choices: [{ ...side(first.model), share: question.share ?? first.passRate }],
      last: side(strong),
      overhead: overheadPerCall(question, traffic),
    },
    calls: traffic.calls ?? Fraction.ONE,
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

function toStepAnswers({ cheap, strong }: Question, comparison: Comparison): StepAnswer[] {
  const { calls, time } = comparison;
  const steps = stepsOf(comparison);
  const breakEvens = steps === null ? [] : stepBreakEvens(steps);
  return [...cheap, { model: strong, passRate: null }].map(({ model, passRate }, index) => {
    const cost = priceOf({ ...comparison.strong, model }, time);
    return {
      name: model.name,
      cost: cost === null || calls === null ? null : cost.times(calls),
      passRate,
      breakEven: breakEvens[index] ?? null,
    };
  });
}

/** C1 / C2 needs no pass rate. */
export function breakEvenOf(comparison: Comparison): Fraction | null {
  const { ladder } = comparison;
  const steps = stepsOf(comparison);
  if (steps !== null) return cascadeBreakEven(steps);
  if (ladder?.length !== 2) return null;
  const assumed = stepsOf({ ...comparison, ladder: ladder.map((rung) => ({ ...rung, passRate: Fraction.ZERO })) });
  return assumed === null ? null : cascadeBreakEven(assumed);
}

/** The order of a cascade that costs less than its own, as positions; null when there is none. */
export function betterOrder(steps: readonly Step[]): number[] | null {
  const order = bestOrder(steps);
  const sorted = order.map((position) => steps[position] as Step);
  return cascadeCost(steps).isAbove(cascadeCost(sorted)) ? order : null;
}

function toPredictor(question: Question, comparison: Comparison, { cascade }: WayCosts): PredictorAnswer | null {
  const [cheap, strong] = choicesOf(comparison) ?? [];
  const { calls } = comparison;
  if (cheap === undefined || strong === undefined || calls === null) return null;
  const overhead = comparison.predictor?.overhead ?? null;
  const share = cheap.passRate;
  const mix: Mix = { cheap: cheap.cost, strong: strong.cost, share, overhead: overhead ?? Fraction.ZERO };
  const mayCost = mixBreakEvenOverhead(mix);
  const free = mix.strong.minus(mayCost).times(calls);
  const saved = mayCost.minus(question.overhead ?? Fraction.ZERO);
  const isPerCall = !comparison.strong.tokens.isSum;
  return {
    share,
    free,
    breakEvenShare: overhead === null ? null : mixBreakEvenShare(mix),
    mayCost: mayCost.times(calls),
    mayCostBesideCascade: cascade?.minus(free) ?? null,
    callsToPay: question.fixed === null || !isPerCall ? null : callsToPay(question.fixed, saved),
  };
}

/** Everything there is to say about the prices of a comparison, each sentence once. */
export function priceNotes({ strong, ladder, predictor, time }: Comparison): string[] {
  const sides = [...(ladder ?? []), ...(predictor?.choices ?? []), strong];
  return [...new Set(sides.flatMap(({ model, tokens }) => remarksOn(model, tokens, time)))];
}
