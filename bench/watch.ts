// What watching finds and what it costs: seeded simulations of canaries, cheap answers graded beside the reference's. Falls of 5 points in
// mid-stream, and streams in which nothing changes; where the answers are usually right, and where they are not. Then rollouts. `npm run
// bench:watch`, or with `-- --json` one object of figures.
import { noDrop, watchForDrop } from '../src/stats/drop.ts';
import { intervalOf, type MeanIntervalState, NO_VALUES, withValue } from '../src/stats/mean-interval.ts';
import { createRandom } from '../src/stats/random.ts';
import { round } from './measure.ts';
import { simulateRollouts } from './watch/rollout.ts';

const RUNS = 200;
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

function gapOf(random: () => number, { cheap, reference, shared }: Setting): number {
  const luck = random();
  const other = random() < shared ? luck : random();
  return Number(luck < cheap) - Number(other < reference);
}

/** The place of the alarm; null for none. */
function alarmIn(
  count: number,
  setting: Setting,
  { seed, changeAt }: { seed: number; changeAt: number },
): number | null {
  const random = createRandom(seed);
  const baseline = setting.cheap - setting.reference;
  const options = { range: RANGE, baseline, falls: [0.03, 0.06, 0.12], error: 0.02, horizon: CANARIES };
  let state = noDrop(options);
  for (let at = 0; at < count; at++) {
    const now = at < changeAt ? setting : { ...setting, cheap: setting.cheap - FALL };
    const verdict = watchForDrop(state, gapOf(random, now), options);
    if (verdict.isAlarm) return at;
    state = verdict.state;
  }
  return null;
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

const figures: Record<string, number> = {};
for (const setting of SETTINGS) {
  const runs = Array.from({ length: RUNS }, (_, run) => run + 1);
  const alarms = runs.map((seed) => alarmIn(CHANGE_AT + WITHIN, setting, { seed, changeAt: CHANGE_AT }));
  const delays = alarms.flatMap((at) => (at === null || at < CHANGE_AT ? [] : [at - CHANGE_AT + 1]));
  delays.sort((one, other) => one - other);
  const still = runs.map((seed) => alarmIn(CANARIES, setting, { seed: seed + RUNS, changeAt: CANARIES }));
  const intervals = runs.map((seed) => interval(setting, seed + 2 * RUNS));
  figures[`${setting.name}_found_share`] = delays.length / RUNS;
  figures[`${setting.name}_found_after_p50`] = delays[Math.floor(delays.length / 2)] ?? Number.NaN;
  figures[`${setting.name}_false_alarm_share`] = still.filter((at) => at !== null).length / RUNS;
  figures[`${setting.name}_gap_interval_width`] = round(intervals.reduce((sum, { width }) => sum + width, 0) / RUNS);
  figures[`${setting.name}_gap_interval_wrong_share`] = intervals.filter(({ isWrong }) => isWrong).length / RUNS;
}

Object.assign(figures, simulateRollouts({ runs: RUNS, seed: 1 }));

if (process.argv.includes('--json')) console.log(JSON.stringify(figures, null, 2));
else for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(44)} ${figure}`);
