// Whether an evaluation keeps the bounds that were set for it, and what a program is told: 0 fine, 1 a bound is passed over, 2 too little is
// known to say so.
import { wilson } from '../../stats/proportion.ts';
import { percent } from '../profile/verdict.ts';
import type { Comparison } from './compare-runs.ts';
import type { RunSummary } from './summarise-run.ts';

export interface Bounds {
  /** How much lower the pass rate may be than before, as a share of 1; null: anything. */
  maxQualityDrop: number | null;
  /** How much dearer a call may be, as a share of what it cost; null: anything. */
  maxCostRise: number | null;
  /** Whether the figures themselves must keep the bounds; else a bound is passed over only when the whole interval is beyond it. */
  isStrict: boolean;
  /** Samples that both runs must have judged before anything is said. */
  minSamples: number;
}

export interface Ruling {
  exitCode: 0 | 1 | 2;
  /** Every finding in a sentence, the worst first; never empty. */
  sentences: string[];
}

/** `comparison` null: there is no run to compare with. */
export function ruleOn(summary: RunSummary, comparison: Comparison | null, bounds: Bounds): Ruling {
  const broken = comparison === null ? [] : beyond(comparison, bounds, false);
  if (broken.length > 0) return { exitCode: 1, sentences: broken };
  const missing = whatIsMissing(summary, comparison, bounds);
  if (missing.length > 0) return { exitCode: 2, sentences: missing };
  const strictly = comparison === null || !bounds.isStrict ? [] : beyond(comparison, bounds, true);
  if (strictly.length > 0) return { exitCode: 1, sentences: strictly };
  return { exitCode: 0, sentences: [sayFine(comparison, bounds)] };
}

function hasBounds({ maxQualityDrop, maxCostRise }: Bounds): boolean {
  return maxQualityDrop !== null || maxCostRise !== null;
}

function beyond({ quality, costRise }: Comparison, bounds: Bounds, isPoint: boolean): string[] {
  const { maxQualityDrop, maxCostRise } = bounds;
  const found: string[] = [];
  if (maxQualityDrop !== null && quality !== null) {
    const best = isPoint ? quality.mean : quality.high;
    const least = isPoint ? 'it is' : 'at the very least it is';
    if (best < -maxQualityDrop)
      found.push(
        `The pass rate has dropped by more than ${inPoints(maxQualityDrop)}: ${least} ${signedPoints(best)} (${sayPoints(quality)}).`,
      );
  }
  if (maxCostRise !== null && costRise !== null) {
    const least = isPoint ? costRise.mean : costRise.low;
    const word = isPoint ? 'it is' : 'at the very least it is';
    if (least > maxCostRise)
      found.push(
        `A call costs over ${percent(maxCostRise)} more than before: ${word} ${signed(least)} (${sayRange(costRise)}).`,
      );
  }
  return found;
}

function whatIsMissing(summary: RunSummary, comparison: Comparison | null, bounds: Bounds): string[] {
  const found: string[] = [];
  if (summary.missing > 0)
    found.push(
      `${summary.missing} of ${summary.samples} samples have no verdict yet: run it again, it goes on where it ended.`,
    );
  if (!hasBounds(bounds)) return found;
  if (comparison === null) {
    found.push('There is no earlier run to hold this one against.');
    return found;
  }
  const { pairs, cost, against } = comparison;
  if (bounds.maxQualityDrop !== null && pairs < bounds.minSamples)
    found.push(
      `Only ${pairs} samples were judged here and in ${against.id}; it takes ${bounds.minSamples} (--min-samples).`,
    );
  if (bounds.maxCostRise !== null && (cost?.pairs ?? 0) < bounds.minSamples)
    found.push(
      `The cost of only ${cost?.pairs ?? 0} samples is known here and in ${against.id}; it takes ${bounds.minSamples}.`,
    );
  return found;
}

function sayFine(comparison: Comparison | null, bounds: Bounds): string {
  if (comparison === null) return 'There is no earlier run to hold this one against.';
  if (!hasBounds(bounds)) return 'No bounds were set.';
  const unsure = [unsureDrop(comparison, bounds), unsureRise(comparison, bounds)].filter((said) => said !== null);
  if (unsure.length === 0) return 'Within the bounds.';
  const verb = unsure.length === 1 ? 'is' : 'are';
  return `Within the bounds, but ${unsure.join(' and ')} ${verb} not ruled out: more samples would tell.`;
}

/** Resampling knows no change that has not been seen once; the interval of a share knows that it may come. Null: ruled out. */
function unsureDrop({ quality, pairs, regressions, improvements }: Comparison, bounds: Bounds): string | null {
  const { maxQualityDrop } = bounds;
  const resampled = quality === null ? 0 : -quality.low;
  const unseen = wilson(regressions.length, pairs).high - improvements.length / Math.max(1, pairs);
  const worst = Math.max(resampled, unseen);
  if (maxQualityDrop === null || worst <= maxQualityDrop) return null;
  const source =
    unseen > resampled ? ` (by Wilson's interval for the ${regressions.length} of ${pairs} that fail only now)` : '';
  return `a drop by ${inPoints(worst)}${source}`;
}

function unsureRise({ costRise }: Comparison, { maxCostRise }: Bounds): string | null {
  if (maxCostRise === null || costRise === null || costRise.high <= maxCostRise) return null;
  return `a rise of the cost by ${percent(costRise.high)}`;
}

/** `+1.5 %` of a share. */
export function signed(share: number): string {
  return share > 0 ? `+${percent(share)}` : percent(share);
}

export function sayRange({ low, high }: { low: number; high: number }): string {
  return `${signed(low)} to ${signed(high)}`;
}

/** A difference of two pass rates in percentage points: `+1.5` of 0.015. */
export function signedPoints(difference: number): string {
  return difference > 0 ? `+${points(difference)}` : points(difference);
}

/** `1 point`, `-2.5 points`; `say` writes the number. */
export function inPoints(difference: number, say: (difference: number) => string = points): string {
  const said = say(difference);
  return `${said} ${/^[+-]?1$/.test(said) ? 'point' : 'points'}`;
}

export function sayPoints({ low, high }: { low: number; high: number }): string {
  return `${signedPoints(low)} to ${signedPoints(high)}`;
}

function points(difference: number): string {
  return String(Math.round(difference * 1000) / 10);
}
