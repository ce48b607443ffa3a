// One model's share of a run: so many questions in flight, none while the provider asks to be left alone. It knows nothing of samples or
// money; what there is to do comes in as jobs, and what a job says decides how it goes on.

/**
 * `done`: over, for good or ill. `full`: no room for it under the ceiling, now. `again`: the provider failed or refused for a while; it goes
 * back to the front of the queue. `waitMs`: how long the provider asked for, null when it did not say. `isLimit`: whether it was a rate limit.
 */
export type JobEnd = { is: 'done' } | { is: 'full' } | { is: 'again'; waitMs: number | null; isLimit: boolean };

export interface LaneOptions {
  /** Jobs at once. */
  concurrency: number;
  /** Failures in a row, rate limits not counted, before the lane gives up. */
  maxFailures: number;
  /** Rate limits without a single answer between them, in milliseconds, before it gives up. */
  maxIdleMs: number;
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface LaneResult {
  /** Jobs that were not done. */
  left: number;
  /** Why; null when none is left or the run was stopped. */
  reason: 'failing' | 'limited' | 'ceiling' | null;
  /** How long nothing was sent because the provider had asked for that. */
  waitedMs: number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export async function runLane<Job>(
  jobs: readonly Job[],
  run: (job: Job) => Promise<JobEnd>,
  { options, signal }: { options: LaneOptions; signal: AbortSignal },
): Promise<LaneResult> {
  const lane = new Lane(jobs, run, options, signal);
  await lane.work();
  return lane.result();
}

class Lane<Job> {
  private readonly queue: Job[];
  private readonly run: (job: Job) => Promise<JobEnd>;
  private readonly options: LaneOptions;
  private readonly signal: AbortSignal;
  private pausedUntil = 0;
  private failures = 0;
  private limits = 0;
  private lastAnswerAt: number;
  private waitedMs = 0;
  private reason: LaneResult['reason'] = null;

  constructor(jobs: readonly Job[], run: (job: Job) => Promise<JobEnd>, options: LaneOptions, signal: AbortSignal) {
    // Taken from the end, so that what goes back is next.
    this.queue = jobs.toReversed();
    this.run = run;
    this.options = options;
    this.signal = signal;
    this.lastAnswerAt = options.now();
  }

  async work(): Promise<void> {
    const workers = Math.min(this.options.concurrency, this.queue.length);
    await Promise.all(Array.from({ length: workers }, () => this.worker()));
  }

  result(): LaneResult {
    const left = this.queue.length;
    return { left, reason: left === 0 ? null : this.reason, waitedMs: this.waitedMs };
  }

  private async worker(): Promise<void> {
    while (await this.mayGoOn()) {
      const job = this.queue.pop();
      if (job === undefined) return;
      const end = await this.run(job);
      if (end.is === 'done') this.succeed();
      else {
        this.queue.push(job);
        if (end.is === 'full') this.reason = 'ceiling';
        else this.hold(end);
        if (end.is === 'full') return;
      }
    }
  }

  /** Waits out a pause; false when there is nothing more to do here. */
  private async mayGoOn(): Promise<boolean> {
    for (;;) {
      if (this.signal.aborted || this.queue.length === 0) return false;
      if (this.reason === 'failing' || this.reason === 'limited') return false;
      const restMs = this.pausedUntil - this.options.now();
      if (restMs <= 0) return true;
      await this.options.sleep(restMs, this.signal).catch(() => undefined);
    }
  }

  private succeed(): void {
    this.failures = 0;
    this.limits = 0;
    this.lastAnswerAt = this.options.now();
  }

  private hold({ waitMs, isLimit }: Extract<JobEnd, { is: 'again' }>): void {
    const { now, maxFailures, maxIdleMs } = this.options;
    const isPaused = this.pausedUntil > now();
    // Those that were under way together are refused together: they count once.
    if (!isPaused) {
      if (isLimit) this.limits++;
      else this.failures++;
    }
    if (this.failures >= maxFailures) this.reason = 'failing';
    else if (isLimit && now() - this.lastAnswerAt > maxIdleMs) this.reason = 'limited';
    const rounds = Math.max(1, isLimit ? this.limits : this.failures);
    const ownMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (rounds - 1));
    const until = now() + (waitMs ?? ownMs);
    if (until <= this.pausedUntil) return;
    this.waitedMs += until - Math.max(now(), this.pausedUntil);
    this.pausedUntil = until;
  }
}
