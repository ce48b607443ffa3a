// One signal of one task or segment: learns what is usual, bets that it has moved the way it must not, says so once, then watches for the way
// back and begins anew. The chance of a false alarm is that of `stats/drop.ts`; rises are falls of the mirrored value. It never
// looks at a value twice, and keeps none.
import type { Json } from '../../call/json.ts';
import { Baseline, type GivenMean } from './baseline.ts';
import { Side } from './side.ts';
import type { Signal, Way } from './signals.ts';
import { readCount, readList, readNumbers, readObject } from './snapshot.ts';

export interface DetectorPlan {
  signal: Signal;
  /** Changes that are looked for, the smallest first. */
  sizes: readonly number[];
  learnCalls: number;
  /** How many standard errors a learned baseline is taken to be off. */
  doubt: number;
  /** At most this chance of a false alarm in `horizon` values. */
  error: number;
  horizon: number;
}

/** Something was found, in units of the signal: shares, gaps, tokens or microseconds. */
export interface Finding {
  signal: Signal;
  isAlarm: boolean;
  way: Way;
  baseline: number;
  now: number;
  /** Values that `now` is the mean of. */
  count: number;
  /** When the first of them came. */
  sinceMs: number;
  atMs: number;
  /** What the bettors hold as a share of what it takes; 0 for the way back. */
  evidence: number;
  /** Values that the baseline rests on; null for a given one. */
  learned: number | null;
}

interface Told {
  way: Way;
  /** When the change likely began. */
  sinceMs: number;
  /** Nothing was said, for somebody else told the same; and whether he did when the last value came. */
  isSilent: boolean;
  isHushed: boolean;
  /** Values whose mean decides about the way back, and those of them that have come. */
  size: number;
  block: { count: number; sum: number; sinceMs: number };
}

/** From this share of an alarm's evidence on the values no longer join the baseline. */
const SUSPECTED = 1e-4;
/** The spread of earlier values is believed as if it were that of so many at most. */
const MOST_BELIEVED = 500;
/** And a guess as if it were that of so many. */
const GUESSED_AS = 20;
/** Variances per squared smallest change that decide about the way back: half that change is then two standard errors of their mean. */
const CLEAR = 16;
const LEAST_BLOCK = 200;
const MOST_BLOCK = 1000;

export class Detector {
  readonly plan: DetectorPlan;
  private readonly baseline: Baseline;
  private readonly sides: readonly Side[];
  private told: Told | null = null;

  constructor(plan: DetectorPlan, given: GivenMean | null = null) {
    this.plan = plan;
    const { signal, sizes, learnCalls, doubt, error, horizon } = plan;
    this.baseline = new Baseline({ signal, smallest: sizes[0] as number, learnCalls, doubt });
    this.sides = signal.ways.map(
      (way) => new Side({ way, range: signal.range, falls: sizes, error: error / signal.ways.length, horizon }),
    );
    if (given !== null) {
      this.baseline.give(given);
      this.begin();
    }
  }

  /** Whether an alarm was given and no recovery since. */
  get isTelling(): boolean {
    return this.told !== null && !this.told.isSilent;
  }

  /**
   * Takes a value as it was measured. While hushed it gives no alarm, for somebody else tells the same: it gives that alarm when he no longer
   * does, if there still is one. Constant time.
   */
  add(raw: number, atMs: number, isHushed: boolean): Finding | null {
    const { baseline } = this;
    if (!baseline.isReady) {
      baseline.learn(raw);
      if (baseline.isReady) this.begin();
      return null;
    }
    const value = baseline.valueOf(raw);
    if (this.told !== null) return this.watchWayBack(this.told, value, { atMs, isHushed });
    let isSuspected = false;
    for (const side of this.sides) {
      const evidence = side.add(value, atMs);
      if (evidence >= 1) return this.tell(side, { atMs, isHushed });
      if (evidence >= SUSPECTED) isSuspected = true;
    }
    if (baseline.refine(value, isSuspected)) this.aim();
    return null;
  }

  private begin(): void {
    const { mean, isSpreadGuessed } = this.baseline;
    const most = isSpreadGuessed ? GUESSED_AS : MOST_BELIEVED;
    for (const side of this.sides) {
      const { trials, variance } = this.baseline.spread(side.way);
      side.begin({ count: Math.min(most, trials), mean, variance });
    }
    this.aim();
  }

  private aim(): void {
    for (const side of this.sides) side.aim(this.baseline.cautious(side.way));
  }

