// What a signal's values were like: given from outside, or learned from the first of them. It says how low or high the mean may have been, so
// that whoever compares with it is not misled by what a few hundred values cannot know. Once it holds enough it stays as it is: a
// baseline that follows its signal never sees it drift.
import type { Json } from '../../call/json.ts';
import { addTo, empty, type Moments, meanOf, noMoments, pour, varianceOf } from './moments.ts';
import type { Signal, Way } from './signals.ts';
import { readList, readMoments, readNumber, readNumbers, readObject } from './snapshot.ts';

export interface BaselinePlan {
  signal: Signal;
  /** Smallest change that is looked for. */
  smallest: number;
  /** Values from which it is used. */
  learnCalls: number;
  /** How many standard errors the mean is taken to be off. */
  doubt: number;
}

/** A mean that somebody has measured. */
export interface GivenMean {
  /** In units of the signal: a share, or the logarithm of tokens. */
  mean: number;
  /** What it rests on; null is taken for exact. */
  trials: number | null;
}

/** How values spread whose mean alone was given. */
const GUESSED_SPREAD: Readonly<Record<Signal['scale'], (mean: number) => number>> = {
  share: (mean) => mean * (1 - mean),
  gap: () => 0.25,
  log2: () => 1,
};
/** It is frozen with so many times what it takes to be used. */
const GROWS = 10;
/** The centre of logarithms is the mean of this share of the values to learn from, before the others. */
const CENTRE_SHARE = 0.1;
/** Batches that it takes to see whether their means stray, and how many times that is taken for usual. */
const LEAST_BATCHES = 4;
const UNREST = 2;
/** A stake leaves a quarter of what is held: see stats/drop.ts. */
const MOST_STAKE = 0.75;

export class Baseline {
  private readonly plan: BaselinePlan;
  private readonly centreCalls: number;
  private readonly low: number;
  private readonly high: number;
  /** Of values before they are centred. */
  private readonly centring = noMoments();
  private readonly moments = noMoments();
  /** Values that are not believed yet: the last ones, and those before them. */
  private readonly fresh = noMoments();
  private readonly waiting = noMoments();
  /** Means of the batches that joined. */
  private readonly batches = noMoments();
  private centre = 0;
  private given: GivenMean | null = null;

  constructor(plan: BaselinePlan) {
    this.plan = plan;
    ({ low: this.low, high: this.high } = plan.signal.range);
    this.centreCalls = plan.signal.scale === 'log2' ? Math.ceil(plan.learnCalls * CENTRE_SHARE) : 0;
  }

  /** Takes a measured mean instead of learning. Throws RangeError for one that cannot be. */
  give(given: GivenMean): void {
    const { mean, trials } = given;
    const { name, scale, range } = this.plan.signal;
    if (scale === 'log2' ? !Number.isFinite(mean) : !(mean >= range.low && mean <= range.high))
      throw new RangeError(`${mean} is no ${name}`);
    if (trials !== null && !(trials > 0)) throw new RangeError(`${name} rests on some trials, not on ${trials}`);
    const isCentred = scale === 'log2';
    this.centre = isCentred ? given.mean : 0;
    this.given = isCentred ? { ...given, mean: 0 } : given;
  }

  /** Whether the spread is a guess, which is soon known better. */
  get isSpreadGuessed(): boolean {
    return this.given !== null && this.plan.signal.scale === 'gap';
  }

  /** Of the values as they are compared. */
  get mean(): number {
    return this.given?.mean ?? meanOf(this.moments);
  }

  /** Values it was learned from; null for what was given. */
  get learned(): number | null {
    return this.given === null ? this.moments.count : null;
  }

  get isReady(): boolean {
    return this.given !== null || this.moments.count >= this.plan.learnCalls - this.centreCalls;
  }

  /** Learns from one more value; only before it is ready. */
  learn(raw: number): void {
    if (this.centring.count < this.centreCalls) {
      addTo(this.centring, raw);
      this.centre = meanOf(this.centring);
    } else addTo(this.moments, this.valueOf(raw));
  }

  /** A raw value as it is compared: within the range, logarithms from their centre. */
  valueOf(raw: number): number {
    const value = raw - this.centre;
    return value < this.low ? this.low : value > this.high ? this.high : value;
  }

