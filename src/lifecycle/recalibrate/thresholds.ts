// Bounds of gates that hold a score against a number, raised where accepted answers are not as good as they should be. Chosen on one half of
// the answers of which canaries tell whether they are right, and reported on the other. Canaries are made of accepted answers only, so what
// lies below today's numbers nobody has seen: no number is ever lowered here.
import type { Path } from '../../config/problem.ts';
import { hashText } from '../../stats/hash.ts';
import { type Interval, shareDifference, trialsToSettle, wilson } from '../../stats/proportion.ts';
import { numbersOf, type Target } from '../calibrate/search.ts';
import { percent, percentRange } from '../profile/verdict.ts';
import { effectiveOf, type Share, shareOf } from './weights.ts';

export interface ThresholdDial {
  /** Where the number stands in the configuration. */
  path: Path;
  /** `confidence.min` */
  name: string;
  inForce: number;
}

/** An accepted answer of which it is known whether it is right. */
export interface ScoredAnswer {
  /** Of its call. */
  id: string;
  weight: number;
  /** By dial; null where the gate had nothing to score, and passes whatever the number is. */
  scores: readonly (number | null)[];
  /** 0 to 1. */
  right: number;
}

export interface ThresholdsRefit {
  /** `none`: there is nothing to turn, or no number helps. */
  verdict: 'change' | 'keep' | 'none' | 'few';
  say: string;
  dials: (ThresholdDial & { chosen: number | null })[];
  target: number | null;
  /** Answers of which it is known whether they are right, and what they are worth. */
  answers: number;
  effective: number;
  /** How right accepted answers are today; null when too little is known. */
  today: Share | null;
  /** On the half that was not chosen by; null when it did not come so far. */
  accepted: { inForce: Accepted; chosen: Accepted } | null;
}

export interface Accepted {
  quality: Share;
  /** Of the answers that are accepted today, how many still would be. */
  kept: number;
}

/** Graded answers that it takes. */
export const LEAST_ANSWERS = 50;
const MOST_ROUNDS = 10;
const HALVES_SEED = 7;

/** `target`: what accepted answers are to be right in, and how sure that has to be. The same answers give the same numbers. */
export function refitThresholds(
  answers: readonly ScoredAnswer[],
  dials: readonly ThresholdDial[],
  target: Target,
): ThresholdsRefit {
  const effective = effectiveOf(answers);
  const blank: ThresholdsRefit = {
    verdict: 'none',
    say: 'none of its gates holds a score against a number',
    dials: dials.map((dial) => ({ ...dial, chosen: null })),
    target: target.quality,
    answers: answers.length,
    effective,
    today: null,
    accepted: null,
  };
  if (dials.length === 0) return { ...blank, target: null };
  if (effective < LEAST_ANSWERS)
    return {
      ...blank,
      verdict: 'few',
      say: `of ${Math.floor(effective)} accepted answers with a score it is known whether they are right, and ${LEAST_ANSWERS} are the least`,
    };
  const today = shareOf(answers, (at) => answers[at]?.right ?? 0, target.confidence) as Share;
  const found = `of the answers that pass ${percent(today.share)} are right (${percentRange(today)})`;
  if (today.share >= target.quality)
    return {
      ...blank,
      today,
      verdict: 'keep',
      say: `${found}, ${percent(target.quality)} are wanted; whether lower numbers would do, only \`tierline calibrate\` can tell, for canaries are made of accepted answers`,
    };
  return { ...blank, today, ...chooseOn(halvesOf(answers), { dials, target, found }) };
}

interface Halves {
  choose: ScoredAnswer[];
  report: ScoredAnswer[];
}

/** By the ids of the calls alone, so that every run divides them alike. */
export function halvesOf<Item extends { id: string }>(items: readonly Item[]): { choose: Item[]; report: Item[] } {
  return { choose: items.filter(({ id }) => !isReported(id)), report: items.filter(({ id }) => isReported(id)) };
}

/** Whether a call is of the half that nothing is chosen by. */
export function isReported(id: string): boolean {
  return hashText(id, HALVES_SEED) % 2 === 1;
}

interface Choosing {
  dials: readonly ThresholdDial[];
  target: Target;
  found: string;
}

type Chosen = Pick<ThresholdsRefit, 'verdict' | 'say' | 'accepted'> & Partial<Pick<ThresholdsRefit, 'dials'>>;

function chooseOn({ choose, report }: Halves, { dials, target, found }: Choosing): Chosen {
  const best = search(choose, dials, target);
  if (best === null || best.least < target.quality)
    return { accepted: null, ...unreachable(choose, { target, found, best }) };
  const accepted = {
    inForce: acceptedOf(
      report,
      dials.map(({ inForce }) => inForce),
      target.confidence,
    ),
    chosen: acceptedOf(report, best.numbers, target.confidence),
  };
  const turned = { dials: dials.map((dial, at) => ({ ...dial, chosen: best.numbers[at] ?? null })) };
  const lift = liftOf(report, best.numbers, target.confidence);
  const { quality, kept } = accepted.chosen;
  const none = (say: string): Chosen => ({ verdict: 'none', say: `${found}, and no number helps: ${say}`, accepted });
  if (!(lift.low > 0))
    return none(
      'on the other half, answers that would still pass are not surely right more often than those that would not',
    );
  if (quality.share < target.quality)
    return none(
      `what was chosen on one half reaches ${percent(quality.share)} on the other, not ${percent(target.quality)}`,
    );
  const say = `${found}, ${percent(target.quality)} are wanted; ${percent(quality.share)} (${percentRange(quality)}) of those that would still pass, for ${percent(1 - kept)} of them going on to the next model`;
  return { verdict: 'change', say, accepted, ...turned };
}

