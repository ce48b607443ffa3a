// Which segments of a task are watched: as many as there are slots, the first that have had enough calls. One that is used far more than the
// least used of them takes its slot, unless that one has told of something that is not over. Bounded, whatever the segments are called.
import type { Json } from '../../call/json.ts';
import { readCount, readEntries, readList, readObject } from './snapshot.ts';

export interface Slotted {
  /** Whether it has told of something that is not over. */
  readonly isTelling: boolean;
  toJson(): Json;
}

export const MOST_SLOTS = 24;
/** Calls that make a segment worth watching. */
const ENOUGH = 50;
/** Counts are halved after so many calls of the task, so that use of long ago fades. */
const FADE_CALLS = 2000;
/** Segments whose calls are counted. */
const MOST_COUNTED = 256;

interface Slot<Scope> {
  calls: number;
  scope: Scope;
}

export class Slots<Scope extends Slotted> {
  private readonly open: (segment: string) => Scope;
  private readonly slots = new Map<string, Slot<Scope>>();
  private readonly counts = new Map<string, number>();
  private calls = 0;

  constructor(open: (segment: string) => Scope) {
    this.open = open;
  }

  /** A call of the task has come: before its segments are asked for. */
  turn(): void {
    this.calls++;
    if (this.calls < FADE_CALLS) return;
    this.calls = 0;
    for (const slot of this.slots.values()) slot.calls /= 2;
    for (const [segment, count] of this.counts) {
      if (count < 2) this.counts.delete(segment);
      else this.counts.set(segment, count / 2);
    }
  }

  /** Counts a call of the segment; what watches it, null while nothing does. */
  take(segment: string): Scope | null {
    const slot = this.slots.get(segment);
    if (slot !== undefined) {
      slot.calls++;
      return slot.scope;
    }
    const count = this.counts.get(segment);
    if (count === undefined && this.counts.size >= MOST_COUNTED) return null;
    const calls = (count ?? 0) + 1;
    if (calls < ENOUGH || !this.makeRoom(calls)) {
      this.counts.set(segment, calls);
      return null;
    }
    this.counts.delete(segment);
    const scope = this.open(segment);
    this.slots.set(segment, { calls, scope });
    return scope;
  }

  /** What watches the segment, without counting anything. */
  peek(segment: string): Scope | null {
    return this.slots.get(segment)?.scope ?? null;
  }

  *[Symbol.iterator](): Iterator<[string, Scope]> {
    for (const [segment, { scope }] of this.slots) yield [segment, scope];
  }

  /** Whether there is a free slot, now at least. */
  private makeRoom(calls: number): boolean {
    if (this.slots.size < MOST_SLOTS) return true;
    let least: [string, number] | null = null;
    for (const [segment, slot] of this.slots) {
      if (!slot.scope.isTelling && (least === null || slot.calls < least[1])) least = [segment, slot.calls];
    }
    if (least === null || calls < 2 * least[1]) return false;
    this.slots.delete(least[0]);
    return true;
  }

  toJson(): Json {
    return {
      calls: this.calls,
      counts: [...this.counts],
      slots: [...this.slots].map(([segment, { calls, scope }]) => [segment, calls, scope.toJson()]),
    };
  }

  /** Throws Error for what is no such state; `read` makes what watches a segment of its own state. */
  fromJson(json: Json | undefined, read: (json: Json | undefined) => Scope): void {
    const { calls, counts, slots } = readObject(json);
    this.calls = readCount(calls);
    for (const [segment, count] of readEntries(counts).slice(0, MOST_COUNTED)) this.counts.set(segment, readUse(count));
    for (const entry of readList(slots).slice(0, MOST_SLOTS)) {
      const [segment, used, scope] = readList(entry);
      if (typeof segment !== 'string') throw new Error('a segment has a name');
      this.slots.set(segment, { calls: readUse(used), scope: read(scope) });
    }
  }
}

/** Halved counts are no whole numbers. */
function readUse(json: Json | undefined): number {
  if (!(typeof json === 'number' && json >= 0 && json < Infinity)) throw new Error('a use is expected');
  return json;
}
