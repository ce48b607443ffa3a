// What is watched of a task: which number each call gives, within which bounds, which way it must not move, and how small a change is
// looked for. A table; it knows nothing of what was seen.
import type { Range } from '../../stats/mean-interval.ts';
import type { Alarm, AlarmRule } from '../alarm.ts';
import type { Observation } from '../observation.ts';

export type SignalName = Extract<
  AlarmRule,
  | 'pass_rate'
  | 'escalation'
  | 'errors'
  | 'output_length'
  | 'input_length'
  | 'decision_time'
  | 'canary_gap'
  | 'cache_hit'
  | 'input_mix'
>;
export type Way = 'falls' | 'rises';

export interface Signal {
  name: SignalName;
  /** `share`: 0 to 1. `gap`: -1 to 1. `log2`: the base-2 logarithm of tokens or microseconds, on both sides of a centre. */
  scale: 'share' | 'gap' | 'log2';
  /** Values are never outside of it; those of `log2` are clipped to it. */
  range: Range;
  ways: readonly Way[];
  /** Changes that are looked for, in units of the values, the smallest first. Less than half the smallest is not to be found. */
  sizes: readonly number[];
  /** As a share of the smallest size: what never counts as a change. */
  tolerance: number;
  severity: Alarm['severity'];
}

const SHARE: Range = { low: 0, high: 1 };
/** A factor of 8 on either side of the usual. */
const OCTAVES: Range = { low: -3, high: 3 };
const LENGTHS = [0.4, 0.8];

function share(name: SignalName, way: Way, sizes: readonly number[], severity: Alarm['severity']): Signal {
  return { name, scale: 'share', range: SHARE, ways: [way], sizes, tolerance: 0.25, severity };
}

function length(name: SignalName): Signal {
  return {
    name,
    scale: 'log2',
    range: OCTAVES,
    ways: ['falls', 'rises'],
    sizes: LENGTHS,
    tolerance: 0.5,
    severity: 'warning',
  };
}

/** Those of the task as a whole and of each of its segments, in the order of `readValues`. */
export const SIGNALS: readonly Signal[] = [
  share('pass_rate', 'falls', [0.03, 0.06, 0.12], 'critical'),
  share('escalation', 'rises', [0.04, 0.08, 0.16], 'warning'),
  share('errors', 'rises', [0.02, 0.06, 0.2], 'critical'),
  length('output_length'),
  length('input_length'),
  {
    name: 'decision_time',
    scale: 'log2',
    range: OCTAVES,
    ways: ['rises'],
    sizes: [0.5, 1],
    tolerance: 0.5,
    severity: 'warning',
  },
  {
    name: 'canary_gap',
    scale: 'gap',
    range: { low: -1, high: 1 },
    ways: ['falls'],
    sizes: [0.03, 0.06, 0.12],
    tolerance: 0.25,
    severity: 'critical',
  },
];
/** Where a canary's gap stands among the values. */
export const GAP = 6;

/** Told for each provider. */
export const CACHE_HIT = share('cache_hit', 'falls', [0.06, 0.15, 0.4], 'warning');
/** Told for the task as a whole. */
export const INPUT_MIX = share('input_mix', 'rises', [0.04, 0.1, 0.3], 'warning');

/** Writes what a call says of each of `SIGNALS` into `values`; NaN where it says nothing. */
export function readValues(observation: Observation, values: Float64Array): void {
  const { isPassed, isEscalated, isFailed, outputTokens, inputTokens, decisionUs } = observation;
  values[0] = isPassed === null ? Number.NaN : Number(isPassed);
  values[1] = Number(isEscalated);
  values[2] = Number(isFailed);
  values[3] = isFailed ? Number.NaN : octaves(outputTokens);
  values[4] = octaves(inputTokens);
  values[5] = octaves(decisionUs);
  values[GAP] = Number.NaN;
}

/** Nothing at all counts as 1. */
function octaves(amount: number | null): number {
  return amount === null || !(amount >= 0 && amount < Infinity) ? Number.NaN : Math.log2(Math.max(1, amount));
}
