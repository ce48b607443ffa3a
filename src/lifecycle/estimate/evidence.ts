// What is known of a model on a task before anything is priced: tokens per call, pass rate, latency, what a check costs. It
// comes from the task's profile where there is one, else from what its owner says; where neither says anything it is null.

import { familyRatio } from '../../catalog/token-count.ts';
import type { TaskConfig } from '../../config/config.ts';
import { Fraction, sum } from '../../stats/fraction.ts';
import { wilson } from '../../stats/proportion.ts';
import type { KeptReply } from '../profile/answer.ts';
import type { ModelProfile, Profile } from '../profile/profile.ts';
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
  /** Share of the answers that the gates without costs let through to a judge; 1 when not known, which is the dearest. */
  judgedShare: Fraction;
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
  /** Mean cost of a judge's verdict by the judge's model, nano-dollars; of those that were asked. */
  judgeCosts: ReadonlyMap<string, Fraction>;
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
    acceptRate: measured === null || profile === null ? passRate : (acceptRateOf(measured, evidence) ?? passRate),
    judgedShare: measured === null ? Fraction.ONE : Fraction.of(cheapShareOf(measured, evidence).share),
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

const REFERENCE = 'reference';
const JUDGE = 'judge';

/**
 * What the gates let through that production has: all but the reference. Null without a reference, where the pass rate is that
 * already. A profile has each cheap gate's share of all answers, not which failures meet, and a judge's of those that passed everything
 * else: the share takes failures as independent, its interval leaves both open.
 */
function acceptRateOf(measured: ModelProfile, evidence: Evidence): Rate | null {
  const { profile } = evidence;
  const { passRate, byGate } = measured;
  if (profile?.gates.includes(REFERENCE) !== true || passRate.share === null) return null;
  const cheap = cheapShareOf(measured, evidence);
  const judges = byGate.filter(({ gate, judged }) => gate === JUDGE && judged > 0);
  const judged = judges.reduce((share, { passed, judged: asked }) => share * (passed / asked), cheap.share);
  const low = Math.min(cheap.high, judges.length > 0 ? passRate.share : Math.max(passRate.share, cheap.low));
  const end = (share: number) => wilson(share * passRate.trials, passRate.trials, profile.thresholds.confidence);
  return toRate(Math.max(low, judged), { low: end(low).low, high: end(cheap.high).high });
}

/** What the gates that cost nothing let through, 0 to 1; what the provider would not answer goes on like what they reject. */
function cheapShareOf(
  { byGate, judged, refused }: ModelProfile,
  { profile }: Evidence,
): { share: number; low: number; high: number } {
  const answered = judged === 0 ? 1 : (judged - refused) / judged;
  const shares = byGate
    .filter(({ gate, judged: own }) => gate !== REFERENCE && gate !== JUDGE && own > 0)
    // Several gates of one kind have one name, and one figure: the mean of theirs.
    .flatMap(
      ({ gate, passed, judged: own }) => profile?.gates.filter((name) => name === gate).map(() => passed / own) ?? [],
    );
  return {
    share: answered * shares.reduce((product, share) => product * share, 1),
    low: answered * Math.max(0, 1 - shares.reduce((failed, share) => failed + 1 - share, 0)),
    high: answered * Math.min(1, ...shares),
  };
}

/** What the verdict of all judges of a task costs, nano-dollars: nothing without one, null when one of them was never paid. */
export function judgeCostOf({ task, judgeCosts }: Pick<Evidence, 'task' | 'judgeCosts'>): Fraction | null {
  const costs = task.accept.flatMap((gate) => (gate.kind === 'judge' ? [judgeCosts.get(gate.model) ?? null] : []));
  return costs.every((cost) => cost !== null) ? sum(costs) : null;
}

/** Mean cost by model of verdicts that were paid for; models with a verdict of unknown cost are left out. */
export function judgeCostsOf(replies: Iterable<KeptReply>): Map<string, Fraction> {
  const paid = new Map<string, (number | null)[]>();
  for (const { model, costNanoUsd } of replies) paid.set(model, [...(paid.get(model) ?? []), costNanoUsd]);
  const means = [...paid].flatMap(([model, costs]): [string, Fraction][] => {
    const known = costs.filter((cost) => cost !== null);
    if (known.length < costs.length) return [];
    return [[model, sum(known.map((cost) => Fraction.of(cost))).over(Fraction.of(known.length))]];
  });
  return new Map(means);
}
