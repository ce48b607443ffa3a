// What calls have told of each model on each task: length of answers, gates passed, latency. In memory and bounded; recent
// calls weigh more. It knows nothing of money or routes.
import { LRUCache } from 'lru-cache';
import type { CallRow, StopReason } from '../call/row.ts';
import type { TrackRecord } from '../call/track-record.ts';

/** What history reads of a row. `verdicts` are there where gates judged the attempt. */
export interface Observed {
  task: string | null;
  errorCode?: string | null;
  attempts: readonly (Pick<CallRow['attempts'][number], 'model' | 'status' | 'latencyMs' | 'usage'> & {
    verdicts?: readonly { pass: boolean; isBroken?: true }[] | null;
    stopped?: StopReason | null;
  })[];
}

/** What is taken to be known of a model on a task before its first call. Null stands for what is not. */
export interface Assumed {
  task: string | null;
  model: string;
  /** Share of the answers that pass, and how many answers that rests on. */
  passRate: { share: number; trials: number } | null;
  outputTokens: number | null;
  p95LatencyMs: number | null;
}

/** Pairs of task and model; tasks and models are the configuration's, so this is never reached by an honest one. */
const MOST = 10_000;
/** Weight of a new answer's length, once there have been enough. */
const SHARE = 0.05;
/** Judgements remembered: older ones fade, so that the rate follows a model that changes. */
const JUDGED = 500;
/** Latencies kept for the percentile, and how many it takes before one is told. */
const WINDOW = 200;
const LEAST = 20;
/** An assumption counts as at most so many judgements, so that calls soon outweigh it. */
const MOST_ASSUMED = 200;
/** The percentile is worked out anew after so many calls. */
const EVERY = 10;

export class History {
  private readonly entries = new LRUCache<string, Entry>({ max: MOST });

  /** Before anything is observed: calls then take over. */
  assume({ task, model, ...assumed }: Assumed): void {
    this.entryOf(task, model).assume(assumed);
  }

  /**
   * Takes in a finished call. Attempts that gave no complete answer say nothing about answers, unless a gate refused them
   * on the way; nor do judgements that were cut short or whose gate broke. `isFollowUp`: whether it went on a conversation whose prompt was
   * still cached; null when that is not known.
   */
  observe(row: Observed, isFollowUp: boolean | null = null): void {
    for (const attempt of row.attempts) {
      const { verdicts, stopped } = attempt;
      if (attempt.status !== 'ok' && verdicts == null) continue;
      const entry = this.entryOf(row.task, attempt.model);
      const isCut = row.errorCode === 'client_gone' || stopped === 'late' || stopped === 'beaten';
      const isHeard = verdicts != null && verdicts.length > 0 && !verdicts.some(({ isBroken }) => isBroken);
      if (isHeard && !isCut) entry.judge(verdicts.every(({ pass }) => pass));
      if (attempt.status !== 'ok') continue;
      entry.time(attempt.latencyMs);
      if (isFollowUp !== null) entry.follow(isFollowUp);
      if (attempt.usage !== null) entry.measure(attempt.usage.outputTokens);
    }
  }

  /** Null when the model has never answered for the task. */
  recordOf(task: string | null, model: string): TrackRecord | null {
    return this.entries.get(keyOf(task, model))?.read() ?? null;
  }

  private entryOf(task: string | null, model: string): Entry {
    const key = keyOf(task, model);
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = new Entry();
      this.entries.set(key, entry);
    }
    return entry;
  }
}

function keyOf(task: string | null, model: string): string {
  return task === null ? `\n${model}` : `${task}\n${model}`;
}

/** A mean after its `count`th value: the plain one first, the moving one later. */
function moved(mean: number | null, value: number, count: number): number {
  const before = mean ?? 0;
  return before + Math.max(SHARE, 1 / count) * (value - before);
}

class Entry {
  private readonly record: TrackRecord = {
    outputTokens: null,
    judged: 0,
    passed: 0,
    followRate: null,
    p95LatencyMs: null,
  };
  private lengths = 0;
  private follows = 0;
  private timed = 0;
  private readonly latencies = new Float64Array(WINDOW);
  /** How many latencies there were when the percentile was worked out. */
  private sorted = 0;

  assume({ passRate, outputTokens, p95LatencyMs }: Omit<Assumed, 'task' | 'model'>): void {
    const { record } = this;
    if (passRate !== null) {
      record.judged = Math.min(MOST_ASSUMED, passRate.trials);
      record.passed = record.judged * passRate.share;
    }
    if (outputTokens !== null) {
      record.outputTokens = outputTokens;
      // From here on the mean moves: one answer does not replace what was measured on many.
      this.lengths = 1 / SHARE;
    }
    record.p95LatencyMs = p95LatencyMs;
  }

  measure(tokens: number): void {
    this.record.outputTokens = moved(this.record.outputTokens, tokens, ++this.lengths);
  }

  follow(isFollowUp: boolean): void {
    this.record.followRate = moved(this.record.followRate, isFollowUp ? 1 : 0, ++this.follows);
  }

  judge(isPassed: boolean): void {
    const { record } = this;
    const kept = record.judged < JUDGED ? 1 : (JUDGED - 1) / JUDGED;
    record.judged = record.judged * kept + 1;
    record.passed = record.passed * kept + (isPassed ? 1 : 0);
  }

  time(latencyMs: number): void {
    this.latencies[this.timed % WINDOW] = latencyMs;
    this.timed++;
  }

  /** The percentile is worked out for those who ask: most calls are never looked back on. */
  read(): TrackRecord {
    if (this.timed >= LEAST && this.timed - this.sorted >= EVERY) {
      this.sorted = this.timed;
      const sorted = this.latencies.slice(0, Math.min(this.timed, WINDOW)).sort();
      this.record.p95LatencyMs = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
    }
    return this.record;
  }
}