  /** The way back: tokens, microseconds or the share of a value. */
  toUnits(value: number): number {
    return this.plan.signal.scale === 'log2' ? 2 ** (value + this.centre) : value;
  }

  /**
   * One more value once it is ready. It joins the baseline a batch later, and not before nothing is suspected, so that most of the values that
   * begin a drift are still outside when it is seen. Whether the baseline has changed.
   */
  refine(value: number, isSuspected: boolean): boolean {
    if (this.given !== null || this.moments.count >= GROWS * this.plan.learnCalls) return false;
    addTo(this.fresh, value);
    if (this.fresh.count < this.plan.learnCalls) return false;
    const isGrowing = !isSuspected && this.waiting.count > 0;
    if (isGrowing) {
      addTo(this.batches, meanOf(this.waiting));
      pour(this.waiting, this.moments);
    }
    pour(this.fresh, this.waiting);
    return isGrowing;
  }

  /** What was not believed yet never will be: the values have changed. */
  disbelieve(): void {
    empty(this.fresh);
    empty(this.waiting);
  }

  /**
   * The mean, moved the way that is watched: by what is tolerated, or by what it may be off, where that is more than does no harm. Bets on the
   * smallest change lose until about half of it has happened; but not where values are all but alike, or stakes are bounded by rare ones.
   */
  cautious(way: Way): number {
    const { signal, smallest, doubt } = this.plan;
    const { low, high } = signal.range;
    const { mean } = this;
    const { trials, variance } = this.spread(way);
    const most = MOST_STAKE / Math.max(1e-9, way === 'falls' ? high - mean : mean - low);
    const harmless = (Math.min(smallest, most * variance) / 4) * Math.min(1, variance / (smallest * (high - low)));
    const off = doubt * Math.sqrt(variance / trials);
    // Who says what the gap is has looked at many: there is nothing to forgive.
    const forgiven = this.isSpreadGuessed ? 0 : signal.tolerance * smallest;
    const shift = Math.max(forgiven, off - harmless) + UNREST * this.unrest(variance);
    return way === 'falls' ? Math.max(low, mean - shift) : Math.min(high, mean + shift);
  }

  /**
   * By how much means of batches stray from each other beyond what chance makes of values that know nothing of each other: there are days
   * and nights, and sessions go on.
   */
  private unrest(variance: number): number {
    const { count } = this.batches;
    if (count < LEAST_BATCHES) return 0;
    const chance = variance / this.plan.learnCalls;
    const strayed = (varianceOf(this.batches) * count) / (count - 1);
    return strayed < chance * (1 + 3 * Math.sqrt(2 / (count - 1))) ? 0 : Math.sqrt(strayed - chance);
  }

  /** What the mean rests on, and the values' variance: as if there had been one more, the worst, for so few can promise that there is none. */
  spread(way: Way): { trials: number; variance: number } {
    const { scale, range } = this.plan.signal;
    const { mean, given, moments } = this;
    const worst = (mean - (way === 'falls' ? range.low : range.high)) ** 2;
    const trials = given === null ? moments.count : (given.trials ?? Infinity);
    const known = given === null ? varianceOf(moments) : GUESSED_SPREAD[scale](mean);
    return { trials, variance: known + worst / trials };
  }

  toJson(): Json {
    const { centring, moments, fresh, waiting, batches, centre, given } = this;
    const learned = [centre, ...[centring, moments, fresh, waiting, batches].flatMap(toList)];
    return { learned, ...(given === null ? {} : { given: [given.mean, given.trials] }) };
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    const { learned, given } = readObject(json);
    const numbers = readNumbers(learned, 16);
    this.centre = numbers[0] as number;
    [this.centring, this.moments, this.fresh, this.waiting, this.batches].forEach((moments, at) => {
      readMoments(numbers, 1 + 3 * at, moments);
    });
    if (given === undefined) return;
    const [mean, trials] = readList(given);
    this.given = { mean: readNumber(mean), trials: trials === null ? null : readNumber(trials) };
  }
}

function toList({ count, sum, squares }: Moments): number[] {
  return [count, sum, squares];
}
