// What canaries may still cost today, in UTC days. It lets nothing begin whose cost might not fit; a cost that nobody knows ends the day,
// for a budget that cannot be counted is none.
import type { NanoUsd } from '../../call/money.ts';

const DAY_MS = 86_400_000;

export interface BudgetStanding {
  spentNanoUsd: NanoUsd;
  budgetNanoUsd: NanoUsd;
  /** Whether today's cost is not known, so that nothing more begins. */
  isUnknown: boolean;
}

export class DayBudget {
  private budget: NanoUsd;
  private day = Number.NaN;
  private spent = 0;
  private reserved = 0;
  private isUnknown = false;

  constructor(budgetNanoUsd: NanoUsd) {
    this.budget = budgetNanoUsd;
  }

  /** Takes a new limit; what was spent stays. */
  limit(budgetNanoUsd: NanoUsd): void {
    this.budget = budgetNanoUsd;
  }

  /** Sets so much aside and gives it back to be settled; null when it does not fit. */
  reserve(expected: NanoUsd, nowMs: number): Reserved | null {
    this.turn(nowMs);
    if (this.isUnknown || this.spent + this.reserved + expected > this.budget) return null;
    this.reserved += expected;
    return { expected, day: this.day };
  }

  /** What was set aside has cost so much; null: nobody knows. */
  settle({ expected, day }: Reserved, cost: NanoUsd | null, nowMs: number): void {
    this.turn(nowMs);
    if (day === this.day) this.reserved -= expected;
    this.add(cost);
  }

  /** Counts what was spent by an earlier process. */
  remember(atMs: number, cost: NanoUsd | null, nowMs: number): void {
    this.turn(nowMs);
    if (Math.floor(atMs / DAY_MS) === this.day) this.add(cost);
  }

  standing(nowMs: number): BudgetStanding {
    this.turn(nowMs);
    return { spentNanoUsd: this.spent, budgetNanoUsd: this.budget, isUnknown: this.isUnknown };
  }

  private add(cost: NanoUsd | null): void {
    if (cost === null) this.isUnknown = true;
    else this.spent += cost;
  }

  private turn(nowMs: number): void {
    const day = Math.floor(nowMs / DAY_MS);
    // A clock that is set back begins no day anew.
    if (day <= this.day) return;
    this.day = day;
    this.spent = 0;
    this.reserved = 0;
    this.isUnknown = false;
  }
}

export interface Reserved {
  expected: NanoUsd;
  day: number;
}
