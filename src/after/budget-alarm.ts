// Whether a share of the day's budget of canaries is spent: told when it is, and when another day has begun.
import { showUsd } from '../ledger/display.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import type { BudgetStanding } from '../watch/canary/budget.ts';

export const BUDGET_KEY = 'budget/canaries';

export class BudgetAlarm {
  /** Whether it stands. */
  isTold = false;

  /** `at`: the share that is told of, 0 to 1. */
  look(
    { spentNanoUsd, budgetNanoUsd }: Pick<BudgetStanding, 'spentNanoUsd' | 'budgetNanoUsd'>,
    { at, nowMs }: { at: number; nowMs: number },
  ): (Alarm | Recovery)[] {
    const isOver = budgetNanoUsd > 0 && spentNanoUsd >= at * budgetNanoUsd;
    if (isOver === this.isTold) return [];
    this.isTold = isOver;
    const spent = `${showUsd(spentNanoUsd)} of today's ${showUsd(budgetNanoUsd)}`;
    const told = { key: BUDGET_KEY, atMs: nowMs, sentence: `canaries: ${spent} are spent.` };
    if (!isOver) return [told];
    const evidence = { spentNanoUsd, budgetNanoUsd };
    return [{ ...told, rule: 'budget', task: null, segment: null, severity: 'warning', evidence, isEvent: false }];
  }
}
