// The figures of one evaluation. Pure arithmetic over what became of its samples: it asks nobody and reads no file.
import type { CostBasis, NanoUsd } from '../../call/money.ts';
import type { Verdict } from '../../call/verdict.ts';
import { type Distribution, describeValues } from '../../stats/quantile.ts';
import type { PassRate } from '../profile/profile.ts';
import { rateOf } from '../profile/summarise.ts';
import type { RoutedCall } from './run-file.ts';

/** What became of one sample. */
export interface EvaluatedSample {
  id: string;
  digest: string;
  weight: number;
  /** Whether models were measured or thresholds chosen with it. */
  isSeen: boolean;
  /** Null when the run ended before it was answered. */
  call: RoutedCall | null;
  /** Null when nobody could say. */
  pass: boolean | null;
  verdicts: readonly Verdict[];
}

export interface RunSummary {
  samples: number;
  judged: number;
  /** Samples without an answer or a verdict. They count as nothing. */
  missing: number;
  /** Samples with which models were measured or thresholds chosen before. */
  seen: number;
  passRate: PassRate;
  /** Of the samples that nobody had looked at before; null when all or none of them are such. */
  unseenPassRate: PassRate | null;
  cost: RunCost;
  /** Weighted share of the answered calls whose answer another model than the first one gave; null when none was answered. */
  escalationRate: number | null;
  /** Calls that ended with an error that would be the same tomorrow. They have not passed. */
  refused: number;
  /** Calls in which a provider failed an attempt: their cost, latency and model are partly the weather's. */
  disturbed: number;
  latencyMs: Distribution | null;
  models: ModelShare[];
  /** What failed the calls that did not pass, the most frequent first. */
  failures: { gate: string; count: number }[];
}

/** Of the calls whose cost is known. */
export interface RunCost {
  known: number;
  totalNanoUsd: NanoUsd;
  /** Weighted means in nano-dollars with a fraction; null when no cost is known, or nothing passed. */
  perCallNanoUsd: number | null;
  perPassNanoUsd: number | null;
  basis: CostBasis;
}

/** What one model has answered. */
export interface ModelShare {
  /** Null: nobody answered. */
  model: string | null;
  tier: string | null;
  /** What the provider said that answered, each once. */
  snapshots: string[];
  calls: number;
  passRate: PassRate;
  /** Of the calls it answered, what was tried before included. */
  perCallNanoUsd: number | null;
  latencyMs: Distribution | null;
}

export function summariseRun(samples: readonly EvaluatedSample[], confidence: number): RunSummary {
  const judged = samples.filter(({ pass }) => pass !== null);
  const unseen = judged.filter(({ isSeen }) => !isSeen);
  const calls = samples.flatMap(({ call }) => (call === null ? [] : [call]));
  const answered = samples.filter(({ call }) => call !== null && call.answer !== null);
  return {
    samples: samples.length,
    judged: judged.length,
    missing: samples.length - judged.length,
    seen: samples.filter(({ isSeen }) => isSeen).length,
    passRate: rateOf(judged, ({ pass }) => pass, confidence),
    unseenPassRate:
      unseen.length === 0 || unseen.length === judged.length ? null : rateOf(unseen, ({ pass }) => pass, confidence),
    cost: costOf(samples),
    escalationRate: shareOf(answered, ({ call }) => call?.escalated === true),
    refused: calls.filter(({ error }) => error !== null).length,
    disturbed: calls.filter(isDisturbed).length,
    latencyMs: latencyOf(answered),
    models: modelsOf(samples, confidence),
    failures: failuresOf(judged),
  };
}

function shareOf(samples: readonly EvaluatedSample[], isOne: (sample: EvaluatedSample) => boolean): number | null {
  const whole = samples.reduce((sum, { weight }) => sum + weight, 0);
  if (whole === 0) return null;
  return samples.reduce((sum, sample) => sum + (isOne(sample) ? sample.weight : 0), 0) / whole;
}

function isDisturbed({ attempts, answer }: RoutedCall): boolean {
  return answer !== null && attempts.some(({ status }) => status === 'error' || status === 'partial');
}

/** What was not good enough was paid as well. */
function costOf(samples: readonly EvaluatedSample[]): RunCost {
  let totalNanoUsd = 0;
  let known = 0;
  let weight = 0;
  let weighted = 0;
  let passed = 0;
  let basis: CostBasis = 'measured';
  for (const { call, weight: own, pass } of samples) {
    if (call === null || call.costNanoUsd === null) continue;
    known++;
    totalNanoUsd += call.costNanoUsd;
    weight += own;
    weighted += own * call.costNanoUsd;
    if (pass === true) passed += own;
    if (call.costBasis === 'estimated') basis = 'estimated';
  }
  return {
    known,
    totalNanoUsd,
    perCallNanoUsd: weight === 0 ? null : weighted / weight,
    perPassNanoUsd: passed === 0 ? null : weighted / passed,
    basis: known === 0 ? 'unknown' : basis,
  };
}

function latencyOf(samples: readonly EvaluatedSample[]): Distribution | null {
  return describeValues(samples.flatMap(({ call }) => (call === null ? [] : [call.latencyMs])));
}

/** The one with the most calls first. */
function modelsOf(samples: readonly EvaluatedSample[], confidence: number): ModelShare[] {
  const answered = samples.filter(({ call }) => call !== null);
  return [...Map.groupBy(answered, ({ call }) => call?.model ?? null)]
    .map(([model, own]): ModelShare => {
      const calls = own.flatMap(({ call }) => call ?? []);
      const judged = own.filter(({ pass }) => pass !== null);
      return {
        model,
        tier: calls[0]?.tier ?? null,
        snapshots: [...new Set(calls.flatMap(({ responseModel }) => responseModel ?? []))].toSorted(),
        calls: own.length,
        passRate: rateOf(judged, ({ pass }) => pass, confidence),
        perCallNanoUsd: costOf(own).perCallNanoUsd,
        latencyMs: latencyOf(own),
      };
    })
    .toSorted((one, other) => other.calls - one.calls);
}

/** What a sample that did not pass failed at first. */
export function reasonOf({ call, verdicts }: Pick<EvaluatedSample, 'call' | 'verdicts'>): string {
  if (call?.error != null) return call.error.code;
  return verdicts.find(({ pass }) => !pass)?.gate ?? 'nothing';
}

function failuresOf(judged: readonly EvaluatedSample[]): RunSummary['failures'] {
  const failed = judged.filter(({ pass }) => pass === false);
  return [...Map.groupBy(failed, reasonOf)]
    .map(([gate, own]) => ({ gate, count: own.length }))
    .toSorted((one, other) => other.count - one.count);
}
