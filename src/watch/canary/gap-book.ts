// What canaries have shown: the quality gap of each task, and of its segments, with an interval that may be looked at after every canary.
import type { Note } from '../../call/note.ts';
import { intervalOf, type MeanIntervalState, NO_VALUES, type Range, withValue } from '../../stats/mean-interval.ts';

/** Of a task, or of one of its segments. */
export interface Gap {
  task: string;
  /** Null for the whole task. */
  segment: string | null;
  /** How many canaries have been graded, since the gap was another one. */
  graded: number;
  /** The cheap answers' score less the reference's, -1 to 1, on average, and where the true one lies. */
  mean: number | null;
  low: number;
  high: number;
}

/** Gaps lie between them. */
export const GAP_RANGE: Range = Object.freeze({ low: -1, high: 1 });
/** Chance that an interval is ever wrong. */
export const GAP_ERROR = 0.05;
/** Canaries of a segment, before anything is said of it. */
const LEAST = 20;
/** Segments of a task that are kept: those that came first. */
const MOST_SEGMENTS = 64;

const OPTIONS = { range: GAP_RANGE, error: GAP_ERROR };

/** The gap that a canary has shown; null where it has not been graded. */
export function gapOf({ kind, body }: Pick<Note, 'kind' | 'body'>): number | null {
  const { gap } = body;
  return kind === 'canary' && typeof gap === 'number' && gap >= -1 && gap <= 1 ? gap : null;
}

const GRADES: ReadonlyMap<unknown, number> = new Map([
  ['cheap', 1],
  ['tie', 0],
  ['reference', -1],
]);

/** The gap that a person has seen; null for a note that is no grade. */
export function gradedGapOf({ kind, body }: Pick<Note, 'kind' | 'body'>): number | null {
  return kind === 'grade' ? (GRADES.get(body['better']) ?? null) : null;
}

/** What each canary has shown in the end: the last word of a person goes before everything else. In the order of the canaries. */
export function settledGaps(notes: Iterable<Note>): { note: Note; gap: number }[] {
  const canaries: Note[] = [];
  const words = new Map<string, number>();
  for (const note of notes) {
    const word = gradedGapOf(note);
    if (note.kind === 'canary') canaries.push(note);
    else if (word !== null && note.about !== null) words.set(note.about, word);
  }
  return canaries.flatMap((note) => {
    const gap = words.get(note.id) ?? gapOf(note);
    return gap === null ? [] : [{ note, gap }];
  });
}

export function segmentsOfNote({ body }: Pick<Note, 'body'>): string[] {
  const { segments } = body;
  return Array.isArray(segments) ? segments.filter((segment) => typeof segment === 'string') : [];
}

export class GapBook {
  private readonly tasks = new Map<string, Map<string | null, MeanIntervalState>>();

  add({ task, segments, gap }: { task: string; segments: readonly string[]; gap: number }): void {
    let states = this.tasks.get(task);
    if (states === undefined) {
      states = new Map();
      this.tasks.set(task, states);
    }
    for (const key of [null, ...segments]) {
      const state = states.get(key);
      if (state === undefined && states.size > MOST_SEGMENTS) continue;
      states.set(key, withGap(state ?? NO_VALUES, gap));
    }
  }

  /** Of a task and then of its segments, the worst first, those with too few canaries left out; none before the first canary. */
  of(task: string): Gap[] {
    const states = [...(this.tasks.get(task) ?? [])].map(([segment, state]) => toGap(task, segment, state));
    const whole = states.filter(({ segment }) => segment === null);
    const parts = states.filter(({ segment, graded }) => segment !== null && graded >= LEAST);
    return [...whole, ...parts.toSorted((one, other) => one.high - other.high)];
  }

  /** Begins anew with a task. */
  forget(task: string): void {
    this.tasks.delete(task);
  }

  /** Tasks by their names. */
  all(): Gap[] {
    return [...this.tasks.keys()].toSorted().flatMap((task) => this.of(task));
  }
}

/** Where no gap is left that all of the canaries could have come from, it has changed: those before say nothing of today's. */
function withGap(state: Readonly<MeanIntervalState>, gap: number): MeanIntervalState {
  const next = withValue(state, gap, OPTIONS);
  return next.low <= next.high ? next : withValue(NO_VALUES, gap, OPTIONS);
}

function toGap(task: string, segment: string | null, state: MeanIntervalState): Gap {
  return { task, segment, graded: state.count, ...intervalOf(state, OPTIONS) };
}
