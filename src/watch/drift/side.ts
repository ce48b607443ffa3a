// One way that a signal may move: those who bet on it, and since when they have been winning.

import { betOnDrop, type DropOptions, type DropState, noDrop } from '../../stats/drop.ts';
import type { Range } from '../../stats/mean-interval.ts';
import type { Way } from './signals.ts';
import { type Numbers, readCount } from './snapshot.ts';

export interface SidePlan {
  way: Way;
  range: Range;
  /** Sizes of the movement that are looked for. */
  falls: readonly number[];
  error: number;
  horizon: number;
}

/** Beyond it nothing is learned from more. */
const MOST_HELD = 1e12;

export class Side {
  readonly way: Way;
  private readonly options: DropOptions;
  /** 1 for falls; -1 mirrors a rise into one. */
  private readonly sign: 1 | -1;
  private drop: DropState;
  /** What each value adds to the evidence by itself: somebody begins to bet with it. */
  private readonly stake: number;
  /** What all hold as a share of what an alarm takes. */
  evidence = 0;
  /**
   * What a single bettor would hold who bets as all of them together, and begins anew whenever he has lost: the moment he began last is where
   * the change likely was. Page (1954), Continuous inspection schemes.
   */
  private held = 1;
  /** Of the values since he began. */
  private count = 0;
  private sum = 0;
  private sinceMs = 0;

  constructor({ way, range: { low, high }, falls, error, horizon }: SidePlan) {
    this.way = way;
    this.sign = way === 'falls' ? 1 : -1;
    const range = way === 'falls' ? { low, high } : { low: -high, high: -low };
    this.options = { range, baseline: range.low, falls, error, horizon };
    this.stake = error / horizon;
    this.drop = noDrop({ falls });
  }

  /** Nobody has bet yet; the spread is believed to be that of so many values before. */
  begin({ count, mean, variance }: { count: number; mean: number; variance: number }): void {
    const { falls } = this.options;
    this.drop = { ...noDrop({ falls }), count, sum: this.sign * mean * count, squares: variance * count };
    this.evidence = 0;
    this.held = 1;
    this.count = 0;
    this.sum = 0;
  }

  /** From here on the mean is compared with this one. */
  aim(mean: number): void {
    this.options.baseline = this.sign * mean;
  }

  /** One more value: the evidence, 1 and more is the alarm. */
  add(value: number, atMs: number): number {
    const before = this.evidence + this.stake;
    this.evidence = betOnDrop(this.drop, this.sign * value, this.options);
    const held = (this.held * this.evidence) / before;
    if (held <= 1) {
      this.held = 1;
      this.count = 0;
      this.sum = 0;
    } else {
      if (this.count === 0) this.sinceMs = atMs;
      this.held = Math.min(held, MOST_HELD);
      this.count++;
      this.sum += value;
    }
    return this.evidence;
  }

  /** The values since the change, as far as can be told. */
  get moved(): { count: number; mean: number; sinceMs: number } {
    const { count, sum, sinceMs } = this;
    return { count, mean: sum / Math.max(1, count), sinceMs };
  }

  get variance(): number {
    return this.drop.squares / Math.max(1, this.drop.count);
  }

  toNumbers(): Numbers {
    const { drop, evidence, held, count, sum, sinceMs } = this;
    return [drop.count, drop.sum, drop.squares, ...drop.holdings, evidence, held, count, sum, sinceMs];
  }

  /** Throws Error for numbers that are no state of bettors on these sizes. */
  fromNumbers(numbers: Numbers): void {
    const sizes = this.options.falls.length;
    if (numbers.length !== 8 + sizes) throw new Error('other sizes of a change are looked for now');
    const [many, total = 0, squares = -1] = numbers;
    const holdings = numbers.slice(3, 3 + sizes);
    const [evidence = 0, held = 1, count, sum = 0, sinceMs = 0] = numbers.slice(3 + sizes);
    if (![squares, evidence, held, ...holdings].every((each) => each >= 0))
      throw new Error('nobody holds less than nothing');
    this.drop = { count: readCount(many), sum: total, squares, holdings };
    this.evidence = evidence;
    this.held = held;
    this.count = readCount(count);
    this.sum = sum;
    this.sinceMs = sinceMs;
  }
}
