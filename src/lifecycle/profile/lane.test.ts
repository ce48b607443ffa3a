import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { type JobEnd, type LaneOptions, runLane } from './lane.ts';

/** A clock that jumps to the next waiter as soon as nothing else goes on. */
class FakeClock {
  nowMs = 0;
  private waiters: { at: number; go: () => void }[] = [];

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((go) => {
      this.waiters.push({ at: this.nowMs + ms, go });
      this.waiters.sort((one, other) => one.at - other.at);
      setImmediate(this.jump);
    });

  private readonly jump = (): void => {
    const next = this.waiters.shift();
    if (next === undefined) return;
    this.nowMs = Math.max(this.nowMs, next.at);
    next.go();
  };
}

function optionsOf(clock: FakeClock, more: Partial<LaneOptions> = {}): LaneOptions {
  return {
    concurrency: 4,
    maxTries: 3,
    maxFailures: 5,
    maxIdleMs: 60_000,
    now: () => clock.nowMs,
    sleep: clock.sleep,
    ...more,
  };
}

const NEVER = new AbortController().signal;
const DONE: JobEnd = { is: 'done' };
const again = (waitMs: number | null = null, isLimit = false): JobEnd => ({ is: 'again', waitMs, isLimit });

test('runs every job once, so many at a time and never more', async () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  const jobs = Array.from({ length: 20 }, (_, index) => index);
  const result = await runLane(
    jobs,
    async (job) => {
      most = Math.max(most, ++running);
      seen.push(job);
      await clock.sleep(10);
      running--;
      return DONE;
    },
    { options: optionsOf(clock), signal: NEVER },
  );
  assert.deepEqual(result, { left: 0, reason: null, waitedMs: 0 });
  assert.deepEqual(
    seen.toSorted((one, other) => one - other),
    jobs,
  );
  assert.equal(most, 4);
  assert.equal(clock.nowMs, 50);
});

test('jobs are taken in their order', async () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  const run = (job: number): Promise<JobEnd> => {
    seen.push(job);
    return Promise.resolve(DONE);
  };
  await runLane([1, 2, 3], run, { options: optionsOf(clock, { concurrency: 1 }), signal: NEVER });
  assert.deepEqual(seen, [1, 2, 3]);
});

