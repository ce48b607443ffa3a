// What is known of the judges of one task: how far each agrees with labels, and what moves its verdicts that should not. Data only, kept as
// a file for review.
import type { NanoUsd } from '../../call/money.ts';
import type { JudgesConfig } from '../../config/config.ts';
import type { Interval } from '../../stats/proportion.ts';

export interface JudgeReport {
  version: 1;
  task: string;
  /** ISO 8601, UTC. */
  madeAt: string;
  /** Of the samples that were graded with. */
  samples: { count: number; digest: string };
  limits: JudgesConfig;
  /** How sure the intervals are. */
  confidence: number;
  judges: JudgeGrading[];
}

/** `open`: the intervals do not allow a verdict yet. */
export type Trust = 'trusted' | 'open' | 'untrusted';

export interface JudgeGrading {
  /** Name of the configured model. */
  judge: string;
  /** `provider/model` of its deployments: the judge that was graded, whatever it is called. */
  upstream: string[];
  rubric: string;
  /** Score from which on an answer passes. */
  min: number;
  labels: LabelCount;
  /** Of the labelled answers that were to be asked about, those about which it has not been, or could not be. */
  missing: number;
  confusion: Confusion;
  /** Verdicts that could not be read. They count as refusals, which is what they are in production. */
  unreadable: number;
  agreement: Share;
  /** Cohen's kappa; null where it has no meaning. */
  kappa: ({ value: number; standardError: number } & Interval) | null;
  /** Of the wrong answers, how many it lets pass. */
  falsePass: Share;
  /** Of the right answers, how many it refuses. */
  falseRefuse: Share;
  cost: VerdictCost;
  position: PositionBias;
  length: Lean;
  /** Of its own maker; `none` where no two answers differ in that. */
  own: Lean;
  /** How often it prefers the right one of a right and a wrong answer, in both orders. */
  rightOverWrong: Share;
  /** Whether its word as a gate counts. */
  verdict: Trust;
  /** Labelled answers that a verdict would take beside these; null when none are missing or when it cannot be told. */
  moreLabels: number | null;
  say: string;
  /** Whether its word counts where two answers are compared. */
  pairwise: { verdict: Trust; say: string };
}

export interface LabelCount {
  /** Answers with a label and a verdict. */
  count: number;
  right: number;
  wrong: number;
  /** Labels by a person; the others are by references. */
  graded: number;
  /** Samples they belong to. */
  samples: number;
  /** As many as would tell as much if no two belonged to one sample. */
  effective: number;
}

export interface Confusion {
  rightPassed: number;
  rightRefused: number;
  wrongPassed: number;
  wrongRefused: number;
}

/** A share with its interval; null of nothing. */
export interface Share extends Interval {
  share: number | null;
  count: number;
  of: number;
}

export interface VerdictCost {
  /** Verdicts whose cost is known. */
  known: number;
  totalNanoUsd: NanoUsd;
  /** With a fraction; null when no cost is known. */
  perVerdictNanoUsd: number | null;
}

export interface PositionBias {
  /** Pairs that were asked in both orders and whose two verdicts could be read. */
  pairs: number;
  /** Pairs that were asked and one of whose verdicts could not be read. */
  unreadable: number;
  /** Whose verdict goes with the order. */
  flipped: Share;
  /** Of those, whose verdicts lean to the first place. */
  toFirst: Share;
  /** Exact two-sided probability of such a division by chance; null without any. */
  chance: number | null;
  is: BiasState;
}

/** `none`: no more than the limit. `found`: more. `open`: the interval holds the limit. `unknown`: nothing was asked. */
export type BiasState = 'none' | 'found' | 'open' | 'unknown';

/** How far verdicts lean to one kind of answer (the longer, the own) among answers with the same label. */
export interface Lean {
  /** Of pairs with a preference that holds in both orders: how often the one of the kind; chance is one half. */
  preferred: Share;
  /** Exact two-sided probability of such a division by chance; null without any. */
  chance: number | null;
  inPairs: BiasState;
  /** Mean score of the kind less mean score of the other, over samples that have both; null without enough of them. */
  scored: ({ mean: number; samples: number } & Interval) | null;
  inScores: BiasState;
}
