// How the chance of a false alarm is shared out among all that is watched of a task: half to the task as a whole, half to its segments. A bettor
// may begin with every value, so what counts is how many values there are: those of all segments of one kind are together as many
// as the calls, and the share of a kind holds for however many segments it has.
import type { DetectorPlan } from './detector.ts';
import { CACHE_HIT, INPUT_MIX, SIGNALS, type Signal } from './signals.ts';

export interface FalseAlarms {
  /** At most this chance, 0 to 1, of any false alarm of a task, */
  error: number;
  /** in so many calls of it. */
  calls: number;
}

/** A call is counted to so many segments at most. */
export const MOST_SEGMENTS = 6;
/** Standard errors that a learned baseline is taken to be off: there are many segments, and the worst of them must not tell. */
const DOUBT = { whole: 2.5, canary: 1, segment: 3 };
/** Canaries are few and dear, and say most: so much of the whole's chance is theirs. */
const CANARY_ERROR = 0.6;
/** Canaries are at most this share of the calls: what is bet on less often may be believed sooner. */
const CANARY_SHARE = 0.1;
/** In segments, changes are looked for that are so much larger: their baselines rest on fewer calls, and there are many. */
const COARSER = 2;

export interface Plans {
  falseAlarms: FalseAlarms;
  whole: readonly DetectorPlan[];
  segment: readonly DetectorPlan[];
  cacheHit: DetectorPlan;
  inputMix: DetectorPlan;
}

/** Throws RangeError for a chance or a number that is none. */
export function createPlans({ error, calls }: FalseAlarms, learnCalls: number): Plans {
  if (!(error > 0 && error < 1))
    throw new RangeError(`a chance of false alarms between 0 and 1 is expected, not ${error}`);
  if (!(calls >= 1 && calls < Infinity))
    throw new RangeError(`false alarms in a number of calls are expected, not ${calls}`);
  if (!(Number.isInteger(learnCalls) && learnCalls >= 20))
    throw new RangeError(`at least 20 calls to learn from are expected, not ${learnCalls}`);
  const half = error / 2;
  const canaryError = CANARY_ERROR * half;
  // Every other signal, the cache and the input mix.
  const wholeError = (half - canaryError) / (SIGNALS.length + 1);
  const segmentError = half / (SIGNALS.length * MOST_SEGMENTS);
  const whole = (signal: Signal): DetectorPlan => {
    const isCanary = signal.name === 'canary_gap';
    return {
      signal,
      sizes: signal.sizes,
      learnCalls,
      doubt: isCanary ? DOUBT.canary : DOUBT.whole,
      error: isCanary ? canaryError : wholeError,
      horizon: isCanary ? CANARY_SHARE * calls : calls,
    };
  };
  return {
    falseAlarms: { error, calls },
    whole: SIGNALS.map(whole),
    segment: SIGNALS.map((signal) => ({
      ...whole(signal),
      sizes: signal.sizes.map((size) => COARSER * size),
      doubt: DOUBT.segment,
      error: segmentError,
    })),
    cacheHit: whole(CACHE_HIT),
    inputMix: whole(INPUT_MIX),
  };
}
