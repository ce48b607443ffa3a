// What drift detection finds, how soon, how often it cries for nothing, and what it costs a call: seeded simulations of one task's calls.
// `node bench/watch/drift.ts`, or with `-- --json` one object of figures; `-- --runs 20` for a shorter look.
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/stats/random.ts';
import { createDrift, type Drift } from '../../src/watch/drift/drift.ts';
import { round } from '../measure.ts';
import { gapOf, type Step, TASK, type Traffic, traffic, USUAL, type World } from './traffic.ts';

export interface SimulationOptions {
  runs: number;
  seed: number;
}

/** What false alarms are promised for. */
const CALLS = 50_000;
const CANARY_SHARE = 0.05;

interface Change {
  name: string;
  /** The alarm that is waited for; others before it are ignored. */
  key: string;
  change: Partial<World>;
  changeAt: number;
  /** Calls after the change within which it has to be found. */
  within: number;
  tenant?: string;
}

const CHANGES: readonly Change[] = [
  {
    name: 'pass_rate_5_points',
    key: `pass_rate/${TASK}`,
    change: { passRate: 0.85 },
    changeAt: 10_000,
    within: 10_000,
  },
  {
    name: 'pass_rate_5_points_early',
    key: `pass_rate/${TASK}`,
    change: { passRate: 0.85 },
    changeAt: 1500,
    within: 10_000,
  },
  {
    name: 'escalation_10_points',
    key: `escalation/${TASK}`,
    change: { escalation: 0.2 },
    changeAt: 5000,
    within: 5000,
  },
  { name: 'errors_to_3_percent', key: `errors/${TASK}`, change: { errors: 0.03 }, changeAt: 5000, within: 5000 },
  { name: 'output_doubled', key: `output_length/${TASK}`, change: { outputTokens: 400 }, changeAt: 2000, within: 500 },
  { name: 'output_halved', key: `output_length/${TASK}`, change: { outputTokens: 100 }, changeAt: 2000, within: 500 },
  {
    name: 'input_half_longer',
    key: `input_length/${TASK}`,
    change: { inputTokens: 1350 },
    changeAt: 5000,
    within: 2000,
  },
  { name: 'decision_doubled', key: `decision_time/${TASK}`, change: { decisionUs: 160 }, changeAt: 2000, within: 500 },
  {
    name: 'cache_halved',
    key: `cache_hit/${TASK}/provider:openai`,
    change: { cachedShare: 0.3 },
    changeAt: 2000,
    within: 1000,
  },
  {
    name: 'new_language_10_percent',
    key: `input_mix/${TASK}`,
    change: { otherLanguage: 0.1 },
    changeAt: 5000,
    within: 2000,
  },
  {
    name: 'one_tenant_20_points',
    key: `pass_rate/${TASK}/tenant:initech`,
    change: { passRate: 0.7 },
    changeAt: 20_000,
    within: 10_000,
    tenant: 'initech',
  },
];

/** Figures by name: shares of the runs, and delays in calls; NaN for the delays of what was never found. */
export function simulateDrift({ runs, seed }: SimulationOptions): Record<string, number> {
  const seeds = Array.from({ length: runs }, (_, run) => seed + run);
  const still = seeds.map((seed) => alarmsIn({ seed, calls: CALLS }));
  const restless = seeds.map((seed) => alarmsIn({ seed, calls: CALLS, isRestless: true }));
  const figures: Record<string, number> = {
    false_alarm_share: share(still.map((alarms) => alarms > 0)),
    restless_false_alarm_share: share(restless.map((alarms) => alarms > 0)),
    restless_alarms_per_run: round(restless.reduce((sum, alarms) => sum + alarms, 0) / runs),
  };
  for (const change of CHANGES) {
    const delays = seeds.map((seed) => delayOf(change, seed));
    Object.assign(figures, describe(change.name, delays));
  }
  const canaries = seeds.map((seed) => gapDelay(seed));
  return { ...figures, ...describe('canary_gap_5_points', canaries), observe_us: cost(seed) };
}

function alarmsIn(options: Traffic): number {
  const drift = createDrift();
  let alarms = 0;
  for (const step of traffic(options)) alarms += keysOf(drift, step).length;
  return alarms;
}

/** Calls from the change to its alarm; null when there was none in time, or one before it. */
function delayOf({ key, change, changeAt, within, tenant }: Change, seed: number): number | null {
  const drift = createDrift();
  let at = 0;
  for (const step of traffic({ seed, calls: changeAt + within, changeAt, change, tenant })) {
    at++;
    if (keysOf(drift, step).includes(key)) return at > changeAt ? at - changeAt : null;
  }
  return null;
}

/** The same of a fall in what canaries say, after as many calls as false alarms are promised for, within as many again. */
function gapDelay(seed: number): number | null {
  const drift = createDrift();
  const random = createRandom(seed);
  const changeAt = CALLS * CANARY_SHARE;
  for (let at = 0; at < 2 * changeAt; at++) {
    const gap = gapOf(random, at < changeAt ? USUAL : { ...USUAL, cheapRight: USUAL.cheapRight - 0.05 });
    const told = drift.gap({ task: TASK, segments: [], gap, atMs: at });
    if (told.some((message) => 'rule' in message))
      return at < changeAt ? null : Math.round((at - changeAt + 1) / CANARY_SHARE);
  }
  return null;
}

function keysOf(drift: Drift, { observation, gap }: Step): string[] {
  const { task, segments, atMs } = observation;
  const told = [...drift.observe(observation), ...(gap === null ? [] : drift.gap({ task, segments, gap, atMs }))];
  return told.flatMap((message) => ('rule' in message ? [message.key] : []));
}

function describe(name: string, delays: readonly (number | null)[]): Record<string, number> {
  const found = delays.filter((delay) => delay !== null).toSorted((one, other) => one - other);
  const at = (q: number): number => found[Math.min(found.length - 1, Math.floor(found.length * q))] ?? Number.NaN;
  return {
    [`${name}_found_share`]: share(delays.map((delay) => delay !== null)),
    [`${name}_after_p50`]: at(0.5),
    [`${name}_after_p95`]: at(0.95),
  };
}

function share(hits: readonly boolean[]): number {
  return round(hits.filter(Boolean).length / hits.length);
}

const BATCH = 200;

/** Microseconds that a call costs: the median of many short batches, when every baseline has been learned. */
function cost(seed: number): number {
  const steps = [...traffic({ seed, calls: 20_000 })];
  const drift = createDrift();
  const samples: number[] = [];
  for (let from = 0; from < steps.length; from += BATCH) {
    const batch = steps.slice(from, from + BATCH);
    const startedAt = performance.now();
    for (const { observation } of batch) drift.observe(observation);
    samples.push(((performance.now() - startedAt) * 1000) / batch.length);
  }
  const late = samples.slice(samples.length / 2).toSorted((one, other) => one - other);
  return round(late[Math.floor(late.length / 2)] as number);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, runs: { type: 'string', default: '200' } } });
  const figures = simulateDrift({ runs: Number(values.runs), seed: 1 });
  if (values.json) console.log(JSON.stringify(figures, null, 2));
  else for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(40)} ${figure}`);
}
