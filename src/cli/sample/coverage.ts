// A draw as text: the strata with their share of the traffic and of the samples, and what was masked.
import Table from 'cli-table3';
import { showCount, showShare, showText, UNKNOWN } from '../../ledger/display.ts';
import type { DrawnSamples } from '../../lifecycle/samples/draw-samples.ts';

const MOST_ROWS = 24;

export function writeDraw(
  draw: DrawnSamples & { task: string; path: string; existing: number; maskedBefore: number },
): string {
  const { task, path, existing, maskedBefore, lines, read, looked, strata, found } = draw;
  const before = existing === 0 ? '' : `, beside ${showCount(existing)} that were there`;
  const part = looked < read ? ` (${showCount(looked)} of them looked at, by chance)` : '';
  const kinds = Object.entries(found).map(([kind, times]) => `${showCount(times)} ${kind}`);
  const bare = strata.filter(({ drawn }) => drawn === 0);
  return [
    `${task}: ${showCount(lines.length)} samples of ${showCount(read)} calls${part}${before}`,
    table(strata.slice(0, MOST_ROWS)),
    ...(strata.length > MOST_ROWS ? [`and ${strata.length - MOST_ROWS} smaller ones`] : []),
    lengths(draw.bounds),
    ...(bare.length === 0 ? [] : [`${bare.length} strata have no sample: what is in them is in the file already.`]),
    ...(maskedBefore === 0 ? [] : [`${showCount(maskedBefore)} of the calls were masked when they were captured.`]),
    kinds.length > 0
      ? `Masked: ${kinds.join(', ')}.`
      : `Nothing ${maskedBefore === 0 ? '' : 'else '}to mask was found.`,
    lines.length === 0 ? 'Nothing was written.' : `Written to ${path}`,
    '',
  ].join('\n');
}

function table(strata: DrawnSamples['strata']): string {
  const drawn = strata.reduce((sum, one) => sum + one.drawn, 0);
  const rows = new Table({
    head: ['cluster', 'language', 'length', 'calls', 'of traffic', 'distinct', 'drawn', 'of samples', 'weight'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { stratum, calls, share, distinct, drawn: own, weight } of strata) {
    rows.push([
      stratum === null ? 'all others' : stratum.cluster,
      showText(stratum?.language ?? null),
      stratum?.length ?? UNKNOWN,
      showCount(calls),
      showShare(share),
      showCount(distinct),
      showCount(own),
      showShare(drawn === 0 ? null : own / drawn),
      weight === null ? UNKNOWN : weight.toFixed(2),
    ]);
  }
  return rows.toString();
}

function lengths(bounds: readonly number[]): string {
  const [first = 0, second = 0, third = 0] = bounds.map(showCount);
  return `Lengths in characters: q1 up to ${first}, q2 to ${second}, q3 to ${third}, q4 longer.`;
}
