// The monthly bill of a task's route as it is configured, with the interval that the pass rates leave, and what it takes to pay.
import { Fraction, sum } from '../../stats/fraction.ts';
import { betterOrder, breakEvenOf } from './calculator.ts';
import { type Comparison, type Rung, stepsOf } from './comparison.ts';
import type { Rate } from './evidence.ts';
import { cascadeCost, reachBounds, reaches, type Step, stepBreakEvens } from './formulas.ts';
import type { TypicalRoute } from './route.ts';
import type { ModelFacts } from './task-facts.ts';

/** Nano-dollars a month, with the ends that the intervals of the pass rates leave; null where nothing was measured. */
export interface Amount {
  cost: Fraction;
  low: Fraction | null;
  high: Fraction | null;
}

export interface RouteBill {
  models: string[];
  isCascade: boolean;
  amount: Amount | null;
  /** Share of the calls that reach each model; null when not known. */
  reaches: Fraction[] | null;
  /** Pass rate of the first model from which on the whole cascade costs less than its last model alone. */
  breakEven: Fraction | null;
  /** For each model but the last, from which pass rate on trying it pays. */
  stepBreakEvens: (Fraction | null)[];
  /** The order that would cost less; null when there is none. */
  betterOrder: string[] | null;
  /** Mean time to the answer, one model after the other, milliseconds; null when one is not known. */
  latencyMs: number | null;
}

/** `comparison` has the route as its ladder; null when the tokens of one of its models are not known. */
export function toRouteBill(
  route: TypicalRoute,
  facts: readonly ModelFacts[],
  comparison: Comparison | null,
): RouteBill {
  const steps = comparison === null ? null : stepsOf(comparison);
  const shares = steps === null ? null : reaches(steps.map(({ passRate }) => passRate));
  const order = steps === null ? null : betterOrder(steps);
  return {
    models: route.models,
    isCascade: route.isCascade,
    amount: steps === null ? null : amountOf(steps, facts, comparison?.calls ?? null),
    reaches: shares,
    breakEven: comparison === null ? null : breakEvenOf(comparison),
    stepBreakEvens: steps === null ? [] : stepBreakEvens(steps),
    betterOrder: order?.map((at) => route.models[at] as string) ?? null,
    latencyMs: shares === null ? null : latencyOf(shares, facts),
  };
}

function amountOf(steps: readonly Step[], facts: readonly ModelFacts[], calls: Fraction | null): Amount | null {
  if (calls === null) return null;
  const cost = cascadeCost(steps).times(calls);
  if (steps.length === 1) return { cost, low: cost, high: cost };
  const bounds = reachWithin(facts.map(({ acceptRate }) => acceptRate));
  if (bounds === null) return { cost, low: null, high: null };
  const add = (end: 'low' | 'high'): Fraction =>
    sum(steps.map((step, index) => (bounds[index] as (typeof bounds)[number])[end].times(step.cost))).times(calls);
  return { cost, low: add('low'), high: add('high') };
}

/** Bounds of the shares that reach each model within the intervals of the rates; null where one was not measured. */
export function reachWithin(rates: readonly (Rate | null)[]): ReturnType<typeof reachBounds> | null {
  const failures = rates.map((rate, index) => {
    // The last one's rate changes nothing.
    if (index === rates.length - 1) return NONE;
    const interval = rate?.interval ?? null;
    return interval && { low: Fraction.ONE.minus(interval.high), high: Fraction.ONE.minus(interval.low) };
  });
  return failures.every((failure) => failure !== null) ? reachBounds(failures) : null;
}

const NONE = { low: Fraction.ZERO, high: Fraction.ZERO };

function latencyOf(shares: readonly Fraction[], facts: readonly ModelFacts[]): number | null {
  return facts.reduce<number | null>((total, { bill: { latencyMs } }, index) => {
    const share = (shares[index] as Fraction).toNumber();
    if (share === 0) return total;
    return total === null || latencyMs === null ? null : total + share * latencyMs;
  }, 0);
}

/** The same route as one of the ways of a comparison; null when the tokens of a model are not known. */
export function toLadder(rungs: readonly (Rung | null)[]): readonly Rung[] | null {
  return rungs.every((rung) => rung !== null) ? rungs : null;
}
