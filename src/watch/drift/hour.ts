// The last hour of a task in buckets of five minutes: counts of what levels are made of, never the calls themselves.
import type { Json } from '../../call/json.ts';
import type { Observation } from '../observation.ts';
import { readEntries, readList, readNumbers, readObject } from './snapshot.ts';

const BUCKET_MS = 300_000;
const BUCKETS = 12;

/** Of the calls whose cached share is known: their number, and the sum of their shares. */
interface Cached {
  calls: number;
  share: number;
}

export interface HourCounts {
  calls: number;
  escalated: number;
  failed: number;
  fallback: number;
  /** Calls for which a learned router was asked, and those for which it had nothing in time. */
  asked: number;
  unforeseen: number;
  /** Calls whose cost nobody knows. */
  unpriced: number;
  /** By provider. */
  caches: Map<string, Cached>;
}

interface Bucket extends HourCounts {
  /** Number of its five minutes since 1970. */
  at: number;
}

const NAMES = ['calls', 'escalated', 'failed', 'fallback', 'asked', 'unforeseen', 'unpriced'] as const;

function noCounts(): HourCounts {
  return { calls: 0, escalated: 0, failed: 0, fallback: 0, asked: 0, unforeseen: 0, unpriced: 0, caches: new Map() };
}

export class Hour {
  /** The oldest first; a call that comes late goes where it belongs. */
  private buckets: Bucket[] = [];

  add(observation: Observation): void {
    const bucket = this.bucketAt(Math.floor(observation.atMs / BUCKET_MS));
    if (bucket === null) return;
    const { isEscalated, isFailed, isFallback, isUnforeseen, costNanoUsd, provider, cachedShare } = observation;
    bucket.calls++;
    bucket.escalated += Number(isEscalated);
    bucket.failed += Number(isFailed);
    bucket.fallback += Number(isFallback);
    bucket.asked += Number(isUnforeseen !== null);
    bucket.unforeseen += Number(isUnforeseen === true);
    bucket.unpriced += Number(costNanoUsd === null);
    if (provider !== null && cachedShare !== null) addCached(bucket.caches, provider, { calls: 1, share: cachedShare });
  }

  /** What there was in the hour before `nowMs`, to within five minutes. */
  read(nowMs: number): HourCounts {
    const first = Math.floor(nowMs / BUCKET_MS) - BUCKETS + 1;
    this.buckets = this.buckets.filter(({ at }) => at >= first);
    const all = noCounts();
    for (const bucket of this.buckets) {
      for (const name of NAMES) all[name] += bucket[name];
      for (const [provider, cached] of bucket.caches) addCached(all.caches, provider, cached);
    }
    return all;
  }

  /** Null for what is over an hour older than the newest call. */
  private bucketAt(at: number): Bucket | null {
    const { buckets } = this;
    const newest = buckets.at(-1);
    if (newest?.at === at) return newest;
    if (newest !== undefined && at <= newest.at - BUCKETS) return null;
    const known = buckets.find((bucket) => bucket.at === at);
    if (known !== undefined) return known;
    const bucket = { at, ...noCounts() };
    this.buckets = [...buckets, bucket].toSorted((one, other) => one.at - other.at).slice(-BUCKETS);
    return bucket;
  }

  toJson(): Json {
    return this.buckets.map(({ at, caches, ...counts }) => ({
      counts: [at, ...NAMES.map((name) => counts[name])],
      caches: [...caches].map(([provider, { calls, share }]) => [provider, [calls, share]]),
    }));
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    this.buckets = readList(json).map((state) => {
      const { counts, caches } = readObject(state);
      const [at = 0, ...numbers] = readNumbers(counts, 1 + NAMES.length);
      const bucket = { at, ...noCounts() };
      for (const [index, name] of NAMES.entries()) bucket[name] = numbers[index] as number;
      for (const [provider, cached] of readEntries(caches)) {
        const [calls = 0, share = 0] = readNumbers(cached, 2);
        bucket.caches.set(provider, { calls, share });
      }
      return bucket;
    });
  }
}

function addCached(caches: Map<string, Cached>, provider: string, { calls, share }: Cached): void {
  const cached = caches.get(provider);
  if (cached === undefined) caches.set(provider, { calls, share });
  else {
    cached.calls += calls;
    cached.share += share;
  }
}
