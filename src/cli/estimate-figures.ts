// How the figures of an estimate are written: for people as in the other commands, for programs as plain numbers without the
// noise of binary fractions.
import Table from 'cli-table3';
import { showUsd, UNKNOWN } from '../ledger/display.ts';
import { type Comparison, WAYS, type Way } from '../lifecycle/estimate/comparison.ts';
import { hasCachePrice } from '../lifecycle/estimate/model.ts';
import type { Outcome } from '../lifecycle/estimate/sensitivity.ts';
import { Fraction } from '../stats/fraction.ts';

const NANO = Fraction.of(1e9);

/** Dollars of nano-dollars, to the nano-dollar; null when unknown. */
export function toUsdNumber(amount: Fraction | null): number | null {
  return amount?.over(NANO).toNumber(9) ?? null;
}

/** A share, to four digits. */
export function toShareNumber(share: Fraction | null): number | null {
  return share?.toNumber(4) ?? null;
}

export function showAmount(amount: Fraction | null): string {
  return showUsd(amount === null ? null : Number(amount.round()));
}

/** A share in percent with one decimal where it has one, as a profile writes it: `70 %`, `33.3 %`. */
export function showPercent(share: Fraction | null): string {
  return share === null ? UNKNOWN : `${share.times(Fraction.of(100)).toNumber(1).toLocaleString('en-US')} %`;
}

export function showWhole(count: Fraction | bigint): string {
  return (typeof count === 'bigint' ? count : count.round()).toLocaleString('en-US');
}

/** `cost` as a part of `baseline`: what is saved, 0 to 1, below 0 when it is more. Null when unknown or of nothing. */
export function savedShare(baseline: Fraction | null, cost: Fraction | null): Fraction | null {
  return baseline === null || cost === null || baseline.isZero ? null : baseline.minus(cost).over(baseline);
}

export function difference(baseline: Fraction | null, cost: Fraction | null): Fraction | null {
  return baseline === null || cost === null ? null : baseline.minus(cost);
}

/** What is saved beside the baseline, as a change: `-36.7 %`. */
export function showChange(baseline: Fraction | null, cost: Fraction | null): string {
  const saved = savedShare(baseline, cost);
  if (saved === null) return UNKNOWN;
  const change = Fraction.ZERO.minus(saved);
  return `${change.isAbove(Fraction.ZERO) ? '+' : ''}${showPercent(change)}`;
}

export function toTable(head: readonly string[], rows: readonly (readonly string[])[], lefts = 1): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index < lefts ? 'left' : 'right')),
    // No colours: the text must read the same in a file or a pipe.
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** Names of the ways for people; a mix is its own word for the predictor. */
export type WayNames = Partial<Record<Way, string>>;

/** One line for each scenario; ways that `names` leaves out are not shown. A star tells that the winner is another one. */
export function toSensitivityTable(usual: Outcome, outcomes: readonly Outcome[], names: WayNames): string {
  const shown = WAYS.filter((way) => names[way] !== undefined);
  const rows = [usual, ...outcomes].map(({ say, costs, cheapest, isOther }) => [
    say,
    ...shown.map((way) => showAmount(costs[way])),
    `${cheapest === null ? UNKNOWN : (names[cheapest] ?? UNKNOWN)}${isOther && cheapest !== null && names[cheapest] !== undefined ? ' *' : ''}`,
  ]);
  return toTable(['if', ...shown.map((way) => names[way] as string), 'cheapest'], rows);
}

/** Explains the stars, the gaps and what changes nothing in the table, where it has any. */
export function sensitivityNotes(outcomes: readonly Outcome[], comparisons: readonly Comparison[]): string[] {
  const notes: string[] = [];
  if (outcomes.some(({ isOther }) => isOther)) notes.push('*: another way wins than in the first line.');
  const { time } = comparisons[0] ?? {};
  if (time === undefined) return notes;
  const models = comparisons.flatMap(({ strong, ladder, predictor }) =>
    [...(ladder ?? []), ...(predictor?.choices ?? []), strong].map(({ model }) => model),
  );
  const unsold = models.filter(({ places }) => places.some(({ spec }) => spec?.serviceTiers.batch === undefined));
  if (unsold.length > 0 && !time.isBatch)
    notes.push(`The catalog knows no batch price of ${listed(unsold.map(({ name }) => name))}.`);
  const uncached = models.filter((model) => !hasCachePrice(model, time));
  if (uncached.length > 0)
    notes.push(
      `There is no cache price of ${listed(uncached.map(({ name }) => name))}: what is read from the cache costs as much as other input.`,
    );
  return notes;
}

export function toSensitivityRecords(outcomes: readonly Outcome[], names: WayNames): Record<string, unknown>[] {
  return outcomes.map(({ say, costs, cheapest, isOther }) => ({
    if: say,
    ...Object.fromEntries(
      WAYS.filter((way) => names[way] !== undefined).map((way) => [`${way}_usd`, toUsdNumber(costs[way])]),
    ),
    cheapest,
    changes_winner: isOther,
  }));
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  return unique.length < 2 ? (unique[0] ?? '') : `${unique.slice(0, -1).join(', ')} and ${unique.at(-1)}`;
}

const WIDTH = 110;

/** Sentences, tables and empty lines one under the other; sentences are broken where the page ends. */
export function toPage(parts: readonly string[]): string {
  return parts.map((part) => (part.startsWith('┌') ? part : broken(part))).join('\n');
}

function broken(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ (?!%)/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
