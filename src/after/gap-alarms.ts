// Whether the cheap answers of a task, or of one of its segments, are worse than the reference's by more than is allowed: by the interval of the
// gap, so that it may be looked at after every canary.
import type { Json } from '../call/json.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import type { Gap, GapBook } from '../watch/canary/gap-book.ts';

export class GapAlarms {
  private readonly book: GapBook;
  private told = new Set<string>();

  constructor(book: GapBook) {
    this.book = book;
  }

  /** What is beyond the bound, in points, and was not told before. */
  look(task: string, points: number, nowMs: number): Alarm[] {
    const worse = this.book.of(task).filter(({ high }) => high * 100 < -points);
    const whole = worse.filter(({ segment }) => segment === null);
    // The task says it all.
    const telling = whole.length > 0 ? whole : worse;
    return telling.flatMap((gap) => {
      const key = keyOf(gap);
      if (this.told.has(key)) return [];
      this.told.add(key);
      return [toAlarm(gap, { key, points, nowMs })];
    });
  }

  /** Somebody says that the task is as it should be. */
  accept(task: string, nowMs: number): Recovery[] {
    const own = [...this.told].filter((key) => key === `gap/${task}` || key.startsWith(`gap/${task}/`));
    for (const key of own) this.told.delete(key);
    return own.map((key) => ({ key, atMs: nowMs, sentence: `${task}: the gap of its canaries is accepted.` }));
  }

  snapshot(): string[] {
    return [...this.told];
  }

  restore(kept: Json | undefined): void {
    if (Array.isArray(kept)) this.told = new Set(kept.filter((key) => typeof key === 'string'));
  }
}

function keyOf({ task, segment }: Gap): string {
  return segment === null ? `gap/${task}` : `gap/${task}/${segment}`;
}

function toAlarm(gap: Gap, { key, points, nowMs }: { key: string; points: number; nowMs: number }): Alarm {
  const { task, segment, graded, mean, low, high } = gap;
  const at = (share: number): string => (-share * 100).toFixed(1);
  const where = segment === null ? '' : ` (${segment.replace(':', ' ')})`;
  return {
    key,
    rule: 'canary_gap',
    task,
    segment,
    severity: 'critical',
    atMs: nowMs,
    sentence:
      `${task}: cheap answers are ${at(mean ?? 0)} points worse than the reference's, at least ${at(high)}, ` +
      `by ${graded.toLocaleString('en-US')} canaries; ${points} are allowed${where}.`,
    evidence: { graded, mean, low, high, points },
    isEvent: false,
  };
}
