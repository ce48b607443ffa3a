// Makes a profile of what was answered and judged. Pure arithmetic over outcomes: it asks nobody and reads no file.
import type { CostBasis } from '../../call/money.ts';
import { totalInputTokens } from '../../call/usage.ts';
import type { Verdict } from '../../call/verdict.ts';
import type { ThresholdsConfig } from '../../config/config.ts';
import { effectiveTrials, wilson } from '../../stats/proportion.ts';
import { describeValues } from '../../stats/quantile.ts';
import type { KeptAnswer } from './answer.ts';
import { frontierOf } from './frontier.ts';
import type { GateResult, ModelProfile, PassRate, Profile, ProfiledCost } from './profile.ts';
import { doubtful, judgeRate, type RateVerdict, recommend, unfair } from './verdict.ts';

/** What became of one sample with one model. */
export interface Outcome {
  sample: string;
  weight: number;
  /** Null when there is no answer. */
  kept: KeptAnswer | null;
  verdicts: readonly Verdict[];
  /** Null when nobody could say. A request that the provider refused has not passed. */
  pass: boolean | null;
  /** What production would have said, which knows no reference. */
  accepted: boolean | null;
}

export interface Measured {
  model: string;
  tier: string | null;
  upstreams: readonly string[];
  outcomes: readonly Outcome[];
}

export interface ProfileFacts {
  task: string;
  madeAt: string;
  samples: Profile['samples'];
  thresholds: ThresholdsConfig;
  gates: string[];
  /** Whether production has gates for the task, beside references. */
  hasGates: boolean;
  /** What speaks against the judges among the gates, one sentence each without a full stop. */
  doubts?: readonly string[];
  spent: Profile['spent'];
}

export function summarise(measured: readonly Measured[], facts: ProfileFacts): Profile {
  const { hasGates, doubts: _, ...rest } = facts;
  const models = measured.map((one) => summariseModel(one, facts)).toSorted(byCost);
  const priced = models.filter(({ passRate, cost }) => passRate.share !== null && cost.perCallNanoUsd !== null);
  const points = priced.map(({ passRate, cost }) => ({
    share: passRate.share as number,
    cost: cost.perCallNanoUsd as number,
  }));
  for (const at of frontierOf(points)) (priced[at] as ModelProfile).isOnFrontier = true;
  const unfairOnes = new Set(
    measured.filter(({ outcomes }) => isUnfair(outcomes, facts.thresholds)).map(({ model }) => model),
  );
  const rated = models.map(({ model, tier, verdict, moreSamples, passRate, cost }) => ({
    model,
    tier,
    verdict,
    moreSamples,
    share: passRate.share,
    perCallNanoUsd: cost.perCallNanoUsd,
    isDoubted: isDoubted(passRate, facts),
    isUnfair: unfairOnes.has(model),
  }));
  return { version: 1, ...rest, models, recommendation: recommend(rated, hasGates), warnings: warningsOf(facts) };
}

function byCost(one: ModelProfile, other: ModelProfile): number {
  const costOf = ({ cost }: ModelProfile): number => cost.perCallNanoUsd ?? Number.MAX_VALUE;
  return costOf(one) - costOf(other);
}

function summariseModel({ model, tier, upstreams, outcomes }: Measured, facts: ProfileFacts): ModelProfile {
  const kept = outcomes.flatMap((outcome) => (outcome.kept === null ? [] : [outcome.kept]));
  const answered = kept.filter(({ answer }) => answer !== null);
  const judged = outcomes.filter(({ pass }) => pass !== null);
  const { confidence } = facts.thresholds;
  const passRate = rateOf(outcomes, ({ pass }) => pass, confidence);
  const times = kept.map(({ at }) => at).toSorted();
  const usages = answered.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  return {
    model,
    tier,
    upstream: [...upstreams],
    snapshots: [...new Set(kept.flatMap(({ responseModel }) => responseModel ?? []))].toSorted(),
    firstAt: times[0] ?? null,
    lastAt: times.at(-1) ?? null,
    judged: judged.length,
    refused: kept.length - answered.length,
    missing: outcomes.length - judged.length,
    passRate,
    accepted: rateOf(outcomes, ({ accepted }) => accepted, confidence),
    cost: costOf(outcomes),
    judgingNanoUsd: judgingOf(outcomes),
    outputTokens: describeValues(usages.map(({ outputTokens }) => outputTokens)),
    inputTokens: describeValues(usages.map(totalInputTokens)),
    latencyMs: describeValues(answered.map(({ latencyMs }) => latencyMs)),
    byGate: byGate(outcomes, facts.gates),
    ...verdictOf(outcomes, passRate, facts),
    isOnFrontier: false,
  };
}

