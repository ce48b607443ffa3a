// What moves a judge that should not: the order of two answers, their length, who made them. Measured where it can be told from quality:
// between answers with the same label.
import { settleOrders } from '../../gate/pairwise-prompt.ts';
import { binomialTest } from '../../stats/binomial.ts';
import { pairedDifference } from '../../stats/bootstrap.ts';
import type { Interval } from '../../stats/proportion.ts';
import { mean } from '../../stats/quantile.ts';
import { type Graded, shareOf } from './agreement.ts';
import type { BiasState, Lean, PositionBias, Share } from './judge-report.ts';
import type { Labelled } from './labelled.ts';
import { isAlike, type Pair, type PairVerdict, pairsOf, preferredOf } from './pairs.ts';

export interface BiasLimits {
  /** How much is too much, 0 to 1. */
  bias: number;
  confidence: number;
}

/** `flipped` counts every pair whose verdict is not the same in both orders. */
export function positionBias(verdicts: readonly PairVerdict[], { bias, confidence }: BiasLimits): PositionBias {
  const asked = verdicts.flatMap((verdict) =>
    verdict.asked === null || verdict.turned === null
      ? []
      : [{ labelled: verdict.one, places: [verdict.asked, verdict.turned] as const }],
  );
  const flipped = asked.filter(({ places }) => settleOrders(...places) === 'flipped');
  const toFirst = shareOf(flipped, ({ places }) => places.includes('A'), confidence);
  const share = shareOf(asked, ({ places }) => settleOrders(...places) === 'flipped', confidence);
  return {
    pairs: asked.length,
    unreadable: verdicts.length - asked.length,
    flipped: share,
    toFirst,
    chance: flipped.length === 0 ? null : binomialTest(toFirst.count, toFirst.of),
    is: asked.length === 0 ? 'unknown' : stateOf(share, { low: 0, high: bias }),
  };
}

/** How often the right one of a right and a wrong answer is preferred in both orders. */
export function rightOverWrong(verdicts: readonly PairVerdict[], confidence: number): Share {
  const unlike = verdicts.filter((verdict) => !isAlike(verdict) && verdict.asked !== null && verdict.turned !== null);
  const items = unlike.map((verdict) => ({ labelled: verdict.one, isRight: preferredOf(verdict)?.isRight === true }));
  return shareOf(items, ({ isRight }) => isRight, confidence);
}

/** The one of two answers that is of a kind; null when both are or neither. */
export type Kind = (pair: Pair) => Labelled | null;

/** The longer of the two, calls included. */
export const longer: Kind = ({ one, other }) => {
  const difference = lengthOf(one) - lengthOf(other);
  return difference === 0 ? null : difference > 0 ? one : other;
};

function lengthOf({ answer: { text, toolCalls } }: Labelled): number {
  return text.trim().length + toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
}

/** The one that only models of this maker gave, where the other is by known makers only and none of them is this. */
export function madeBy(maker: string | null): Kind {
  return ({ one, other }) => {
    if (maker === null || one.makers.length === 0 || other.makers.length === 0) return null;
    const isOne = one.makers.includes(maker);
    const isOther = other.makers.includes(maker);
    return isOne === isOther ? null : isOne ? one : other;
  };
}

/** How verdicts on pairs, and scores of single answers, lean to one kind among answers with the same label. */
export function leanTo(
  kind: Kind,
  { verdicts, graded }: { verdicts: readonly PairVerdict[]; graded: readonly Graded[] },
  { bias, confidence }: BiasLimits,
): Lean {
  const decided = verdicts.filter(isAlike).flatMap((verdict) => {
    const marked = kind(verdict);
    const better = preferredOf(verdict);
    return marked === null || better === null ? [] : [{ labelled: marked, isWon: better === marked }];
  });
  const preferred = shareOf(decided, ({ isWon }) => isWon, confidence);
  const scored = scoreLean(kind, graded, confidence);
  return {
    preferred,
    chance: decided.length === 0 ? null : binomialTest(preferred.count, preferred.of),
    inPairs: decided.length === 0 ? 'unknown' : stateOf(preferred, { low: 0.5 - bias, high: 0.5 + bias }),
    scored,
    inScores: scored === null ? 'unknown' : stateOf(scored, { low: -bias, high: bias }),
  };
}

/** Samples, not pairs, are drawn anew: pairs of one sample are alike. */
function scoreLean(kind: Kind, graded: readonly Graded[], confidence: number): Lean['scored'] {
  const scores = new Map(graded.flatMap(({ labelled, score }) => (score === null ? [] : [[labelled, score] as const])));
  const bySample = new Map<string, number[]>();
  for (const pair of pairsOf([...scores.keys()]).filter(isAlike)) {
    const marked = kind(pair);
    if (marked === null) continue;
    const unmarked = marked === pair.one ? pair.other : pair.one;
    const difference = (scores.get(marked) as number) - (scores.get(unmarked) as number);
    bySample.set(marked.sample, [...(bySample.get(marked.sample) ?? []), difference]);
  }
  const pairs = [...bySample.values()].map((differences) => ({ before: 0, after: mean(differences) as number }));
  // Of a handful of samples resampling tells nothing but what they were.
  if (pairs.length < LEAST_SAMPLES) return null;
  const found = pairedDifference(pairs, { confidence });
  return found === null ? null : { ...found, samples: pairs.length };
}

const LEAST_SAMPLES = 10;

function stateOf({ low, high }: Interval, band: Interval): BiasState {
  if (low > band.high || high < band.low) return 'found';
  return low >= band.low && high <= band.high ? 'none' : 'open';
}
