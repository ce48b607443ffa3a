// tierline canary: the quality gap of each task and its segments, with intervals, and what finding it out has cost.
import Table from 'cli-table3';
import { showCount, showText, showUsd, UNKNOWN } from '../../ledger/display.ts';
import { parseTime } from '../../ledger/period.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { type CanaryStanding, readCanaries } from '../../lifecycle/canary/read-canaries.ts';
import type { Gap } from '../../watch/canary/gap-book.ts';

export interface CanaryOptions {
  ledger: string;
  task?: string | undefined;
  /** `7d`, `24h`, or an ISO date. */
  since?: string | undefined;
  json?: boolean | undefined;
}

/** Throws a sentence for a missing ledger or an unreadable time. */
export function canaryCommand(
  { ledger, task, since, json }: CanaryOptions,
  print: (text: string) => void,
  nowMs: number,
): void {
  const sinceMs = since === undefined ? undefined : parseTime(since, nowMs);
  const reader = openLedgerReader(ledger);
  try {
    const standing = readCanaries(reader, { task, sinceMs });
    print(json === true ? JSON.stringify(standing, null, 2) : toText(standing));
  } finally {
    reader.close();
  }
}

function toText({ gaps, tasks }: CanaryStanding): string {
  if (tasks.length === 0)
    return 'No canaries yet. `canary` in the configuration has a share of the cheap answers answered again.';
  const table = new Table({
    head: ['task', 'canaries', 'graded', 'gap', '95% interval', 'reference', 'cost'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { task, canaries, references, costNanoUsd, costUnknown } of tasks) {
    const own = gaps.filter((gap) => gap.task === task);
    const whole = own.find(({ segment }) => segment === null);
    const cost = `${showUsd(costNanoUsd)}${costUnknown > 0 ? ` + ${costUnknown} unknown` : ''}`;
    table.push([showText(task), showCount(canaries), ...cellsOf(whole), references.map(showText).join(', '), cost]);
    // A segment that is the whole task says nothing more.
    for (const gap of own)
      if (gap.segment !== null && gap.graded < (whole?.graded ?? 0))
        table.push([`  ${showText(gap.segment)}`, '', ...cellsOf(gap), '', '']);
  }
  const notes = tasks.flatMap(({ task, waiting, ungraded }) => [
    ...(waiting > 0 ? [`${showText(task)}: ${waiting} wait for a person: tierline grade ${task}`] : []),
    ...(ungraded > waiting ? [`${showText(task)}: ${ungraded - waiting} could not be graded.`] : []),
  ]);
  const meaning =
    'Gap: points by which the cheap answers are better (+) or worse (-) than the reference. The intervals hold however often you look.';
  return [table.toString(), meaning, ...notes].join('\n');
}

function cellsOf(gap: Gap | undefined): [string, string, string] {
  if (gap === undefined) return ['0', UNKNOWN, UNKNOWN];
  const { graded, mean, low, high } = gap;
  return [showCount(graded), mean === null ? UNKNOWN : points(mean), `${points(low)} to ${points(high)}`];
}

/** Hundredths of the scores, with their sign. */
function points(gap: number): string {
  const text = (gap * 100).toFixed(1);
  return gap > 0 ? `+${text}` : text;
}
