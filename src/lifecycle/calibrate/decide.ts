// Chooses thresholds on one half of the cases and decides by the other whether they are to be taken. A threshold that only fits the half it
// was chosen by does not get past here.

import { showUsd } from '../../ledger/display.ts';
import { pairedDifference } from '../../stats/bootstrap.ts';
import { shareDifference, trialsToSettle } from '../../stats/proportion.ts';
import { percent } from '../profile/verdict.ts';
import type { Calibration, Change } from './calibration.ts';
import { type Cascade, type Case, figuresOf, leastQuality, straight, type Walk } from './cascade.ts';
import { isPassed } from './dial.ts';
import { searchThresholds, type Target, type Tried, tryOut } from './search.ts';
import { type Split, splitCases } from './split.ts';

export type Decision = Pick<
  Calibration,
  'verdict' | 'say' | 'inForce' | 'straight' | 'chosen' | 'difference' | 'lift'
> & { thresholds: readonly number[] | null };

/** `minCases`: how many each half has to have. */
export function decide(
  cascade: Cascade,
  cases: readonly Case[],
  { target, minCases }: { target: Target; minCases: number },
): Decision & { split: Split } {
  const split = splitCases(cases);
  return { ...decideOn(cascade, split, { target, minCases }), split };
}

const NOTHING = { inForce: null, straight: null, chosen: null, difference: null, lift: null, thresholds: null };

function decideOn(
  cascade: Cascade,
  split: Split,
  { target, minCases }: { target: Target; minCases: number },
): Decision {
  const { choose, report } = split;
  const few = Math.min(choose.length, report.length);
  if (few < minCases)
    return {
      ...NOTHING,
      verdict: 'few',
      say: `${few} labelled answers in the smaller half, and ${minCases} are the least`,
    };
  const inForce = cascade.dials.map(({ value }) => value);
  const onReport = compared(cascade, report, { thresholds: inForce, confidence: target.confidence });
  const found = searchThresholds(cascade, choose, target);
  if (found === null) return { ...NOTHING, ...onReport.base, ...unreachable(cascade, choose, target) };
  return judgeFound({ cascade, split, target, found, onReport });
}

/** Whether the last model alone would do it tells whether labels are missing or a better model is. */
function unreachable(
  { models }: Cascade,
  choose: readonly Case[],
  { quality, confidence }: Target,
): Pick<Decision, 'verdict' | 'say'> {
  const last = models.at(-1) ?? '';
  const walks = choose.map(straight);
  const share = walks.reduce((sum, walk) => sum + walk.quality, 0) / walks.length;
  const least = leastQuality(choose, walks, confidence);
  const found = `${last} alone is right in ${percent(share)}, at least ${percent(least)}`;
  if (share < quality) return { verdict: 'none', say: `no threshold reaches ${percent(quality)}: ${found}` };
  if (least >= quality)
    return { verdict: 'none', say: `no threshold reaches ${percent(quality)}, and ${found}: send everything there` };
  const wanted = trialsToSettle(share, { low: quality, high: 1 }, { confidence: 2 * confidence - 1 });
  const more = wanted === null ? '' : `; about ${Math.max(1, 2 * (wanted - choose.length))} more labels would tell`;
  return {
    verdict: 'few',
    say: `that ${percent(quality)} is reached cannot be shown with so few labels: ${found}${more}`,
  };
}

interface Found {
  cascade: Cascade;
  split: Split;
  target: Target;
  found: Tried;
  onReport: Compared;
}

