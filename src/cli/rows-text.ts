// What came of making rows, in lines for people.
import type { Left } from '../lifecycle/rows/left-out.ts';
import type { RowTally } from '../lifecycle/rows/write-rows.ts';

export interface RowsResult extends RowTally {
  /** Null for rows that were imported for none. */
  task: string | null;
  file: string;
  left: readonly Left[];
  /** Samples that were never asked of a model, by its name. */
  unasked: Readonly<Record<string, number>>;
}

export function sayRows({ task, file, rows, outcomes, empty, masked, left, unasked }: RowsResult): string {
  const of = task === null ? '' : `${task}: `;
  const where = file === '-' ? '' : ` in ${file}`;
  const width = Math.max(0, ...Object.keys(outcomes).map((model) => model.length));
  const lines = [`${of}${count(rows, 'row')}${where}`];
  for (const [model, { count: known, mean }] of Object.entries(outcomes))
    lines.push(`  ${model.padEnd(width)}  ${count(known, 'outcome')}, mean quality ${quality(mean)}`);
  for (const [model, missing] of Object.entries(unasked))
    lines.push(`  ${model}: ${count(missing, 'sample')} ${missing === 1 ? 'was' : 'were'} never asked of it`);
  for (const one of left) lines.push(`  left out: ${sayLeft(one)}`);
  if (empty > 0) lines.push(`  ${count(empty, 'request')} without an outcome made no row`);
  const found = Object.entries(masked ?? {}).map(([kind, times]) => `${times} ${kind}`);
  if (masked === null) lines.push('  prompts and answers are as they were: nothing is masked');
  else if (found.length > 0) lines.push(`  masked: ${found.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function sayLeft({ model, say, count: times }: Left): string {
  return model === null ? `${times}, ${say}` : `${count(times, 'answer')} of ${model}, ${say}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function quality(mean: number): string {
  return String(Math.round(mean * 1000) / 1000);
}
