// What is known of a model on a task before anything is priced: tokens per call, pass rate, latency, what a check costs. It
// comes from the task's profile where there is one, else from what its owner says; where neither says anything it is null.

import { familyRatio } from '../../catalog/token-count.ts';
import type { TaskConfig } from '../../config/config.ts';
import { Fraction } from '../../stats/fraction.ts';
import type { ModelProfile, PassRate, Profile } from '../profile/profile.ts';
import { type EstimatedModel, tokenizerOf } from './model.ts';
import type { Tokens } from './price.ts';

export interface Rate {
  share: Fraction;
  /** Null for a rate that nobody measured. */
  interval: { low: Fraction; high: Fraction } | null;
  from: 'profile' | 'configuration';
}

export interface Known {
  tokens: { input: Fraction; output: Fraction } | null;
  /** Whether the tokens were measured on this model, or scaled from another count. */
  tokensFrom: 'profile' | 'scaled' | 'configuration' | null;
  /** Share of the answers that are good: with the reference, where the samples have one. */
  passRate: Rate | null;
  /** Share of the answers that the gates let through, who know no reference: what is not escalated. */
  acceptRate: Rate | null;
  /** What judges cost on an answer of it, nano-dollars; null when not known. */
  checkCost: Fraction | null;
  /** Mean time to the complete answer, milliseconds. */
  latencyMs: number | null;
  /** What a call cost on average while profiling, nano-dollars, with whatever the provider's cache gave then. */
  paidPerCall: Fraction | null;
}

export interface Evidence {
  task: TaskConfig;
  profile: Profile | null;
  /** Whose counting the task's typical tokens are taken to be; null without a baseline. */
  counter: EstimatedModel | null;
  /** Whether the task makes vectors, which have no output. */
  isVectors: boolean;
}

export function knownOf(model: EstimatedModel, evidence: Evidence): Known {
  const { task, profile } = evidence;
  const measured = profile?.models.find(({ model: name }) => name === model.name) ?? null;
  const { share, low, high } = measured?.passRate ?? { share: null, low: 0, high: 1 };
  const expected: Rate | null =
    task.typicalPassRate === null
      ? null
      : { share: Fraction.of(task.typicalPassRate), interval: null, from: 'configuration' };
  const passRate = share === null ? expected : toRate(share, { low, high });
  return {
    ...tokensOn(model, measured, evidence),
    passRate,
    acceptRate: measured === null || measured.accepted.share === null ? passRate : rateFrom(measured.accepted),
    checkCost: checkCostOf(measured, evidence),
    latencyMs: measured?.latencyMs?.mean ?? null,
    paidPerCall: measured?.cost.perCallNanoUsd == null ? null : Fraction.of(measured.cost.perCallNanoUsd),
  };
}

export function toTokens({ input, output }: NonNullable<Known['tokens']>, cachedShare: Fraction): Tokens {
  return { input, output, cached: input.times(cachedShare), written: Fraction.ZERO, isSum: false };
}

function toRate(share: number, { low, high }: { low: number; high: number }): Rate {
  return {
    share: Fraction.of(share),
    interval: { low: Fraction.of(low), high: Fraction.of(high) },
    from: 'profile',
  };
}

/** Of a share that is known. */
function rateFrom({ share, low, high }: PassRate): Rate {
  return toRate(share ?? 0, { low, high });
}

function tokensOn(
  model: EstimatedModel,
  measured: ModelProfile | null,
  { task, profile, counter, isVectors }: Evidence,
): Pick<Known, 'tokens' | 'tokensFrom'> {
  const own = meansOf(measured);
  if (own !== null) return { tokens: own, tokensFrom: 'profile' };
  const typical = { input: task.input.typicalTokens, output: isVectors ? 0 : task.typicalOutputTokens };
  if (typical.input !== null && typical.output !== null) {
    const tokens = { input: Fraction.of(typical.input), output: Fraction.of(typical.output) };
    const ratio = counter === null ? Fraction.ONE : ratioOf(counter, model);
    return {
      tokens: scaled(tokens, ratio),
      tokensFrom: ratio.compare(Fraction.ONE) === 0 ? 'configuration' : 'scaled',
    };
  }
  // Somebody else's measurement, the baseline's before all others.
  const others = (profile?.models ?? []).toSorted(
    (one, other) => Number(other.model === counter?.name) - Number(one.model === counter?.name),
  );
  const other = others.find((one) => meansOf(one) !== null);
  const means = meansOf(other ?? null);
  if (means === null || counter === null || other?.model !== counter.name) return { tokens: null, tokensFrom: null };
  return { tokens: scaled(means, ratioOf(counter, model)), tokensFrom: 'scaled' };
}

function meansOf(measured: ModelProfile | null): Known['tokens'] {
  const [input, output] = [measured?.inputTokens?.mean, measured?.outputTokens?.mean];
  return input === undefined || output === undefined
    ? null
    : { input: Fraction.of(input), output: Fraction.of(output) };
}

function ratioOf(from: EstimatedModel, to: EstimatedModel): Fraction {
  const [one, other] = [tokenizerOf(from), tokenizerOf(to)];
  return one === other ? Fraction.ONE : Fraction.of(Number(familyRatio(one, other).toFixed(4)));
}

function scaled({ input, output }: NonNullable<Known['tokens']>, ratio: Fraction): NonNullable<Known['tokens']> {
  return { input: input.times(ratio), output: output.times(ratio) };
}

/** Nothing without a judge; of a model that was not measured as much as of the dearest that was. */
function checkCostOf(measured: ModelProfile | null, { task, profile }: Evidence): Fraction | null {
  if (task.accept.every(({ kind }) => kind !== 'judge')) return Fraction.ZERO;
  const models = measured === null ? (profile?.models ?? []) : [measured];
  const costs = models.filter(({ judged }) => judged > 0).map(({ judgingNanoUsd }) => judgingNanoUsd);
  if (costs.length === 0 || costs.includes(null)) return null;
  return Fraction.of(Math.max(...costs.map((cost) => cost ?? 0)));
}
