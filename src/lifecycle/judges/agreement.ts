// How far a judge agrees with labels. Pure arithmetic over verdicts.
import type { NanoUsd } from '../../call/money.ts';
import { designEffect } from '../../stats/clusters.ts';
import { kappaOf } from '../../stats/kappa.ts';
import { wilson } from '../../stats/proportion.ts';
import type { JudgeGrading, Share, VerdictCost } from './judge-report.ts';
import type { Labelled } from './labelled.ts';

/** What a judge said of a labelled answer. */
export interface Graded {
  labelled: Labelled;
  /** Null when its reply could not be read. */
  score: number | null;
  /** Whether the gate would let it pass. */
  isPassed: boolean;
  costNanoUsd: NanoUsd | null;
}

type Agreement = Pick<
  JudgeGrading,
  'labels' | 'confusion' | 'unreadable' | 'agreement' | 'kappa' | 'falsePass' | 'falseRefuse' | 'cost'
>;

/** Answers to one sample are alike, so every interval is as wide as their samples make it. */
export function agreementOf(graded: readonly Graded[], confidence: number): Agreement {
  const count = (isRight: boolean, isPassed: boolean): number =>
    graded.filter((one) => one.labelled.isRight === isRight && one.isPassed === isPassed).length;
  const confusion = {
    rightPassed: count(true, true),
    rightRefused: count(true, false),
    wrongPassed: count(false, true),
    wrongRefused: count(false, false),
  };
  const right = graded.filter(({ labelled }) => labelled.isRight);
  const wrong = graded.filter(({ labelled }) => !labelled.isRight);
  const agrees = ({ labelled, isPassed }: Graded): boolean => labelled.isRight === isPassed;
  const design = designOf(graded, agrees);
  const { kappa, standardError, low, high } = kappaOf(
    [
      [confusion.rightPassed, confusion.rightRefused],
      [confusion.wrongPassed, confusion.wrongRefused],
    ],
    { confidence, design },
  );
  return {
    labels: {
      count: graded.length,
      right: right.length,
      wrong: wrong.length,
      graded: graded.filter(({ labelled }) => labelled.by === 'person').length,
      samples: new Set(graded.map(({ labelled }) => labelled.sample)).size,
      effective: graded.length / design,
    },
    confusion,
    unreadable: graded.filter(({ score }) => score === null).length,
    agreement: shareOf(graded, agrees, confidence),
    kappa: kappa === null || standardError === null ? null : { value: kappa, standardError, low, high },
    falsePass: shareOf(wrong, ({ isPassed }) => isPassed, confidence),
    falseRefuse: shareOf(right, ({ isPassed }) => !isPassed, confidence),
    cost: costOf(graded),
  };
}

/** The share of those that are so, its interval widened where answers belong to one sample. */
export function shareOf<One extends { labelled: Pick<Labelled, 'sample'> }>(
  items: readonly One[],
  is: (one: One) => boolean,
  confidence: number,
): Share {
  const count = items.filter(is).length;
  const of = items.length;
  const trials = of / designOf(items, is);
  const share = of === 0 ? null : count / of;
  return { share, count, of, ...wilson((share ?? 0) * trials, trials, confidence) };
}

function designOf<One extends { labelled: Pick<Labelled, 'sample'> }>(
  items: readonly One[],
  is: (one: One) => boolean,
): number {
  const groups = Map.groupBy(items, ({ labelled }) => labelled.sample);
  return designEffect([...groups.values()].map((group) => group.map((one) => (is(one) ? 1 : 0))));
}

function costOf(graded: readonly Graded[]): VerdictCost {
  const costs = graded.flatMap(({ costNanoUsd }) => costNanoUsd ?? []);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  return {
    known: costs.length,
    totalNanoUsd: total,
    perVerdictNanoUsd: costs.length === 0 ? null : total / costs.length,
  };
}
