// The monthly bill in a report: what the tasks cost at the baseline and as they are routed today, and what that hangs on. The sums come
// from an estimate; what is not known in it stays a dash.
import { showCount, UNKNOWN } from '../../ledger/display.ts';
import type { Advice } from './advice.ts';
import { type Column, dataTable } from './data-table.ts';
import { type Markup, markup } from './markup.ts';
import { named, sentence } from './parts.ts';
import { showNano } from './words.ts';

/** Amounts in nano-dollars a month; null when not known. */
export interface BillLine {
  task: string;
  calls: number | null;
  baseline: number | null;
  routed: number | null;
  /** The ends that the intervals of the pass rates leave. */
  low: number | null;
  high: number | null;
  /** With a predictor that costs nothing and always knows which model passes. */
  predicted: number | null;
}

export interface Scenario {
  /** What is different. */
  say: string;
  baseline: number | null;
  routed: number | null;
  /** Whether another way is cheapest than without the change. */
  isOther: boolean;
}

export interface MonthlyBill {
  /** What routing saves as it is, as one sentence. */
  verdict: string;
  lines: readonly BillLine[];
  /** Over the tasks of which everything is known; the first is how it is. */
  scenarios: readonly Scenario[];
  notes: readonly string[];
}

export function billSection({ verdict, lines, scenarios, notes }: MonthlyBill, advices: readonly Advice[]): Markup {
  const rows = lines.map((line) => {
    const advice = advices.find(({ task }) => task.profile.task === line.task);
    const { thenNanoUsd = null, task } = advice ?? {};
    const volume = task?.volume ?? null;
    return { ...line, recommended: thenNanoUsd === null || volume === null ? null : thenNanoUsd * volume };
  });
  return markup`<section class="bill"><h2>What a month costs</h2><p>${sentence(verdict)}</p>
${dataTable('Each task in a month', billColumns, rows)}${scenarios.length > 0 && markup`<h3>What that hangs on</h3>${dataTable('The same month, if', scenarioColumns, scenarios)}`}${notes.length > 0 && markup`<ul class="notes">${notes.map((note) => markup`<li>${sentence(note)}</li>`)}</ul>`}</section>
`;
}

const billColumns: readonly Column<BillLine & { recommended: number | null }>[] = [
  { name: 'Task', cell: ({ task }) => named(task) },
  { name: 'Calls', isFigure: true, cell: ({ calls }) => (calls === null ? UNKNOWN : showCount(calls)) },
  { name: 'At the baseline', isFigure: true, cell: ({ baseline }) => showNano(baseline) },
  {
    name: 'As routed today',
    isFigure: true,
    cell: ({ routed, low, high }) =>
      markup`${showNano(routed)}${low !== null && high !== null && low !== high && markup`<br><span class="quiet">${showNano(low)} to ${showNano(high)}</span>`}`,
  },
  { name: 'As recommended', isFigure: true, cell: ({ recommended }) => showNano(recommended) },
  { name: 'Perfect predictor', isFigure: true, cell: ({ predicted }) => showNano(predicted) },
];

const scenarioColumns: readonly Column<Scenario>[] = [
  { name: 'If', cell: ({ say }) => say },
  { name: 'At the baseline', isFigure: true, cell: ({ baseline }) => showNano(baseline) },
  { name: 'As routed today', isFigure: true, cell: ({ routed }) => showNano(routed) },
  {
    name: 'Cheapest',
    cell: ({ baseline, routed, isOther }) => `${cheapest(baseline, routed)}${isOther ? ' (another)' : ''}`,
  },
];

function cheapest(baseline: number | null, routed: number | null): string {
  if (baseline === null || routed === null) return UNKNOWN;
  return routed < baseline ? 'as routed' : routed > baseline ? 'baseline' : 'the same';
}
