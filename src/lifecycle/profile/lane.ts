// One model's share of a run: so many questions in flight, none while the provider asks to be left alone. It knows nothing of samples or
// money; what there is to do comes in as jobs, and what a job says decides how it goes on.

/**
 * `done`: over, for good or ill. `full`: no room for it under the ceiling, now. `again`: the provider refused or failed for a while;
 * `waitMs` is how long it asked for, null when it did not say, `isLimit` whether it was a rate limit. `stuck`: nothing of this lane can
 * succeed.
 */
export type JobEnd =
  | { is: 'done' }
  | { is: 'full' }
  | { is: 'again'; waitMs: number | null; isLimit: boolean }
  | { is: 'stuck' };

export interface LaneOptions {
  /** Jobs at once. */
  concurrency: number;
  /** How often one job is tried that fails; rate limits do not count. */
  maxTries: number;
  /** Failures in a row, of any jobs, before the lane gives up. */
  maxFailures: number;
  /** Milliseconds without an answer because of rate limits before it gives up. */
  maxIdleMs: number;
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface LaneResult {
  /** Jobs that were not done, those that failed too often included. */
  left: number;
  /** Why; null when none is left or the run was stopped. */
  reason: 'failing' | 'stuck' | 'limited' | 'ceiling' | null;
  /** How long nothing was sent because the provider had asked for that, milliseconds. */
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

interface Queued<Job> {
  job: Job;
  tries: number;
}

class Lane<Job> {
  private queue: Queued<Job>[];
  private readonly run: (job: Job) => Promise<JobEnd>;
  private readonly options: LaneOptions;
  private readonly signal: AbortSignal;
  private pausedUntil = 0;
  /** In a row; those that come in while the lane is paused were under way together and count once. */
  private failures = 0;
  private limits = 0;
  private lastAnswerAt: number;
  private waitedMs = 0;
  private givenUp = 0;
  private reason: LaneResult['reason'] = null;

  constructor(jobs: readonly Job[], run: (job: Job) => Promise<JobEnd>, options: LaneOptions, signal: AbortSignal) {
    // Taken from the end.
    this.queue = jobs.map((job) => ({ job, tries: 0 })).toReversed();
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
    const left = this.queue.length + this.givenUp;
    const reason = this.reason ?? (this.givenUp > 0 ? 'failing' : null);
    return { left, reason: left === 0 ? null : reason, waitedMs: this.waitedMs };
  }

  private async worker(): Promise<void> {
    while (await this.mayGoOn()) {
      const next = this.queue.pop();
      if (next === undefined) return;
      const end = await this.run(next.job);
      if (end.is === 'done') this.succeed();
      else if (end.is === 'again') this.retry(next, end);
      else {
        this.queue.push(next);
        this.reason = end.is === 'full' ? 'ceiling' : 'stuck';
        return;
      }
    }
  }

  /** Waits out a pause; false when there is nothing more to do here. */
  private async mayGoOn(): Promise<boolean> {
    for (;;) {
      if (this.signal.aborted || this.queue.length === 0) return false;
      if (this.reason !== null && this.reason !== 'ceiling') return false;
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

  /** A limit says nothing about the job: it is next. One that failed waits behind the others, and not for ever. */
  private retry(queued: Queued<Job>, { waitMs, isLimit }: Extract<JobEnd, { is: 'again' }>): void {
    const { now, maxTries, maxFailures, maxIdleMs } = this.options;
    const isPaused = this.pausedUntil > now();
    if (isLimit) {
      this.queue.push(queued);
      if (!isPaused) this.limits++;
      if (now() - this.lastAnswerAt > maxIdleMs) this.reason = 'limited';
    } else {
      queued.tries++;
      if (queued.tries < maxTries) this.queue.unshift(queued);
      else this.givenUp++;
      if (!isPaused) this.failures++;
      if (this.failures >= maxFailures) this.reason = 'failing';
    }
    // A single failure is no reason for all others to wait.
    if (waitMs !== null) this.pause(waitMs);
    else if (isLimit || this.failures > 1) this.pause(backoff(isLimit ? this.limits : this.failures - 1));
  }

  private pause(ms: number): void {
    const now = this.options.now();
    const until = now + ms;
    if (until <= this.pausedUntil) return;
    this.waitedMs += until - Math.max(now, this.pausedUntil);
    this.pausedUntil = until;
  }
}

function backoff(rounds: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, rounds - 1));
}
