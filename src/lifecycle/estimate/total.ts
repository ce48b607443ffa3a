// The bills of several tasks added up. A sum of something unknown is unknown, and says whose.
import { Fraction } from '../../stats/fraction.ts';
import type { Amount } from './route-bill.ts';
import type { TaskBill } from './task-bill.ts';

export interface Total {
  amount: Amount | null;
  /** Tasks whose part is not known. */
  missing: string[];
}

export interface Totals {
  calls: Total;
  baseline: Total;
  routed: Total;
  recommended: Total;
  predicted: Total;
}

export function totalsOf(bills: readonly TaskBill[]): Totals {
  return {
    calls: add(bills, ({ calls }) => certain(calls)),
    baseline: add(bills, ({ baseline }) => certain(baseline?.month ?? null)),
    routed: add(bills, ({ routed }) => routed.amount),
    recommended: add(bills, ({ recommended }) => certain(recommended?.month ?? null)),
    predicted: add(bills, predictedOf),
  };
}

/** Where no model is cheaper than the baseline a predictor leaves everything as it is. */
function predictedOf({ predictor, models, baseline }: TaskBill): Amount | null {
  if (predictor !== null) return predictor.amount;
  const most = baseline?.perCall ?? null;
  const isAlone = most !== null && models.every(({ perCall }) => perCall !== null && !most.isAbove(perCall));
  return isAlone ? certain(baseline?.month ?? null) : null;
}

function certain(cost: Fraction | null): Amount | null {
  return cost && { cost, low: cost, high: cost };
}

/** The ends are added up as if every task were at its own at once: the interval of the sum is wider than it need be. */
function add(bills: readonly TaskBill[], amountOf: (bill: TaskBill) => Amount | null): Total {
  const parts = bills.map((bill) => ({ task: bill.task, amount: amountOf(bill) }));
  const missing = parts.filter(({ amount }) => amount === null).map(({ task }) => task);
  const plus = (one: Fraction | null, other: Fraction | null): Fraction | null =>
    one === null || other === null ? null : one.plus(other);
  const amount = parts.reduce<Amount>(
    (total, part) => ({
      cost: total.cost.plus(part.amount?.cost ?? Fraction.ZERO),
      low: plus(total.low, part.amount?.low ?? null),
      high: plus(total.high, part.amount?.high ?? null),
    }),
    { cost: Fraction.ZERO, low: Fraction.ZERO, high: Fraction.ZERO },
  );
  return { amount: missing.length > 0 ? null : amount, missing };
}
