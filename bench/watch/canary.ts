// How soon canaries show that a cheap model has become worse by 5 points in mid-stream, and how often they say so though nothing has changed; where
// the usual gap is known, and where it has to be learned from them. By the detector that the gateway uses.
import { intervalOf, type MeanIntervalState, NO_VALUES, withValue } from '../../src/stats/mean-interval.ts';
import { createRandom } from '../../src/stats/random.ts';
import { createDrift } from '../../src/watch/drift/drift.ts';
import { round } from '../measure.ts';

export interface CanaryOptions {
  runs: number;
  seed: number;
}

/** 50,000 calls at a share of 5 %. */
const CANARIES = 2500;
const CHANGE_AT = CANARIES / 2;
const WITHIN = 2000;
const FALL = 0.05;
const RANGE = { low: -1, high: 1 };

interface Setting {
  name: string;
  /** How often the answer is right. */
  cheap: number;
  reference: number;
  /** How often both are right or wrong for the same reason. */
  shared: number;
}

const SETTINGS: readonly Setting[] = [
  { name: 'easy', cheap: 0.95, reference: 0.97, shared: 0.7 },
  { name: 'usual', cheap: 0.9, reference: 0.95, shared: 0.6 },
  { name: 'hard', cheap: 0.8, reference: 0.88, shared: 0.5 },
];

export function simulateCanaries({ runs, seed }: CanaryOptions): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const setting of SETTINGS) {
    for (const isKnown of [true, false]) {
      const seeds = Array.from({ length: runs }, (_, run) => seed + run);
      const alarms = seeds.map((own) =>
        alarmIn(setting, { seed: own, isKnown, changeAt: CHANGE_AT, count: CHANGE_AT + WITHIN }),
      );
      const delays = alarms.flatMap((at) => (at === null || at < CHANGE_AT ? [] : [at - CHANGE_AT + 1]));
      delays.sort((one, other) => one - other);
      const still = seeds.map((own) =>
        alarmIn(setting, { seed: own + runs, isKnown, changeAt: CANARIES, count: CANARIES }),
      );
      const name = `${setting.name}_gap_${isKnown ? 'known' : 'learned'}`;
      figures[`${name}_found_share`] = delays.length / runs;
      figures[`${name}_found_after_p50`] = delays[Math.floor(delays.length / 2)] ?? Number.NaN;
      figures[`${name}_false_alarm_share`] = still.filter((at) => at !== null).length / runs;
    }
    const intervals = Array.from({ length: runs }, (_, run) => interval(setting, seed + 2 * runs + run));
    figures[`${setting.name}_gap_interval_width`] = round(intervals.reduce((sum, { width }) => sum + width, 0) / runs);
    figures[`${setting.name}_gap_interval_wrong_share`] = intervals.filter(({ isWrong }) => isWrong).length / runs;
  }
  return figures;
}

/** The place of the alarm; null for none. */
function alarmIn(
  setting: Setting,
  { seed, isKnown, changeAt, count }: { seed: number; isKnown: boolean; changeAt: number; count: number },
): number | null {
  const random = createRandom(seed);
  const drift = createDrift(isKnown ? { usualGapOf: () => setting.cheap - setting.reference } : {});
  for (let at = 0; at < count; at++) {
    const now = at < changeAt ? setting : { ...setting, cheap: setting.cheap - FALL };
    const told = drift.gap({ task: 't', segments: [], gap: gapOf(random, now), atMs: at });
    if (told.some((message) => 'rule' in message)) return at;
  }
  return null;
}

function gapOf(random: () => number, { cheap, reference, shared }: Setting): number {
  const luck = random();
  const other = random() < shared ? luck : random();
  return Number(luck < cheap) - Number(other < reference);
}

/** Width of the gap's interval after as many canaries, and whether it was ever wrong. */
function interval(setting: Setting, seed: number): { width: number; isWrong: boolean } {
  const random = createRandom(seed);
  const options = { range: RANGE, error: 0.05 };
  const truth = setting.cheap - setting.reference;
  let state: MeanIntervalState = { ...NO_VALUES };
  let isWrong = false;
  for (let at = 0; at < CANARIES; at++) {
    state = withValue(state, gapOf(random, setting), options);
    const { low, high } = intervalOf(state, options);
    isWrong ||= low > truth || high < truth;
  }
  const { low, high } = intervalOf(state, options);
  return { width: high - low, isWrong };
}
