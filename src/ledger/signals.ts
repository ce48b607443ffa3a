// What the gateway's thread and the ledger's worker tell each other through shared memory: a few integers and a bell.
// Ringing costs nothing while the worker is awake, which is what keeps record() cheap.

const ASLEEP = 0;
const HURRY = 1;
const STOP = 2;
const SEGMENT = 3;
const CELLS = 4;

/** The writer's side. */
export interface Bell {
  readonly memory: SharedArrayBuffer;
  /** Says that there is something new; wakes the worker only when it sleeps. */
  ring(): void;
  /** Also ends the worker's pause between two commits. */
  hurry(): void;
  /** Number of the segment now written; everything before it is complete. */
  setSegment(number: number): void;
  /** Asks the worker to apply everything and end. */
  stop(): void;
}

/** The worker's side. Both waits block the thread. */
export interface Listener {
  segment(): number;
  stopped(): boolean;
  /** Waits so that rows gather; ends early when somebody is in a hurry. */
  pause(ms: number): void;
  /** Sleeps until the bell rings or the time is over, unless `somethingNew` says there is work after all. */
  sleep(ms: number, somethingNew: () => boolean): void;
}

export function createBell(): Bell {
  const memory = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
  const cells = new Int32Array(memory);
  const ring = (): void => {
    if (Atomics.load(cells, ASLEEP) === 1 && Atomics.exchange(cells, ASLEEP, 0) === 1) Atomics.notify(cells, ASLEEP);
  };
  const hurry = (): void => {
    Atomics.store(cells, HURRY, 1);
    Atomics.notify(cells, HURRY);
    ring();
  };
  return {
    memory,
    ring,
    hurry,
    setSegment: (number) => void Atomics.store(cells, SEGMENT, number),
    stop() {
      Atomics.store(cells, STOP, 1);
      hurry();
    },
  };
}

export function createListener(memory: SharedArrayBuffer): Listener {
  const cells = new Int32Array(memory);
  return {
    segment: () => Atomics.load(cells, SEGMENT),
    stopped: () => Atomics.load(cells, STOP) === 1,
    pause(ms) {
      Atomics.wait(cells, HURRY, 0, ms);
      Atomics.store(cells, HURRY, 0);
    },
    sleep(ms, somethingNew) {
      // First the flag, then the look: a row written in between has either been seen or rings.
      Atomics.store(cells, ASLEEP, 1);
      if (Atomics.load(cells, HURRY) === 0 && !somethingNew()) Atomics.wait(cells, ASLEEP, 1, ms);
      Atomics.store(cells, ASLEEP, 0);
    },
  };
}
