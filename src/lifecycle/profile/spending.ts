// The ceiling of a run: what has been spent, what may be spent by what is under way, and whether there is room for more.
import type { NanoUsd } from '../../call/money.ts';

/** How much dearer than expected an answer is reckoned with, until it has come. */
const MARGIN = 1.5;

export class Spending {
  /** Null: no ceiling. */
  readonly ceiling: NanoUsd | null;
  spent = 0;
  /** Answers whose cost nobody knows. */
  unknown = 0;
  private reserved = 0;
  private readonly dearest = new Map<string, NanoUsd>();

  constructor(ceiling: NanoUsd | null) {
    this.ceiling = ceiling;
  }

  /**
   * Sets aside what an answer may cost: what is expected of it, or the dearest of its group so far with a margin, whichever is more. Null
   * when the ceiling does not allow it.
   */
  reserve(group: string, expected: NanoUsd): NanoUsd | null {
    const amount = Math.ceil(Math.max(expected, (this.dearest.get(group) ?? 0) * MARGIN));
    if (this.ceiling !== null && this.spent + this.reserved + amount > this.ceiling) return null;
    this.reserved += amount;
    return amount;
  }

  /** What was set aside is free again, what was spent is not. `cost` null: nobody knows. */
  settle(group: string, reserved: NanoUsd, cost: NanoUsd | null): void {
    this.reserved -= reserved;
    if (cost === null) {
      // It was billed all the same: what had been set aside for it stays away.
      this.unknown++;
      this.spent += reserved;
      return;
    }
    this.spent += cost;
    if (cost > (this.dearest.get(group) ?? 0)) this.dearest.set(group, cost);
  }
}
