// Where the conversations of this process stand: a bounded memory of pins. The least recently used go first, and a session
// that has been quiet for long is forgotten.
import { LRUCache } from 'lru-cache';
import type { Pin } from '../call/pin.ts';

export interface PinsOptions {
  /** Sessions remembered at once; about 400 bytes each. */
  most?: number;
  /** How long after its last call a session is remembered. */
  idleMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const MOST = 50_000;
const IDLE_MS = 60 * 60_000;

export class Pins {
  private readonly kept: LRUCache<string, Pin>;

  constructor({ most = MOST, idleMs = IDLE_MS, now = Date.now }: PinsOptions = {}) {
    // A clock without cached readings: with them a test's clock would be read at intervals of the real one.
    this.kept = new LRUCache({ max: most, ttl: idleMs, perf: { now }, ttlResolution: 0 });
  }

  get size(): number {
    return this.kept.size;
  }

  get(key: string): Pin | null {
    return this.kept.get(key) ?? null;
  }

  /** Also renews the session's time. */
  set(key: string, pin: Pin): void {
    this.kept.set(key, pin);
  }
}
