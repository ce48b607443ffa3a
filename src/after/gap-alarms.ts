// Whether the cheap answers of a task, or of one of its segments, are worse than the reference's by more than is allowed: by the interval of the
// gap, so that it may be looked at after every canary. What was told is over when the gap itself is within bounds again.
import { isObject, type Json } from '../call/json.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import type { Gap, GapBook } from '../watch/canary/gap-book.ts';

/** A task and one of its segments, or null for all of it. */
type Place = Pick<Gap, 'task' | 'segment'>;

/** Canaries of the gap there is now, before it is said to be within bounds: with 20, one of ten points would often look like one of five. */
const ENOUGH = 100;

export class GapAlarms {
  private readonly book: GapBook;
  /** By key. */
  private readonly told = new Map<string, Place>();

  constructor(book: GapBook) {
    this.book = book;
  }

  /** What is beyond the bound, in points, and was not told before; and what was told and is within it again. */
  look(task: string, points: number, nowMs: number): (Alarm | Recovery)[] {
    const gaps = this.book.of(task);
    const over = gaps.filter(
      (gap) => this.told.has(keyOf(gap)) && gap.graded >= ENOUGH && (gap.mean ?? 0) * 100 >= -points,
    );
    for (const gap of over) this.told.delete(keyOf(gap));
    const worse = gaps.filter(({ high }) => high * 100 < -points);
    const whole = worse.filter(({ segment }) => segment === null);
    // The task says it all.
    const isWhole = whole.length > 0 || this.told.has(keyOf({ task, segment: null }));
    const telling = (isWhole ? whole : worse).filter((gap) => !this.told.has(keyOf(gap)));
    for (const { task: own, segment } of telling) this.told.set(keyOf({ task: own, segment }), { task: own, segment });
    return [
      ...over.map((gap) => toRecovery(gap, { points, nowMs })),
      ...telling.map((gap) => toAlarm(gap, { points, nowMs })),
    ];
  }

  /** Somebody says that the task is as it should be. */
  accept(task: string, nowMs: number): Recovery[] {
    const own = [...this.told].filter(([, place]) => place.task === task).map(([key]) => key);
    for (const key of own) this.told.delete(key);
    return own.map((key) => ({ key, atMs: nowMs, sentence: `${task}: the gap of its canaries is accepted.` }));
  }

  /** Nobody looks at it any more. */
  forget(key: string): void {
    this.told.delete(key);
  }

  snapshot(): Json {
    return [...this.told.values()].map(({ task, segment }) => ({ task, segment }));
  }

  restore(kept: Json | undefined): void {
    if (!Array.isArray(kept)) return;
    this.told.clear();
    for (const place of kept) {
      const { task, segment } = isObject(place) ? place : {};
      if (typeof task !== 'string' || !(segment === null || typeof segment === 'string')) continue;
      this.told.set(keyOf({ task, segment }), { task, segment });
    }
  }
}

function keyOf({ task, segment }: Place): string {
  return segment === null ? `gap/${task}` : `gap/${task}/${segment}`;
}

interface Looked {
  points: number;
  nowMs: number;
}

function toAlarm(gap: Gap, { points, nowMs }: Looked): Alarm {
  const { task, segment, graded, mean, low, high } = gap;
  return {
    key: keyOf(gap),
    rule: 'canary_gap',
    task,
    segment,
    severity: 'critical',
    atMs: nowMs,
    sentence:
      `${task}: cheap answers are ${worseBy(mean)} points worse than the reference's, at least ${worseBy(high)}, ` +
      `by ${graded.toLocaleString('en-US')} canaries; ${points} are allowed${where(gap)}.`,
    evidence: { graded, mean, low, high, points },
    isEvent: false,
  };
}

function toRecovery(gap: Gap, { points, nowMs }: Looked): Recovery {
  const { task, graded, mean } = gap;
  const sentence =
    `${task}: cheap answers are ${worseBy(mean)} points worse than the reference's, by ${graded.toLocaleString('en-US')} ` +
    `canaries, which is within the ${points} that are allowed again${where(gap)}.`;
  return { key: keyOf(gap), atMs: nowMs, sentence };
}

/** Of a share: what is better has a minus. */
function worseBy(share: number | null): string {
  return (0 - (share ?? 0) * 100).toFixed(1);
}

function where({ segment }: Place): string {
  return segment === null ? '' : ` (${segment.replace(':', ' ')})`;
}
