// A profile for tests: a hundred answers of one model that all passed.
import type { ProfileFile } from './profile-schema.ts';

const same = (value: number) => ({ mean: value, p50: value, p90: value, p95: value, p99: value, max: value });

export function measuredProfile(task: string, model: string): ProfileFile {
  const rate = { share: 1, low: 0.96, high: 1, trials: 100 };
  return {
    version: 1,
    task,
    madeAt: '2026-11-01T00:00:00.000Z',
    samples: { count: 100, digest: 'd', withReference: 100 },
    thresholds: { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 },
    gates: ['reference', 'one_of', 'finish'],
    models: [
      {
        model,
        tier: 'small',
        upstream: [`p/up-${model}`],
        snapshots: [model],
        firstAt: null,
        lastAt: null,
        judged: 100,
        refused: 0,
        missing: 0,
        passRate: rate,
        accepted: rate,
        cost: { known: 100, totalNanoUsd: 100, perCallNanoUsd: 1, perPassNanoUsd: 1, basis: 'measured' },
        judgingNanoUsd: 0,
        outputTokens: same(3),
        inputTokens: same(20),
        latencyMs: same(100),
        byGate: [],
        verdict: 'default',
        moreSamples: null,
        isOnFrontier: true,
        say: '',
      },
    ],
    recommendation: { model, tier: 'small', verdict: 'default', openModels: [], say: '' },
    warnings: [],
    spent: { nanoUsd: 100, unknown: 0 },
  };
}