describe('a rate limit', () => {
  test('stops the lane for as long as the provider says, and loses no job', async () => {
    const clock = new FakeClock();
    let allowed = 5;
    let refusals = 0;
    const started: number[] = [];
    const result = await runLane(
      Array.from({ length: 10 }, (_, index) => index),
      async () => {
        started.push(clock.nowMs);
        await clock.sleep(1);
        if (allowed > 0) {
          allowed--;
          return DONE;
        }
        refusals++;
        if (clock.nowMs >= 1000) allowed = 100;
        return again(1000 - (clock.nowMs % 1000), true);
      },
      { options: optionsOf(clock, { concurrency: 2 }), signal: NEVER },
    );
    assert.equal(result.left, 0);
    assert.ok(refusals <= 4, String(refusals));
    assert.ok(result.waitedMs >= 900 && result.waitedMs < 2100, String(result.waitedMs));
    // Nothing is sent while the provider wants to be left alone.
    assert.equal(started.filter((at) => at > 10 && at < 1000).length, 0);
  });

  test('without a time doubles the pause each time, up to half a minute', async () => {
    const clock = new FakeClock();
    const times: number[] = [];
    await runLane(
      [1],
      () => {
        times.push(clock.nowMs);
        return Promise.resolve(times.length < 9 ? again(null, true) : DONE);
      },
      { options: optionsOf(clock, { maxIdleMs: 1e9 }), signal: NEVER },
    );
    const pauses = times.slice(1).map((at, index) => at - (times[index] as number));
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('that never ends ends the lane', async () => {
    const clock = new FakeClock();
    const result = await runLane([1, 2, 3], () => Promise.resolve(again(10_000, true)), {
      options: optionsOf(clock),
      signal: NEVER,
    });
    assert.equal(result.reason, 'limited');
    assert.equal(result.left, 3);
    assert.ok(clock.nowMs >= 60_000 && clock.nowMs < 100_000);
  });
});

describe('a failure', () => {
  test('of one job is tried again behind the others, and not for ever', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const result = await runLane(
      ['bad', 'a', 'b', 'c'],
      (job) => {
        seen.push(job);
        return Promise.resolve(job === 'bad' ? again() : DONE);
      },
      { options: optionsOf(clock, { concurrency: 1 }), signal: NEVER },
    );
    assert.deepEqual(seen, ['bad', 'a', 'b', 'c', 'bad', 'bad']);
    assert.deepEqual([result.left, result.reason], [1, 'failing']);
  });

  test('of everything ends the lane before every job has been tried', async () => {
    const clock = new FakeClock();
    let tried = 0;
    const jobs = Array.from({ length: 1000 }, (_, index) => index);
    const result = await runLane(
      jobs,
      () => {
        tried++;
        return Promise.resolve(again());
      },
      { options: optionsOf(clock), signal: NEVER },
    );
    assert.deepEqual([result.left, result.reason], [1000, 'failing']);
    assert.ok(tried < 30, String(tried));
  });

  test('that a success follows is forgotten', async () => {
    const clock = new FakeClock();
    let count = 0;
    const result = await runLane(
      Array.from({ length: 40 }, (_, index) => index),
      () => Promise.resolve(count++ % 3 === 0 ? again() : DONE),
      { options: optionsOf(clock, { concurrency: 1, maxFailures: 2, maxTries: 100 }), signal: NEVER },
    );
    assert.equal(result.left, 0);
  });

  test('that nothing can help ends the lane at once', async () => {
    const clock = new FakeClock();
    let tried = 0;
    const result = await runLane(
      [1, 2, 3],
      () => {
        tried++;
        return Promise.resolve({ is: 'stuck' } as const);
      },
      { options: optionsOf(clock, { concurrency: 1 }), signal: NEVER },
    );
    assert.deepEqual([result.left, result.reason, tried], [3, 'stuck', 1]);
  });
});

test('a ceiling without room ends the lane when nothing is under way that could make room', async () => {
  const clock = new FakeClock();
  let room = 3;
  let done = 0;
  const result = await runLane(
    Array.from({ length: 10 }, (_, index) => index),
    async () => {
      if (room === 0) return { is: 'full' };
      room--;
      await clock.sleep(5);
      done++;
      // Two of three were cheaper than what had been set aside for them.
      if (done < 3) room++;
      return DONE;
    },
    { options: optionsOf(clock), signal: NEVER },
  );
  assert.deepEqual([done, result.left, result.reason], [5, 5, 'ceiling']);
});

test('a signal ends the lane when what is under way has come to its end', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let done = 0;
  const result = await runLane(
    Array.from({ length: 10 }, (_, index) => index),
    async (job) => {
      if (job === 1) stop.abort();
      await wait(1);
      done++;
      return DONE;
    },
    { options: optionsOf(clock, { concurrency: 2 }), signal: stop.signal },
  );
  assert.deepEqual([done, result.left, result.reason], [2, 8, null]);
});

test('no mixture of endings loses a job or runs one after it was done', async () => {
  const ends = fc.constantFrom<JobEnd>(DONE, again(), again(700, true), again(null, true), again(20));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(ends, { maxLength: 4 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (plans, concurrency) => {
        const clock = new FakeClock();
        const done = new Set<number>();
        const turns = plans.map(() => 0);
        const result = await runLane(
          plans.map((_, index) => index),
          (job) => {
            assert.ok(!done.has(job));
            const turn = turns[job] as number;
            turns[job] = turn + 1;
            const end = plans[job]?.[turn] ?? DONE;
            if (end.is === 'done') done.add(job);
            return Promise.resolve(end);
          },
          {
            options: optionsOf(clock, { concurrency, maxFailures: 100, maxTries: 100, maxIdleMs: 1e9 }),
            signal: NEVER,
          },
        );
        assert.equal(result.left, 0);
        assert.equal(done.size, plans.length);
      },
    ),
    { numRuns: 200 },
  );
});
