// Profiles for tests of reports: made of counts, with the verdicts and intervals that those counts have.
import type { ThresholdsConfig } from '../../config/config.ts';
import { wilson } from '../../stats/proportion.ts';
import { describeValues } from '../../stats/quantile.ts';
import { frontierOf } from '../profile/frontier.ts';
import type { ModelProfile, PassRate, Profile } from '../profile/profile.ts';
import { judgeRate, recommend } from '../profile/verdict.ts';
import type { ReportTask } from './advice.ts';

const THRESHOLDS: ThresholdsConfig = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };

export interface ModelCounts {
  model: string;
  passed: number;
  judged?: number;
  /** Dollars for 1,000 calls; null when not known. */
  thousand: number | null;
  /** Accepted by the gates; as many as passed when left out. */
  accepted?: number;
  missing?: number;
  changes?: Partial<ModelProfile>;
}

export function modelProfile(counts: ModelCounts): ModelProfile {
  const { model, passed, judged = 200, thousand, accepted = passed, missing = 0, changes = {} } = counts;
  const passRate = rate(passed, judged);
  const perCall = thousand === null ? null : thousand * 1e6;
  return {
    model,
    tier: null,
    upstream: [`up/${model}`],
    snapshots: [`${model}-2026-01-01`],
    firstAt: '2026-11-01T10:00:00.000Z',
    lastAt: '2026-11-01T10:20:00.000Z',
    judged,
    refused: 0,
    missing,
    passRate,
    accepted: rate(accepted, judged),
    cost: {
      known: perCall === null ? 0 : judged,
      totalNanoUsd: Math.round((perCall ?? 0) * judged),
      perCallNanoUsd: perCall,
      perPassNanoUsd: perCall === null || passed === 0 ? null : (perCall * judged) / passed,
      basis: perCall === null ? 'unknown' : 'measured',
    },
    judgingNanoUsd: 0,
    outputTokens: describeValues([10, 20, 30, 40, 200]),
    inputTokens: describeValues([500, 510]),
    latencyMs: describeValues([120, 180, 240, 900, 2400]),
    byGate: [
      { gate: 'reference', judged, passed, broken: 0 },
      { gate: 'finish', judged, passed: judged, broken: 0 },
    ],
    ...judgeRate(passRate, judged, THRESHOLDS),
    isOnFrontier: false,
    ...changes,
  };
}

function rate(passed: number, trials: number): PassRate {
  if (trials === 0) return { share: null, low: 0, high: 1, trials: 0 };
  return { share: passed / trials, ...wilson(passed, trials), trials };
}

/** Cheapest first, as profiles have them. */
export function profileOf(task: string, counts: readonly ModelCounts[], changes: Partial<Profile> = {}): Profile {
  const models = counts.map(modelProfile);
  const priced = models.filter(({ passRate, cost }) => passRate.share !== null && cost.perCallNanoUsd !== null);
  const points = priced.map(({ passRate, cost }) => ({
    share: passRate.share as number,
    cost: cost.perCallNanoUsd as number,
  }));
  for (const at of frontierOf(points)) (priced[at] as ModelProfile).isOnFrontier = true;
  const rated = models.map((model) => ({
    ...model,
    share: model.passRate.share,
    perCallNanoUsd: model.cost.perCallNanoUsd,
  }));
  return {
    version: 1,
    task,
    madeAt: '2026-11-01T10:30:00.000Z',
    samples: { count: 200, digest: 'f29328818254e58c3d6a3261', withReference: 200 },
    thresholds: THRESHOLDS,
    gates: ['reference', 'finish'],
    models,
    recommendation: recommend(rated, true),
    warnings: [],
    spent: { nanoUsd: 2_500_000_000, unknown: 0 },
    ...changes,
  };
}

export function reportTask(profile: Profile, facts: Partial<Omit<ReportTask, 'profile'>> = {}): ReportTask {
  return { profile, volume: null, latencyBudgetMs: null, owner: null, ...facts };
}
