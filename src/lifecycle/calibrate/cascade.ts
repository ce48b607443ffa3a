// A cascade walked over kept answers: who answers each case at which thresholds, how good that is and what it costs. Pure arithmetic; it
// walks as production does, cheap dials before judges, and the last model is taken as it comes unless its refusal is an error.
import { effectiveTrials, type Interval, wilson } from '../../stats/proportion.ts';
import { type Dial, isPassed } from './dial.ts';

/** One sample with what every model of the cascade made of it. */
export interface Case {
  /** Of its sample. */
  digest: string;
  weight: number;
  /** Cheapest first, one for each model. */
  steps: readonly Step[];
}

export interface Step {
  /** Whether the answer is right: 1 or 0, or how often this model's are where nobody knows. */
  quality: number;
  costNanoUsd: number;
  /** Whether it passes the gates that have no dial. */
  isSound: boolean;
  /** What it measures, dial by dial, and what measuring costs. */
  measures: readonly number[];
  measureCosts: readonly number[];
}

export interface Cascade {
  models: readonly string[];
  dials: readonly Dial[];
  /** Whether an answer of the last model that is refused becomes an error, which is no good answer. */
  isLastGated: boolean;
}

export interface Walk {
  quality: number;
  costNanoUsd: number;
  /** Position of the model whose answer was taken; null for none. */
  by: number | null;
}

export function walk({ dials, isLastGated }: Cascade, one: Case, thresholds: readonly number[]): Walk {
  let cost = 0;
  const last = one.steps.length - 1;
  for (const [at, step] of one.steps.entries()) {
    cost += step.costNanoUsd;
    if (at === last && !isLastGated) return { quality: step.quality, costNanoUsd: cost, by: at };
    const checked = check(dials, step, thresholds);
    cost += checked.costNanoUsd;
    if (checked.isAccepted) return { quality: step.quality, costNanoUsd: cost, by: at };
  }
  return { quality: 0, costNanoUsd: cost, by: null };
}

/** Dials after the first that refuses are not asked, and cost nothing. */
function check(
  dials: readonly Dial[],
  { isSound, measures, measureCosts }: Step,
  thresholds: readonly number[],
): { isAccepted: boolean; costNanoUsd: number } {
  let cost = 0;
  if (!isSound) return { isAccepted: false, costNanoUsd: 0 };
  for (const [at, dial] of dials.entries()) {
    cost += measureCosts[at] ?? 0;
    if (!isPassed(dial, measures[at] as number, thresholds[at] as number))
      return { isAccepted: false, costNanoUsd: cost };
  }
  return { isAccepted: true, costNanoUsd: cost };
}

/** Only the last model: what no gate has to be good for. */
export function straight(one: Case): Walk {
  const step = one.steps.at(-1) as Step;
  return { quality: step.quality, costNanoUsd: step.costNanoUsd, by: one.steps.length - 1 };
}

export interface Rate extends Interval {
  /** Null of nothing. */
  share: number | null;
  count: number;
  of: number;
}

export interface Figures {
  /** Weighted share of right answers, with a two-sided interval. */
  quality: Interval & { share: number };
  /** Weighted mean, with a fraction. */
  perCallNanoUsd: number;
  /** Of the models before the last. */
  steps: StepFigures[];
}

export interface StepFigures {
  model: string;
  /** Cases that came so far, and of those how many answers were accepted. */
  accepted: Rate;
  /** Of the accepted, how many are right. */
  precision: Rate;
}

export function figuresOf(
  cascade: Cascade,
  cases: readonly Case[],
  walks: readonly Walk[],
  confidence: number,
): Figures {
  const weights = cases.map(({ weight }) => weight);
  const trials = effectiveTrials(weights);
  const share = weightedMean(
    walks.map(({ quality }) => quality),
    weights,
  );
  const walked = cases.map((one, at) => ({ one, by: (walks[at] as Walk).by ?? one.steps.length }));
  return {
    quality: { share, ...wilson(share * trials, trials, confidence) },
    perCallNanoUsd: weightedMean(
      walks.map(({ costNanoUsd }) => costNanoUsd),
      weights,
    ),
    steps: cascade.models.slice(0, -1).map((model, at) => {
      const reached = walked.filter(({ by }) => by >= at);
      const accepted = reached.filter(({ by }) => by === at);
      const right = accepted.filter(({ one }) => one.steps[at]?.quality === 1);
      return {
        model,
        accepted: rateOf(accepted.length, reached.length, confidence),
        precision: rateOf(right.length, accepted.length, confidence),
      };
    }),
  };
}

export function rateOf(count: number, of: number, confidence: number): Rate {
  return { share: of === 0 ? null : count / of, count, of, ...wilson(count, of, confidence) };
}

/** The lower end of a one-sided interval: what the quality is at least, as sure as `confidence` says. */
export function leastQuality(cases: readonly Case[], walks: readonly Walk[], confidence: number): number {
  const weights = cases.map(({ weight }) => weight);
  const trials = effectiveTrials(weights);
  const share = weightedMean(
    walks.map(({ quality }) => quality),
    weights,
  );
  return wilson(share * trials, trials, 2 * confidence - 1).low;
}

export function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  let whole = 0;
  for (const [at, value] of values.entries()) {
    const weight = weights[at] ?? 1;
    sum += value * weight;
    whole += weight;
  }
  return whole === 0 ? 0 : sum / whole;
}
