// Whether a judge's word counts: its figures against the limits of the configuration, in words.
import type { JudgesConfig } from '../../config/config.ts';
import { twoSidedZ } from '../../stats/normal.ts';
import { trialsToSettle } from '../../stats/proportion.ts';
import { percent } from '../profile/verdict.ts';
import type { BiasState, JudgeGrading, Lean, PositionBias, Trust } from './judge-report.ts';

type Figures = Pick<JudgeGrading, 'labels' | 'kappa' | 'falsePass' | 'position' | 'length' | 'own'>;

interface Point {
  is: 'held' | 'open' | 'broken';
  /** Labelled answers that would settle it; null when that cannot be told. */
  more: number | null;
  say: string;
}

/** As a gate: it has to agree with labels, let few wrong answers pass, and must not lean. */
export function trustOf(
  figures: Figures,
  limits: JudgesConfig,
  confidence: number,
): Pick<JudgeGrading, 'verdict' | 'moreLabels' | 'say' | 'pairwise'> {
  const { labels, length, own } = figures;
  const pairwise = pairwiseTrust(figures);
  if (labels.count === 0)
    return {
      verdict: 'open',
      moreLabels: limits.minLabels,
      say: 'nothing is labelled that it was asked about',
      pairwise,
    };
  const points = [
    countPoint(figures, limits),
    kappaPoint(figures, limits, confidence),
    passPoint(figures, limits, confidence),
  ];
  const leans = leanPoints({ length, own });
  // Few labels may look like anything.
  const isCounted = points[0]?.is === 'held';
  const broken = isCounted ? [...points, ...leans].filter(({ is }) => is === 'broken') : [];
  if (broken.length > 0) return { verdict: 'untrusted', moreLabels: null, say: join(broken), pairwise };
  const open = points.filter(({ is }) => is !== 'held');
  if (open.length === 0) return { verdict: 'trusted', moreLabels: null, say: join(points.slice(1)), pairwise };
  const wanted = open.map(({ more }) => more);
  const moreLabels = wanted.includes(null) ? null : Math.max(...wanted.map(Number));
  const rest =
    moreLabels === null ? 'how many more labels would tell is not known' : `about ${moreLabels} more labels would tell`;
  return { verdict: 'open', moreLabels, say: `${join(open)}; ${rest}`, pairwise };
}

function countPoint({ labels }: Figures, { minLabels }: JudgesConfig): Point {
  const { count, effective } = labels;
  if (effective >= minLabels) return { is: 'held', more: null, say: '' };
  const worth = Math.floor(effective) < count ? `, worth ${Math.floor(effective)} of different samples` : '';
  const more = Math.ceil((minLabels - effective) * (count / effective));
  return { is: 'open', more, say: `${count} labels${worth}, and ${minLabels} are the least` };
}

function kappaPoint({ kappa, labels }: Figures, { kappa: limit }: JudgesConfig, confidence: number): Point {
  if (kappa === null) {
    const missing = labels.wrong === 0 ? 'no wrong answer is among the labels' : 'no right answer is among the labels';
    return {
      is: 'open',
      more: null,
      say: labels.right === 0 || labels.wrong === 0 ? missing : 'kappa has no meaning here',
    };
  }
  const found = `kappa ${figure(kappa.value)} (${figure(kappa.low)} to ${figure(kappa.high)})`;
  if (kappa.low >= limit) return { is: 'held', more: null, say: found };
  if (kappa.high < limit) return { is: 'broken', more: null, say: `${found}, under ${figure(limit)}` };
  return {
    is: 'open',
    more: moreForKappa(kappa, labels, { limit, confidence }),
    say: `${found}, which may be under ${figure(limit)}`,
  };
}

/** The interval shrinks with the root of the labels. Where agreement is perfect its error tells nothing, and half its width does. */
function moreForKappa(
  { value, low, standardError }: NonNullable<Figures['kappa']>,
  { count }: Figures['labels'],
  { limit, confidence }: { limit: number; confidence: number },
): number | null {
  if (value <= limit) return null;
  const spread = Math.max(twoSidedZ(confidence) * standardError, value - low);
  const wanted = count * (spread / (value - limit)) ** 2;
  return wanted > MOST_LABELS ? null : Math.max(1, Math.ceil(wanted - count));
}

const MOST_LABELS = 100_000;

function passPoint({ falsePass, labels }: Figures, { falsePass: limit }: JudgesConfig, confidence: number): Point {
  const { share, low, high, count, of } = falsePass;
  if (share === null) return { is: 'open', more: null, say: 'no wrong answer is among the labels' };
  const found = `${count} of ${of} wrong answers passed (${percent(low)} to ${percent(high)})`;
  if (high <= limit) return { is: 'held', more: null, say: found };
  if (low > limit) return { is: 'broken', more: null, say: `${found}, over ${percent(limit)}` };
  const wrong = trialsToSettle(share, { low: 0, high: limit }, { confidence });
  const more = wrong === null ? null : Math.max(1, Math.ceil(((wrong - of) * labels.count) / of));
  return { is: 'open', more, say: `${found}, which may be over ${percent(limit)}` };
}

function leanPoints({ length, own }: Pick<Figures, 'length' | 'own'>): Point[] {
  const isOf = (state: BiasState): Point['is'] => (state === 'found' ? 'broken' : 'held');
  return [
    { is: isOf(length.is), more: null, say: sayLean(length, ['the longer answer', 'the shorter answer']) },
    { is: isOf(own.is), more: null, say: sayLean(own, ['answers of its own maker', "other makers' answers"]) },
  ];
}

/** Between two answers: the order may not decide, and neither may length or maker. */
function pairwiseTrust({ position, length, own }: Figures): JudgeGrading['pairwise'] {
  if (position.is === 'unknown') return { verdict: 'open', say: 'it has not been asked about pairs' };
  const states = [position.is, length.is, own.is === 'unknown' ? 'none' : own.is];
  const verdict: Trust = states.includes('found')
    ? 'untrusted'
    : states.every((is) => is === 'none')
      ? 'trusted'
      : 'open';
  const leans = leanPoints({ length, own }).filter(({ is }) => is === 'broken');
  return { verdict, say: [sayPosition(position), ...leans.map(({ say }) => say)].join('; ') };
}

function sayPosition({ flipped, toFirst, chance }: PositionBias): string {
  const { share, low, high, count, of } = flipped;
  const found = `${count} of ${of} verdicts went with the order (${percent(low)} to ${percent(high)})`;
  if (share === null || count === 0 || chance === null || chance >= 0.05) return found;
  const isFirst = (toFirst.share as number) > 0.5;
  return `${found}, ${isFirst ? toFirst.count : toFirst.of - toFirst.count} of them to the ${isFirst ? 'first' : 'second'}`;
}

function sayLean({ preferred, scored }: Lean, [kind, rest]: readonly [string, string]): string {
  const parts: string[] = [];
  if (preferred.share !== null) {
    const isKind = preferred.share >= 0.5;
    const count = isKind ? preferred.count : preferred.of - preferred.count;
    parts.push(`prefers ${isKind ? kind : rest} in ${count} of ${preferred.of} pairs that are as good`);
  }
  if (scored !== null)
    parts.push(
      `scores ${kind} ${figure(Math.abs(scored.mean))} ${scored.mean >= 0 ? 'higher' : 'lower'} than others as good`,
    );
  return parts.join(' and ');
}

function join(points: readonly Point[]): string {
  return points.map(({ say }) => say).join(', ');
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}
