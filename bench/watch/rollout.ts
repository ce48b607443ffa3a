// What rollouts decide and what they cost: seeded simulations of candidates that are as good as the base arm and half as dear, and of ones that
// lose 3 points, on tasks that are easy and hard. A canary of either arm is one more answer of the reference, and its grading.
import { quantile } from '../../src/stats/quantile.ts';
import { type Ended, simulateRollout, type Traffic } from '../../src/watch/rollout/simulated-rollout.fixture.ts';
import { round } from '../measure.ts';

type Setting = Omit<Traffic, 'candidate'> & { name: string };

const SETTINGS: readonly Setting[] = [
  { name: 'easy', base: 0.95, reference: 0.97, shared: 0.7 },
  { name: 'usual', base: 0.9, reference: 0.93, shared: 0.6 },
  { name: 'hard', base: 0.8, reference: 0.88, shared: 0.5 },
];
const LOSS = 0.03;

/**
 * Shares of rollouts that ended as they should, and what they took: calls of the task in thousands, canaries of both arms together. `worse` loses 3
 * points and should be stopped before half of the callers are on it; `equal` should reach all of them.
 */
export function simulateRollouts({ runs, seed }: { runs: number; seed: number }): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { name, ...setting } of SETTINGS) {
    const worse = simulated({ ...setting, candidate: setting.base - LOSS }, { runs, seed });
    figures[`rollout_${name}_worse_stopped_share`] = worse.filter(isStoppedEarly).length / runs;
    Object.assign(figures, costs(`rollout_${name}_worse`, worse));
    const equal = simulated({ ...setting, candidate: setting.base }, { runs, seed: seed + runs });
    figures[`rollout_${name}_equal_finished_share`] = equal.filter(({ status }) => status === 'finished').length / runs;
    figures[`rollout_${name}_equal_untold_share`] =
      equal.filter(({ why }) => why.includes('cannot tell')).length / runs;
    Object.assign(figures, costs(`rollout_${name}_equal`, equal));
  }
  for (const [name, traffic] of Object.entries(OTHERWISE_BAD)) {
    const ended = simulated({ base: 0.9, candidate: 0.9, reference: 0.93, shared: 0.6, ...traffic }, { runs, seed });
    figures[`rollout_${name}_stopped_share`] = ended.filter(isStoppedEarly).length / runs;
  }
  return figures;
}

/** As good as the base arm, but for one thing. */
const OTHERWISE_BAD: Readonly<Record<string, Partial<Traffic>>> = {
  dearer_by_half: { costRatio: 1.5 },
  twice_as_slow: { latencyRatio: 2 },
  failing_4_points_more: { failedMore: 0.04 },
};

function simulated(traffic: Traffic, { runs, seed }: { runs: number; seed: number }): Ended[] {
  return Array.from({ length: runs }, (_, run) => simulateRollout(traffic, { seed: seed + run }));
}

function isStoppedEarly({ status, reached }: Ended): boolean {
  return status === 'rolled_back' && reached < 50;
}

function costs(name: string, ended: readonly Ended[]): Record<string, number> {
  const calls = sorted(ended.map(({ calls: all }) => all / 1000));
  const canaries = sorted(ended.map(({ canaries: { base, candidate } }) => base + candidate));
  return {
    [`${name}_thousand_calls_p50`]: round(quantile(calls, 0.5) ?? Number.NaN),
    [`${name}_thousand_calls_p95`]: round(quantile(calls, 0.95) ?? Number.NaN),
    [`${name}_canaries_p50`]: round(quantile(canaries, 0.5) ?? Number.NaN),
    [`${name}_canaries_p95`]: round(quantile(canaries, 0.95) ?? Number.NaN),
  };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}
