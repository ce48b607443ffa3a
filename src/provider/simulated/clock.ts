// Time as the simulated provider knows it, so that tests can pass a clock of their own.
import { setTimeout as wait } from 'node:timers/promises';

export interface SimulatedClock {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves after so many milliseconds; rejects when the signal fires first. */
  sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
}

/** The clock on the wall. */
export const WALL_CLOCK: SimulatedClock = {
  now: () => Date.now(),
  sleep: async (durationMs, signal) => {
    await wait(durationMs, undefined, { signal });
  },
};
