// Whether a judge's word counts: its figures against the limits of the configuration, in words.
import type { JudgesConfig } from '../../config/config.ts';
import { twoSidedZ } from '../../stats/normal.ts';
import { trialsToSettle } from '../../stats/proportion.ts';
import { UNREADABLE_IN_A_ROW } from '../profile/hearing.ts';
import { percent } from '../profile/verdict.ts';
import type { BiasState, JudgeGrading, Lean, PositionBias, Trust } from './judge-report.ts';

type Figures = Pick<JudgeGrading, 'labels' | 'unreadable' | 'kappa' | 'falsePass' | 'position' | 'length' | 'own'>;

export interface TrustLimits extends JudgesConfig {
  confidence: number;
}

/** One limit: whether it is held, and if that is open, which way it leans and how many labels would settle it (null: not to be told). */
type Point =
  | { is: 'held' | 'broken'; say: string }
  | { is: 'open'; tends: 'held' | 'broken'; more: number | null; say: string };

/** As a gate: it has to agree with labels, let few wrong answers pass, and its scores must not lean. */
export function trustOf(
  figures: Figures,
  limits: TrustLimits,
): Pick<JudgeGrading, 'verdict' | 'moreLabels' | 'say' | 'pairwise'> {
  return { ...gateTrust(figures, limits), pairwise: pairwiseTrust(figures) };
}

function gateTrust(figures: Figures, limits: TrustLimits): Pick<JudgeGrading, 'verdict' | 'moreLabels' | 'say'> {
  if (figures.labels.count === 0)
    return { verdict: 'open', moreLabels: limits.minLabels, say: 'nothing is labelled that it was asked about' };
  if (figures.unreadable === figures.labels.count) return noVerdicts(figures, limits);
  const few = countPoint(figures, limits);
  const points = [kappaPoint(figures, limits), passPoint(figures, limits)];
  const leans = [leanPoint(figures.length, LENGTH, 'inScores'), leanPoint(figures.own, OWN, 'inScores')];
  const broken = [...points, ...leans].filter(({ is }) => is === 'broken');
  // Few labels may look like anything.
  if (few === null && broken.length > 0) return { verdict: 'untrusted', moreLabels: null, say: join(broken) };
  const open = [...(few === null ? [] : [few]), ...points].filter((point) => point.is === 'open');
  if (open.length === 0) return { verdict: 'trusted', moreLabels: null, say: join(points) };
  const moreLabels = moreOf(open);
  const rest =
    moreLabels === null ? 'how many labels would tell is not known' : `about ${moreLabels} more labels would tell`;
  return { verdict: 'open', moreLabels, say: `${join(open)}; ${rest}` };
}

/** Replies that are no verdicts refuse everything: kappa and false passes would say something of a judge that says nothing. */
function noVerdicts({ unreadable }: Figures, { minLabels }: TrustLimits): ReturnType<typeof gateTrust> {
  const say = unreadable === 1 ? 'its only reply was no verdict' : `none of its ${unreadable} replies was a verdict`;
  if (unreadable >= UNREADABLE_IN_A_ROW) return { verdict: 'untrusted', moreLabels: null, say };
  return { verdict: 'open', moreLabels: Math.max(1, minLabels - unreadable), say };
}

/** One limit that is going to be broken settles it; otherwise all have to be held. */
function moreOf(open: readonly Extract<Point, { is: 'open' }>[]): number | null {
  const breaking = open.flatMap(({ tends, more }) => (tends === 'broken' && more !== null ? [more] : []));
  if (breaking.length > 0) return Math.min(...breaking);
  const wanted = open.map(({ more }) => more);
  return wanted.includes(null) ? null : Math.max(...wanted.map(Number));
}

function countPoint({ labels }: Figures, { minLabels }: TrustLimits): Point | null {
  const { count, effective } = labels;
  if (effective >= minLabels) return null;
  const worth = Math.floor(effective) < count ? `, worth ${Math.floor(effective)} of different samples` : '';
  const more = Math.ceil((minLabels - effective) * (count / effective));
  return { is: 'open', tends: 'held', more, say: `${count} labels${worth}, and ${minLabels} are the least` };
}