function judgeFound({ cascade, split, target, found, onReport }: Found): Decision {
  const { report, choose } = split;
  const { confidence, quality } = target;
  const after = tryOut(cascade, report, { thresholds: found.thresholds, confidence });
  const chosen = figuresOf(cascade, report, after.walks, confidence);
  const lift = liftOf(cascade, report, found.thresholds, confidence);
  const difference = {
    quality: changeOf(report, onReport.walks, after.walks, ({ quality: share }) => share),
    costNanoUsd: changeOf(report, onReport.walks, after.walks, ({ costNanoUsd }) => costNanoUsd),
  };
  const rest = { ...onReport.base, chosen, difference, lift, thresholds: found.thresholds };
  const none = (say: string): Decision => ({ ...rest, verdict: 'none', say: `no threshold helps: ${say}` });
  if (lift !== null && !(lift.low > 0))
    return none(
      `on the other half, answers that pass are not right more often than those that do not (${sayLift(lift)})`,
    );
  if (chosen.quality.share < quality)
    return none(
      `what was chosen on one half reaches ${percent(chosen.quality.share)} on the other, not ${percent(quality)}`,
    );
  const saved = changeOf(report, report.map(straight), after.walks, ({ costNanoUsd }) => costNanoUsd);
  if (!(saved.high < 0))
    return none(
      `sending everything to ${cascade.models.at(-1)} is as cheap (${showUsd(Math.round(saved.mean))} a call apart)`,
    );
  const before = cascade.dials.map(({ value }) => value);
  const wasEnough = tryOut(cascade, choose, { thresholds: before, confidence }).least >= quality;
  const isBetter = wasEnough ? difference.costNanoUsd.high < 0 : difference.quality.mean > 0;
  if (!isBetter) return { ...rest, verdict: 'keep', say: sayKeep(onReport, wasEnough, quality) };
  return { ...rest, verdict: 'change', say: sayChange(onReport, chosen, target) };
}

interface Compared {
  walks: Walk[];
  base: Pick<Decision, 'inForce' | 'straight'>;
}

function compared(
  cascade: Cascade,
  report: readonly Case[],
  how: { thresholds: readonly number[]; confidence: number },
): Compared {
  const { walks } = tryOut(cascade, report, how);
  const last = figuresOf(cascade, report, report.map(straight), how.confidence);
  return {
    walks,
    base: { inForce: figuresOf(cascade, report, walks, how.confidence), straight: { ...last, steps: [] } },
  };
}

/** Of the answers before the last model that came to the dials: those that pass all of them against those that do not. */
function liftOf(
  { dials, models }: Cascade,
  cases: readonly Case[],
  thresholds: readonly number[],
  confidence: number,
): Decision['lift'] {
  const steps = cases.flatMap((one) => one.steps.slice(0, models.length - 1)).filter(({ isSound }) => isSound);
  const passes = ({ measures }: (typeof steps)[number]): boolean =>
    dials.every((dial, at) => isPassed(dial, measures[at] as number, thresholds[at] as number));
  const [passed, refused] = [steps.filter(passes), steps.filter((step) => !passes(step))];
  if (refused.length === 0) return null;
  const count = (group: typeof steps) => ({
    passed: group.filter(({ quality }) => quality === 1).length,
    trials: group.length,
  });
  return shareDifference(count(passed), count(refused), confidence);
}

function changeOf(
  cases: readonly Case[],
  before: readonly Walk[],
  after: readonly Walk[],
  of: (walk: Walk) => number,
): Change {
  const pairs = cases.map(({ weight }, at) => ({
    before: of(before[at] as Walk),
    after: of(after[at] as Walk),
    weight,
  }));
  return pairedDifference(pairs) ?? { mean: 0, low: 0, high: 0 };
}

function sayLift({ mean, low, high }: NonNullable<Decision['lift']>): string {
  return mean === null ? 'none passes' : `${points(mean)} points apart, ${points(low)} to ${points(high)}`;
}

function points(share: number): string {
  return String(Math.round(share * 1000) / 10);
}

function sayKeep({ base }: Compared, wasEnough: boolean, quality: number): string {
  const { share } = base.inForce?.quality ?? { share: 0 };
  return wasEnough
    ? `the thresholds in force are as cheap as any that reach ${percent(quality)}: ${percent(share)} are right`
    : `the thresholds in force are right in ${percent(share)}, and others were not better on the other half`;
}

function sayChange({ base }: Compared, chosen: NonNullable<Decision['chosen']>, { quality }: Target): string {
  const before = base.inForce;
  if (before === null) return '';
  const cost = 1 - chosen.perCallNanoUsd / before.perCallNanoUsd;
  const price = cost >= 0 ? `for ${percent(cost)} less` : `for ${percent(-cost)} more`;
  return `${percent(chosen.quality.share)} right in place of ${percent(before.quality.share)}, ${price} a call, with ${percent(quality)} as the target`;
}