function verdictOf(outcomes: readonly Outcome[], rate: PassRate, facts: ProfileFacts): RateVerdict {
  const judged = outcomes.filter(({ pass }) => pass !== null).length;
  if (isUnfair(outcomes, facts.thresholds))
    return unfair(rate, judged, outcomes.filter(({ kept }) => kept !== null).length);
  return (isDoubted(rate, facts) ? doubtful : judgeRate)(rate, judged, facts.thresholds);
}

/** Share of the answers that may be without a verdict before it is asked what they could change. */
const FEW = 0.02;

/**
 * Whether the answers without a verdict would change what is said, were they all passed or all failed: what has one is selected then, as
 * where a judge fails at whatever passed the other gates. Samples without an answer are left in a shuffled order, and a fair part.
 */
function isUnfair(outcomes: readonly Outcome[], thresholds: ThresholdsConfig): boolean {
  const answered = outcomes.filter(({ kept }) => kept !== null);
  const open = answered.filter(({ pass }) => pass === null).length;
  if (open <= answered.length * FEW) return false;
  const [best, worst] = [true, false].map((otherwise) => {
    const rate = rateOf(answered, ({ pass }) => pass ?? otherwise, thresholds.confidence);
    return judgeRate(rate, answered.length, thresholds).verdict;
  });
  return best !== worst;
}

/** Whether a model would be the default on the word of a judge that is not trusted. */
function isDoubted(rate: PassRate, { doubts = [], samples, thresholds }: ProfileFacts): boolean {
  const isByReference = samples.withReference === samples.count;
  return doubts.length > 0 && !isByReference && judgeRate(rate, 0, thresholds).verdict === 'default';
}

function warningsOf({ task, doubts = [], samples: { count, withReference } }: ProfileFacts): string[] {
  const isByReference = withReference === count;
  const without =
    count === 1 ? 'the sample has no reference' : `${count - withReference} of ${count} samples have no reference`;
  const meaning = isByReference
    ? 'every sample has a reference, so it only refuses here what a reference takes'
    : `${without}, so no model can be the default on its word`;
  return doubts.map(
    (doubt) => `${doubt.charAt(0).toUpperCase()}${doubt.slice(1)}; ${meaning}: \`tierline judge ${task}\` grades it.`,
  );
}

/** Over the outcomes of which it is known. */
export function rateOf<One extends { weight: number }>(
  outcomes: readonly One[],
  isSo: (outcome: One) => boolean | null,
  confidence: number,
): PassRate {
  const known = outcomes.filter((outcome) => isSo(outcome) !== null);
  const weights = known.map(({ weight }) => weight);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0) return { share: null, low: 0, high: 1, trials: 0 };
  const passed = known.reduce((sum, outcome) => sum + (isSo(outcome) === true ? outcome.weight : 0), 0);
  const share = passed / whole;
  const trials = effectiveTrials(weights);
  return { share, ...wilson(share * trials, trials, confidence), trials };
}

/** The mean over judged answers; null as soon as one of their verdicts cost nobody knows what. */
function judgingOf(outcomes: readonly Outcome[]): number | null {
  let sum = 0;
  let weight = 0;
  for (const { verdicts, weight: own, pass } of outcomes) {
    if (pass === null) continue;
    weight += own;
    for (const { costNanoUsd } of verdicts) {
      if (costNanoUsd === null) return null;
      sum += own * costNanoUsd;
    }
  }
  return weight === 0 ? null : sum / weight;
}

/** Of every answer whose cost is known, whatever was said of it: what was not good enough was paid as well. */
function costOf(outcomes: readonly Outcome[]): ProfiledCost {
  let total = 0;
  let known = 0;
  let weight = 0;
  let weighted = 0;
  let passed = 0;
  let basis: CostBasis = 'measured';
  for (const { kept, weight: own, pass } of outcomes) {
    if (kept === null || kept.costNanoUsd === null) continue;
    known++;
    total += kept.costNanoUsd;
    weight += own;
    weighted += own * kept.costNanoUsd;
    if (pass === true) passed += own;
    if (kept.costBasis === 'estimated') basis = 'estimated';
  }
  return {
    known,
    totalNanoUsd: total,
    perCallNanoUsd: weight === 0 ? null : weighted / weight,
    perPassNanoUsd: passed === 0 ? null : weighted / passed,
    basis: known === 0 ? 'unknown' : basis,
  };
}

function byGate(outcomes: readonly Outcome[], gates: readonly string[]): GateResult[] {
  const results = new Map<string, GateResult>();
  for (const gate of gates) results.set(gate, { gate, judged: 0, passed: 0, broken: 0 });
  for (const { gate, pass, isBroken } of outcomes.flatMap(({ verdicts }) => verdicts)) {
    const result = results.get(gate);
    if (result === undefined) continue;
    if (isBroken === true) result.broken++;
    else {
      result.judged++;
      if (pass) result.passed++;
    }
  }
  return [...results.values()];
}