function kappaPoint({ kappa, labels }: Figures, { kappa: limit, confidence }: TrustLimits): Point {
  if (kappa === null) return { is: 'open', tends: 'held', more: null, say: sayNoKappa(labels) };
  const { value, low, high } = kappa;
  const found = `kappa ${figure(value)} (${figure(low)} to ${figure(high)})`;
  if (low >= limit) return { is: 'held', say: found };
  if (high < limit) return { is: 'broken', say: `${found}, under ${figure(limit)}` };
  // The interval shrinks with the root of the labels. Where agreement is perfect the error tells nothing, and its lower end does.
  const spread = Math.max(twoSidedZ(confidence) * kappa.standardError, value - low);
  const more = Math.ceil(labels.count * ((spread / (value - limit)) ** 2 - 1));
  return {
    is: 'open',
    tends: value >= limit ? 'held' : 'broken',
    more: more > MOST_LABELS ? null : Math.max(1, more),
    say: `${found}, which may be ${value >= limit ? 'under' : 'over'} ${figure(limit)}`,
  };
}

const MOST_LABELS = 100_000;

function sayNoKappa({ right, wrong }: Figures['labels']): string {
  if (right === 0) return 'no right answer is among the labels';
  return wrong === 0 ? 'no wrong answer is among the labels' : 'kappa has no meaning here';
}

function passPoint({ falsePass, labels }: Figures, { falsePass: limit, confidence }: TrustLimits): Point {
  const { share, low, high, count, of } = falsePass;
  if (share === null)
    return { is: 'open', tends: 'held', more: null, say: 'so nothing tells whether it lets wrong ones pass' };
  const found = `${count} of ${of} wrong answers passed (${percent(low)} to ${percent(high)})`;
  if (high <= limit) return { is: 'held', say: found };
  if (low > limit) return { is: 'broken', say: `${found}, over ${percent(limit)}` };
  const isOver = share > limit;
  const wrong = trialsToSettle(share, isOver ? { low: limit, high: 1 } : { low: 0, high: limit }, { confidence });
  return {
    is: 'open',
    tends: isOver ? 'broken' : 'held',
    more: wrong === null ? null : Math.max(1, Math.ceil(((wrong - of) * labels.count) / of)),
    say: `${found}, which may be ${isOver ? 'under' : 'over'} ${percent(limit)}`,
  };
}

/** Between two answers: the order may not decide, and neither may length or maker. */
function pairwiseTrust({ position, length, own }: Figures): JudgeGrading['pairwise'] {
  if (position.is === 'unknown') return { verdict: 'open', say: 'it has not been asked about pairs' };
  const states: BiasState[] = [position.is, length.inPairs, own.inPairs === 'unknown' ? 'none' : own.inPairs];
  const isClear = states.every((is) => is === 'none');
  const verdict: Trust = states.includes('found') ? 'untrusted' : isClear ? 'trusted' : 'open';
  const leans = [leanPoint(length, LENGTH, 'inPairs'), leanPoint(own, OWN, 'inPairs')].filter(
    ({ is }) => is === 'broken',
  );
  return { verdict, say: [sayPosition(position), ...leans.map(({ say }) => say)].join('; ') };
}

function sayPosition({ flipped, toFirst, chance }: PositionBias): string {
  const { low, high, count, of } = flipped;
  const found = `${count} of ${of} verdicts went with the order (${percent(low)} to ${percent(high)})`;
  if (chance === null || chance >= 0.05) return found;
  const isFirst = toFirst.count * 2 > toFirst.of;
  return `${found}, ${isFirst ? toFirst.count : toFirst.of - toFirst.count} of them to the ${isFirst ? 'first' : 'second'}`;
}

/** What leans to what, and what is left. */
const LENGTH = ['the longer answer', 'the shorter answer'] as const;
const OWN = ['answers of its own maker', "other makers' answers"] as const;

function leanPoint(lean: Lean, [kind, rest]: readonly [string, string], where: 'inPairs' | 'inScores'): Point {
  const { preferred, scored } = lean;
  const is = lean[where] === 'found' ? 'broken' : 'held';
  if (where === 'inScores') {
    const by = scored === null ? 0 : scored.mean;
    return { is, say: `${by >= 0 ? kind : rest} scores ${figure(Math.abs(by))} higher than one that is as good` };
  }
  const isKind = preferred.count * 2 >= preferred.of;
  const count = isKind ? preferred.count : preferred.of - preferred.count;
  return { is, say: `it prefers ${isKind ? kind : rest} in ${count} of ${preferred.of} pairs that are as good` };
}

function join(points: readonly { say: string }[]): string {
  return points.map(({ say }) => say).join(', ');
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}
