// What is known of both arms of a rollout: plain numbers, to be kept as JSON and gone on with. A promotion forgets nothing of it. The claims that
// are bet on are written down in it before the first value comes: rules that are changed count from the next rollout on.
import type { ArmName } from '../../call/arm.ts';
import { type Comparison, noComparison, withCompared } from '../../stats/comparison.ts';
import type { MeanClaim } from '../../stats/mean-test.ts';
import { type Moments, NO_MOMENTS, withMoment } from '../../stats/moments.ts';
import { allowedLoss, checkRules, type RolloutRules } from './rules.ts';

export type PerArm<Value> = Readonly<Record<ArmName, Value>>;

export interface RolloutCall {
  arm: ArmName;
  /** Null is unknown, never nothing. */
  costNanoUsd: number | null;
  latencyMs: number | null;
  isFailed: boolean;
  /** Null when no gate spoke. */
  isPassed: boolean | null;
}

export interface Counts {
  calls: PerArm<number>;
  /** Gaps of canaries. */
  canaries: PerArm<number>;
  /** Calls of which gates spoke. */
  gated: PerArm<number>;
}

export interface Evidence extends Counts {
  /** Counts when the present step began. */
  before: Counts;
  unknownCosts: PerArm<number>;
  /** Nano-dollars. */
  cost: PerArm<Moments>;
  /** Logarithm of the milliseconds of calls that did not fail. */
  latency: PerArm<Moments>;
  /** Share of failed calls. */
  failures: Comparison;
  /** Share of calls that passed their gates. */
  passes: Comparison;
  /** Graded differences: cheap answer less reference answer. */
  gaps: Comparison;
}

const NONE: Counts = {
  calls: { base: 0, candidate: 0 },
  canaries: { base: 0, candidate: 0 },
  gated: { base: 0, candidate: 0 },
};
const SHARES = { low: 0, high: 1 };
const GAPS = { low: -1, high: 1 };

/** Nothing is known yet; what the rules will ask is declared. Throws RangeError for rules that cannot be kept. */
export function noEvidence(rules: Readonly<RolloutRules>): Evidence {
  const quality = qualityClaims(checkRules(rules));
  return {
    ...NONE,
    before: NONE,
    unknownCosts: { base: 0, candidate: 0 },
    cost: { base: NO_MOMENTS, candidate: NO_MOMENTS },
    latency: { base: NO_MOMENTS, candidate: NO_MOMENTS },
    failures: noComparison(SHARES, [riseClaim(rules)]),
    passes: noComparison(SHARES, quality),
    gaps: noComparison(GAPS, quality),
  };
}

/** With one finished call of a task under rollout. */
export function withCall(evidence: Readonly<Evidence>, call: Readonly<RolloutCall>): Evidence {
  const { arm, costNanoUsd, latencyMs, isFailed, isPassed } = call;
  const isTimed = latencyMs !== null && !isFailed;
  return {
    ...evidence,
    calls: oneMore(evidence.calls, arm),
    gated: isPassed === null ? evidence.gated : oneMore(evidence.gated, arm),
    unknownCosts: costNanoUsd === null ? oneMore(evidence.unknownCosts, arm) : evidence.unknownCosts,
    cost: costNanoUsd === null ? evidence.cost : withArm(evidence.cost, arm, costNanoUsd),
    // What takes less than a millisecond is taken for one: there is no logarithm of nothing.
    latency: isTimed ? withArm(evidence.latency, arm, Math.log(Math.max(1, latencyMs))) : evidence.latency,
    failures: withCompared(evidence.failures, arm, Number(isFailed)),
    passes: isPassed === null ? evidence.passes : withCompared(evidence.passes, arm, Number(isPassed)),
  };
}

/**
 * With the graded difference of one canary, its cheap answer less the reference's: 1 where only the cheap one is right, -1 the other way round.
 * Throws RangeError for a gap outside of that.
 */
export function withGap(evidence: Readonly<Evidence>, arm: ArmName, gap: number): Evidence {
  return { ...evidence, canaries: oneMore(evidence.canaries, arm), gaps: withCompared(evidence.gaps, arm, gap) };
}

/** As a new step begins: what has to be there for each step is counted anew, and nothing else is forgotten. */
export function withStep(evidence: Readonly<Evidence>): Evidence {
  const { calls, canaries, gated } = evidence;
  return { ...evidence, before: { calls, canaries, gated } };
}

function oneMore(counts: PerArm<number>, arm: ArmName): PerArm<number> {
  const { base, candidate } = counts;
  return arm === 'base' ? { base: base + 1, candidate } : { base, candidate: candidate + 1 };
}

function withArm(moments: PerArm<Moments>, arm: ArmName, value: number): PerArm<Moments> {
  const { base, candidate } = moments;
  return arm === 'base'
    ? { base: withMoment(base, value), candidate }
    : { base, candidate: withMoment(candidate, value) };
}

/** First that the candidate is worse at all; then, for each loss that a step allows, that it is not as much worse. */
function qualityClaims(rules: Readonly<RolloutRules>): MeanClaim[] {
  const losses = new Set(rules.steps.slice(1).map((percent) => allowedLoss(rules, percent)));
  return [
    { side: 'below', bound: 0, distances: bets(rules.maxLoss, 3) },
    ...[...losses].map((loss): MeanClaim => ({ side: 'above', bound: -loss, distances: bets(loss, 2) })),
  ];
}

/** A rise that is hardly above the bound is not told in the calls of a rollout: stakes are on two and six times as much. */
function riseClaim({ maxErrorRise }: Readonly<RolloutRules>): MeanClaim {
  const unit = Math.max(0.01, maxErrorRise);
  return {
    side: 'above',
    bound: maxErrorRise,
    distances: [
      { distance: 2 * unit, share: 0.5 },
      { distance: 6 * unit, share: 0.5 },
    ],
  };
}

/**
 * Most of the stakes are on a little less than the distance that has to be told: hardly slower in the mean, and sooner done where luck is bad. Some
 * are on one so many times as far, which is told much sooner.
 */
function bets(distance: number, times: number): MeanClaim['distances'] {
  return [
    { distance: 0.8 * distance, share: 0.75 },
    { distance: times * distance, share: 0.25 },
  ];
}