interface Tried {
  numbers: readonly number[];
  /** The lower end of how right the accepted are. */
  least: number;
  /** Weight of the accepted. */
  kept: number;
}

/** The numbers that keep the most answers of those whose accepted answers are surely good enough; else those whose are the surest. */
function search(answers: readonly ScoredAnswer[], dials: readonly ThresholdDial[], target: Target): Tried | null {
  const numbers = dials.map(({ inForce }, at) => {
    const measures = answers.flatMap(({ scores }) => scores[at] ?? []);
    return numbersOf({ side: 'min', unit: 'share', value: inForce }, measures).filter((number) => number >= inForce);
  });
  let best: Tried | null = null;
  // One dial after the other, from each dial turned first; with one dial that is exact.
  for (const [first] of dials.entries()) {
    const order = [first, ...[...dials.keys()].filter((at) => at !== first)];
    const end = climb(answers, { numbers, order, target, from: dials.map(({ inForce }) => inForce) });
    if (best === null || isBetter(end, best, target)) best = end;
  }
  return best;
}

function climb(
  answers: readonly ScoredAnswer[],
  {
    numbers,
    order,
    target,
    from,
  }: { numbers: readonly (readonly number[])[]; order: readonly number[]; target: Target; from: readonly number[] },
): Tried {
  let best = tryOut(answers, from, target.confidence);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = best;
    for (const at of order) {
      for (const number of numbers[at] ?? []) {
        const tried = tryOut(answers, best.numbers.with(at, number), target.confidence);
        if (isBetter(tried, best, target)) best = tried;
      }
    }
    if (best === before) break;
  }
  return best;
}

function isBetter(one: Tried, other: Tried, { quality }: Target): boolean {
  const [isEnough, wasEnough] = [one.least >= quality, other.least >= quality];
  if (isEnough !== wasEnough) return isEnough;
  return isEnough
    ? one.kept > other.kept || (one.kept === other.kept && one.least > other.least)
    : one.least > other.least;
}

function passes({ scores }: ScoredAnswer, numbers: readonly number[]): boolean {
  return numbers.every((number, at) => (scores[at] ?? Number.POSITIVE_INFINITY) >= number);
}

function tryOut(answers: readonly ScoredAnswer[], numbers: readonly number[], confidence: number): Tried {
  const kept = answers.filter((answer) => passes(answer, numbers));
  const share = shareOf(kept, (at) => kept[at]?.right ?? 0, 2 * confidence - 1);
  return { numbers, least: share?.low ?? 0, kept: weightOf(kept) };
}

function weightOf(answers: readonly ScoredAnswer[]): number {
  return answers.reduce((sum, { weight }) => sum + weight, 0);
}

function acceptedOf(answers: readonly ScoredAnswer[], numbers: readonly number[], confidence: number): Accepted {
  const kept = answers.filter((answer) => passes(answer, numbers));
  const quality = shareOf(kept, (at) => kept[at]?.right ?? 0, confidence) ?? { share: 0, low: 0, high: 1 };
  return { quality, kept: weightOf(kept) / weightOf(answers) };
}

/** By how much answers that would still pass are right more often than those that would not. */
function liftOf(answers: readonly ScoredAnswer[], numbers: readonly number[], confidence: number): Interval {
  const counted = (some: readonly ScoredAnswer[]) => {
    const trials = effectiveOf(some);
    return { passed: (shareOf(some, (at) => some[at]?.right ?? 0, confidence)?.share ?? 0) * trials, trials };
  };
  const [kept, gone] = [true, false].map((wanted) => answers.filter((answer) => passes(answer, numbers) === wanted));
  return shareDifference(counted(kept ?? []), counted(gone ?? []), confidence);
}

/** Whether more answers would do it, or better ones. */
function unreachable(
  choose: readonly ScoredAnswer[],
  { target, found, best }: { target: Target; found: string; best: Tried | null },
): Pick<ThresholdsRefit, 'verdict' | 'say'> {
  const { quality, confidence } = target;
  const effective = effectiveOf(choose);
  const wanted = `${found}, ${percent(quality)} are wanted`;
  if (wilson(effective, effective, 2 * confidence - 1).low < quality) {
    const trials = trialsToSettle(1, { low: quality, high: 1 }, { confidence: 2 * confidence - 1 });
    const more = trials === null ? '' : `: it takes ${2 * trials} at least, and there are ${Math.floor(2 * effective)}`;
    return { verdict: 'few', say: `${wanted}, and so few answers could not show it for any number${more}` };
  }
  return {
    verdict: 'none',
    say: `${wanted}, and no number is surely enough: the best is at least ${percent(best?.least ?? 0)}`,
  };
}
