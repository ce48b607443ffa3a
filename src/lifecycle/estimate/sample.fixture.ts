// A configuration and a profile that several tests of estimates begin with.

import { createCatalog } from '../../catalog/catalog.ts';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { Fraction } from '../../stats/fraction.ts';
import { wilson } from '../../stats/proportion.ts';
import type { Distribution } from '../../stats/quantile.ts';
import type { ModelProfile, PassRate, Profile } from '../profile/profile.ts';
import { configuredModels } from './model.ts';
import type { Setting } from './task-bill.ts';

/** A Tuesday noon UTC, outside of DeepSeek's peak hours. */
export const NOON = Date.UTC(2026, 10, 24, 12);

const MODELS = `
providers:
  anthropic: { api_key: k }
  openai: { api_key: k }
  local: { dialect: openai, base_url: "http://127.0.0.1:9/v1" }
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: small }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
  opus: { use: anthropic/claude-opus-4-7, tier: frontier }
  unpriced: { use: local/house-model, tier: small }
  vectors: { use: openai/text-embedding-3-small }
tiers: [small, mid, frontier]
`;

/** A configuration with the tasks of `tasks` (YAML, indented by two), against opus unless it says another baseline. */
export function sampleConfig(tasks: string, baseline = 'opus'): Config {
  return parseConfig(`${MODELS}baseline: ${baseline}\ntasks:\n${tasks}`, { file: 'tierline.yaml', env: {} });
}

export function sampleSetting(config: Config, more: Partial<Setting> = {}): Setting {
  return {
    config,
    models: configuredModels(config, createCatalog()),
    baseline: config.baseline,
    time: { atMs: NOON, isSpread: true, isBatch: false },
    cachedShare: Fraction.ZERO,
    overhead: null,
    judge: null,
    ...more,
  };
}

function spreadAround(mean: number): Distribution {
  return { mean, p50: mean, p90: mean * 1.2, p95: mean * 1.3, p99: mean * 1.5, max: mean * 2 };
}

/** A rate over 200 samples with its interval. */
export function rateOf(share: number): PassRate {
  return { share, ...wilson(share * 200, 200), trials: 200 };
}

interface Measured {
  share: number;
  input: number;
  output: number;
  latencyMs: number;
  totalNanoUsd: number;
}

/** A model that 200 samples were asked of. */
export function sampleModel(model: string, measured: Measured, more: Partial<ModelProfile> = {}): ModelProfile {
  const { share, input, output, latencyMs, totalNanoUsd } = measured;
  return {
    model,
    tier: null,
    upstream: [`anthropic/${model}`],
    snapshots: [model],
    firstAt: '2026-11-24T10:00:00.000Z',
    lastAt: '2026-11-24T10:05:00.000Z',
    judged: 200,
    refused: 0,
    missing: 0,
    passRate: rateOf(share),
    accepted: rateOf(share),
    cost: { known: 200, totalNanoUsd, perCallNanoUsd: totalNanoUsd / 200, perPassNanoUsd: null, basis: 'measured' },
    judgingNanoUsd: 0,
    inputTokens: spreadAround(input),
    outputTokens: spreadAround(output),
    latencyMs: spreadAround(latencyMs),
    byGate: [{ gate: 'one_of', judged: 200, passed: 200 * share, broken: 0 }],
    verdict: 'gated',
    moreSamples: null,
    isOnFrontier: true,
    say: 'a sentence',
    ...more,
  };
}

export function sampleProfile(more: Partial<Profile> = {}): Profile {
  return {
    version: 1,
    task: 'triage',
    madeAt: '2026-11-24T10:06:00.000Z',
    samples: { count: 200, digest: 'abc', withReference: 0 },
    thresholds: { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 },
    gates: ['one_of'],
    models: [
      sampleModel('haiku', { share: 0.9, input: 800, output: 60, latencyMs: 600, totalNanoUsd: 220_000_000 }),
      sampleModel('sonnet', { share: 0.95, input: 800, output: 60, latencyMs: 1200, totalNanoUsd: 660_000_000 }),
      sampleModel('opus', { share: 0.985, input: 1040, output: 80, latencyMs: 2000, totalNanoUsd: 1_440_000_000 }),
    ],
    recommendation: { model: 'sonnet', tier: 'mid', verdict: 'default', openModels: [], say: 'a sentence' },
    warnings: [],
    spent: { nanoUsd: 2_320_000_000, unknown: 0 },
    ...more,
  };
}