  private tell(side: Side, { atMs, isHushed }: Hearing): Finding | null {
    const { way, moved, evidence } = side;
    const smallest = this.plan.sizes[0] as number;
    const { scale } = this.plan.signal;
    // A share has the spread of its mean, which is another one now.
    const variance = scale === 'share' ? Math.max(side.variance, moved.mean * (1 - moved.mean)) : side.variance;
    const size = Math.min(MOST_BLOCK, Math.max(LEAST_BLOCK, Math.ceil(CLEAR * (variance / smallest ** 2))));
    const { sinceMs } = moved;
    this.told = { way, sinceMs, isSilent: isHushed, isHushed, size, block: { count: 0, sum: 0, sinceMs: atMs } };
    this.baseline.disbelieve();
    return isHushed ? null : { ...this.finding(way, moved, atMs), isAlarm: true, evidence };
  }

  private watchWayBack(told: Told, value: number, { atMs, isHushed }: Hearing): Finding | null {
    const { block, way } = told;
    // Whether there still is something to tell is seen from values that came since nobody told it.
    if (told.isSilent && told.isHushed && !isHushed) block.count = 0;
    told.isHushed = isHushed;
    if (block.count === 0) {
      block.sum = 0;
      block.sinceMs = atMs;
    }
    block.count++;
    block.sum += value;
    if (block.count < told.size) return null;
    const { count, sinceMs } = block;
    const mean = block.sum / count;
    block.count = 0;
    if (this.plan.signal.ways.every((each) => this.isBack(mean, each))) {
      this.told = null;
      this.begin();
      return told.isSilent ? null : this.finding(way, { mean, count, sinceMs }, atMs);
    }
    if (!told.isSilent || isHushed) return null;
    told.isSilent = false;
    return { ...this.finding(way, { mean, count, sinceMs: told.sinceMs }, atMs), isAlarm: true, evidence: 1 };
  }

  /** Within half the smallest change of the baseline, or of where it may as well have been. */
  private isBack(mean: number, way: Way): boolean {
    const usual = this.baseline.mean;
    const off = way === 'falls' ? usual - mean : mean - usual;
    return off <= Math.max((this.plan.sizes[0] as number) / 2, Math.abs(usual - this.baseline.cautious(way)));
  }

  private finding(way: Way, { mean, count, sinceMs }: Seen, atMs: number): Finding {
    const { baseline } = this;
    return {
      signal: this.plan.signal,
      isAlarm: false,
      way,
      baseline: baseline.toUnits(baseline.mean),
      now: baseline.toUnits(mean),
      count,
      sinceMs,
      atMs,
      evidence: 0,
      learned: baseline.learned,
    };
  }

  toJson(): Json {
    const { told, baseline, sides, plan } = this;
    const state = { baseline: baseline.toJson(), sides: sides.map((side) => [...side.toNumbers()]) };
    if (told === null) return state;
    const { way, sinceMs, isSilent, isHushed, size, block } = told;
    const flags = [plan.signal.ways.indexOf(way), Number(isSilent), Number(isHushed)];
    return { ...state, told: [...flags, sinceMs, size, block.count, block.sum, block.sinceMs] };
  }

  /** Throws Error for what is no state of such a detector; it is then not to be used any more. */
  fromJson(json: Json | undefined): void {
    const { baseline, sides, told } = readObject(json);
    this.baseline.fromJson(baseline);
    const states = readList(sides);
    if (states.length !== this.sides.length) throw new Error('other ways are watched now');
    for (const [at, side] of this.sides.entries()) side.fromNumbers(readNumbers(states[at]));
    if (told !== undefined) this.told = this.readTold(told);
    if (this.baseline.isReady) this.aim();
  }

  private readTold(json: Json): Told {
    const [at = -1, silent, hushed, sinceMs = 0, size = 0, count, sum = 0, blockSinceMs = 0] = readNumbers(json, 8);
    const way = this.plan.signal.ways[at];
    if (way === undefined || !(size >= 1)) throw new Error('an alarm is of a way, and over after some values');
    const block = { count: readCount(count), sum, sinceMs: blockSinceMs };
    return { way, sinceMs, isSilent: silent === 1, isHushed: hushed === 1, size, block };
  }
}

/** When a value came, and whether somebody else tells the same. */
interface Hearing {
  atMs: number;
  isHushed: boolean;
}

/** Values since a moment. */
interface Seen {
  mean: number;
  count: number;
  sinceMs: number;
}
