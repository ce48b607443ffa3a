// Counts that take the same memory for a thousand values and for a hundred million, can be added to one another, and come out the same in
// whatever order the values came.

/** Up to here every value has a bucket of its own. */
const EXACT = 128;
const STEP = Math.log(1.02);

/** The distribution of numbers from 0 on; quantiles of it are off by 1 % at most, not at all where all values are the same. */
export class Histogram {
  count = 0;
  sum = 0;
  max = 0;
  /** How many values fall into a bucket, and their sum: their mean stands for all of them. */
  private readonly buckets = new Map<number, { count: number; sum: number }>();

  add(value: number): void {
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
    const at = value < EXACT ? Math.round(value) : EXACT + Math.floor(Math.log(value / EXACT) / STEP);
    this.put(at, 1, value);
  }

  merge(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
    for (const [at, { count, sum }] of other.buckets) this.put(at, count, sum);
  }

  /** The value, rounded, that a share of all values does not pass; null of none. */
  quantile(share: number): number | null {
    const wanted = Math.max(1, Math.ceil(this.count * share));
    let seen = 0;
    for (const [, { count, sum }] of [...this.buckets].sort(([one], [other]) => one - other)) {
      seen += count;
      if (seen >= wanted) return Math.round(sum / count);
    }
    return null;
  }

  private put(at: number, count: number, sum: number): void {
    const bucket = this.buckets.get(at);
    if (bucket === undefined) this.buckets.set(at, { count, sum });
    else {
      bucket.count += count;
      bucket.sum += sum;
    }
  }
}

/** Below this many, items are not made: most samples of a log with many different prompts never come further. */
const FEW = 3;

/** A sample without an order: those items whose hashes are the smallest. Equal hashes are one item. Items are made when they are sure to count. */
export class Sample<Item> {
  private readonly size: number;
  private items = new Map<number, Lazy<Item>>();
  private bound = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.size = size;
  }

  add(hash: number, make: () => Item): void {
    if (hash >= this.bound || this.items.has(hash)) return;
    const item = new Lazy(make);
    this.items.set(hash, item);
    if (this.items.size > FEW) item.get();
    else if (this.items.size === FEW) for (const one of this.items.values()) one.get();
    if (this.items.size >= this.size * 2) this.cut();
  }

  merge(other: Sample<Item>): void {
    for (const [hash, item] of other.items) this.add(hash, () => item.get());
  }

  list(): Item[] {
    this.cut();
    return [...this.items.values()].map((item) => item.get());
  }

  private cut(): void {
    const kept = [...this.items].sort(([one], [other]) => one - other).slice(0, this.size);
    this.items = new Map(kept);
    if (kept.length === this.size) this.bound = kept.at(-1)?.[0] ?? this.bound;
  }
}

/** A value that is made once, when it is asked for; what it is made of is let go then. */
class Lazy<Item> {
  private make: (() => Item) | null;
  private item: Item | null = null;

  constructor(make: () => Item) {
    this.make = make;
  }

  get(): Item {
    if (this.make !== null) {
      this.item = this.make();
      this.make = null;
    }
    return this.item as Item;
  }
}

/** How often each of a few texts occurs. More than `most` different ones are not a few, and nothing is kept of them. */
export class FewTexts {
  private readonly most: number;
  private counts: Map<string, number> | null = new Map();

  constructor(most: number) {
    this.most = most;
  }

  add(text: string, times = 1): void {
    if (this.counts === null) return;
    this.counts.set(text, (this.counts.get(text) ?? 0) + times);
    if (this.counts.size > this.most) this.counts = null;
  }

  /** For a text that is none of a few in any case. */
  giveUp(): void {
    this.counts = null;
  }

  merge(other: FewTexts): void {
    if (other.counts === null) this.counts = null;
    else for (const [text, times] of other.counts) this.add(text, times);
  }

  /** The most frequent first, equals by the alphabet; null when there were too many. */
  list(): [text: string, times: number][] | null {
    if (this.counts === null) return null;
    return [...this.counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
  }
}
