// Whether a request is of a kind that a task used to get: languages, lengths and whatever else its segments name. It learns the usual values
// from the first calls, and then says of each call whether one of its values is not among them. Who sends it and when is no kind.
import type { Json, JsonObject } from '../../call/json.ts';
import { readCount, readEntries, readObject } from './snapshot.ts';

/** A value that was rare or unknown, and its share of the calls then and now. */
export interface Grown {
  value: string;
  from: number;
  to: number;
}

const NO_KINDS = /^(?:tenant|hours|provider):/;
/** Values that are rare together are fewer than this share of the calls. */
const RARE = 0.02;
/** A kind with more values than that is no kind: nobody could say what is usual. */
const MOST_VALUES = 32;
/** Values whose growth is remembered. */
const MOST_GROWING = 64;
/** Growth is told of the last one or two times so many calls. */
const WINDOW = 250;
const TOLD = 3;

type Counts = Map<string, number>;

export class InputMix {
  private readonly learnCalls: number;
  private learned = 0;
  /** Of all values while it learns, of the rare ones afterwards. */
  private seen: Counts = new Map();
  /** Those that are nothing new; null while it learns. */
  private usual: Set<string> | null = null;
  /** Kinds with too many values. */
  private open = new Set<string>();
  private now = { calls: 0, counts: new Map<string, number>() };
  private before = { calls: 0, counts: new Map<string, number>() };

  constructor(learnCalls: number) {
    this.learnCalls = learnCalls;
  }

  /** Whether the call is of a kind that was rare or unknown; null while that is being learned. */
  isUnusual(segments: readonly string[]): boolean | null {
    if (this.usual === null) {
      this.learn(segments);
      return null;
    }
    if (this.now.calls >= WINDOW) {
      this.before = this.now;
      this.now = { calls: 0, counts: new Map() };
    }
    this.now.calls++;
    const { counts } = this.now;
    let isUnusual = false;
    for (const segment of segments) {
      if (this.usual.has(segment) || NO_KINDS.test(segment) || this.open.has(kindOf(segment))) continue;
      isUnusual = true;
      const count = counts.get(segment);
      if (count !== undefined || counts.size < MOST_GROWING) counts.set(segment, (count ?? 0) + 1);
    }
    return isUnusual;
  }

  /** The values that grew most among the last few hundred calls, the greatest growth first. */
  grown(): Grown[] {
    const calls = this.now.calls + this.before.calls;
    const values = new Set([...this.now.counts.keys(), ...this.before.counts.keys()]);
    return [...values]
      .map((value) => ({
        value,
        from: (this.seen.get(value) ?? 0) / this.learned,
        to: ((this.now.counts.get(value) ?? 0) + (this.before.counts.get(value) ?? 0)) / calls,
      }))
      .filter(({ from, to }) => to > from)
      .toSorted((one, other) => other.to - other.from - (one.to - one.from))
      .slice(0, TOLD);
  }

  private learn(segments: readonly string[]): void {
    this.learned++;
    for (const segment of segments) {
      const kind = kindOf(segment);
      if (NO_KINDS.test(segment) || this.open.has(kind)) continue;
      const count = this.seen.get(segment) ?? 0;
      this.seen.set(segment, count + 1);
      if (count > 0) continue;
      const ofKind = [...this.seen.keys()].filter((each) => kindOf(each) === kind);
      if (ofKind.length <= MOST_VALUES) continue;
      this.open.add(kind);
      for (const each of ofKind) this.seen.delete(each);
    }
    if (this.learned >= this.learnCalls) this.settle();
  }

  /** The rarest values that are few together are rare; all others are usual. */
  private settle(): void {
    const rarestFirst = [...this.seen].toSorted(([, one], [, other]) => one - other);
    let together = 0;
    const usual = rarestFirst.filter(([, count]) => {
      together += count;
      return together >= RARE * this.learned;
    });
    this.usual = new Set(usual.map(([value]) => value));
    for (const value of this.usual) this.seen.delete(value);
  }

  toJson(): Json {
    const { learned, seen, usual, open, now, before } = this;
    return {
      learned,
      seen: [...seen],
      usual: usual === null ? null : [...usual],
      open: [...open],
      windows: [now, before].map(({ calls, counts }) => ({ calls, counts: [...counts] })),
    };
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    const { learned, seen, usual, open, windows } = readObject(json);
    this.learned = readCount(learned);
    this.seen = readCounts(seen);
    this.usual = usual === null ? null : readNames(usual);
    this.open = readNames(open);
    if (this.usual !== null && this.learned === 0) throw new Error('nothing is usual before the first call');
    const [now, before] = Array.isArray(windows) ? windows.map((each) => readWindow(readObject(each))) : [];
    if (now === undefined || before === undefined) throw new Error('two windows are expected');
    this.now = now;
    this.before = before;
  }
}

function kindOf(segment: string): string {
  return segment.slice(0, segment.indexOf(':') + 1);
}

function readCounts(json: Json | undefined): Counts {
  return new Map(readEntries(json).map(([value, count]) => [value, readCount(count)]));
}

function readNames(json: Json | undefined): Set<string> {
  if (!Array.isArray(json) || !json.every((one) => typeof one === 'string')) throw new Error('names are expected');
  return new Set(json);
}

function readWindow({ calls, counts }: JsonObject): { calls: number; counts: Counts } {
  return { calls: readCount(calls), counts: readCounts(counts) };
}
