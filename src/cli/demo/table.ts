// The demo's figures as text: a table of tasks, the tier mix, and the savings in one sentence.
import Table from 'cli-table3';
import type { NanoUsd } from '../../call/money.ts';
import type { DemoFigures, DemoMoney, TaskFigures } from './figures.ts';

const UNKNOWN = 'unknown';

function usd(amount: NanoUsd | null, digits: number): string {
  if (amount === null) return UNKNOWN;
  return `${amount < 0 ? '-' : ''}$${(Math.abs(amount) / 1e9).toFixed(digits)}`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function savedOf({ costNanoUsd, baselineNanoUsd }: DemoMoney): NanoUsd | null {
  return costNanoUsd === null || baselineNanoUsd === null ? null : baselineNanoUsd - costNanoUsd;
}

function savings(money: DemoMoney): string {
  const saved = savedOf(money);
  if (saved === null || money.baselineNanoUsd === null) return UNKNOWN;
  return `${usd(saved, 4)} (${percent(saved, money.baselineNanoUsd)})`;
}

function taskRow(figures: TaskFigures): string[] {
  const { task, calls, correct, escalated, costNanoUsd, baselineNanoUsd } = figures;
  const perCall = costNanoUsd === null || calls === 0 ? null : costNanoUsd / calls;
  return [
    task,
    String(calls),
    percent(correct, calls),
    String(escalated),
    usd(costNanoUsd, 4),
    usd(perCall, 6),
    usd(baselineNanoUsd, 4),
    savings(figures),
  ];
}

function createTable(head: string[], colored: boolean) {
  return new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: colored ? { 'padding-left': 1, 'padding-right': 1 } : { head: [], border: [] },
  });
}

function taskTable({ tasks, total }: DemoFigures, colored: boolean): string {
  const table = createTable(
    ['task', 'calls', 'correct', 'escalated', 'cost', 'per call', 'baseline', 'net savings'],
    colored,
  );
  table.push(...tasks.map(taskRow), taskRow(total));
  return table.toString();
}

function modelTable({ models, total }: DemoFigures, colored: boolean): string {
  const table = createTable(['model', 'tier', 'calls', 'share', 'cost'], colored);
  for (const { model, tier, calls, costNanoUsd } of models) {
    table.push([model, tier ?? '-', String(calls), percent(calls, total.calls), usd(costNanoUsd, 4)]);
  }
  return table.toString();
}

function conclusion({ total }: DemoFigures): string {
  const saved = savedOf(total);
  if (saved === null || total.baselineNanoUsd === null)
    return 'Net savings: unknown, since not every call has a known price.';
  const share = percent(Math.abs(saved), total.baselineNanoUsd);
  const spent = `${usd(total.costNanoUsd, 4)} instead of ${usd(total.baselineNanoUsd, 4)} at the baseline`;
  return saved >= 0
    ? `Net savings: ${usd(saved, 4)} (${share}), ${spent}.`
    : `Routing cost ${usd(-saved, 4)} (${share}) more: ${spent}.`;
}

/** The text to print when the demo is over; lines of box-drawing characters, colours only on request. */
export function writeFigures(figures: DemoFigures, colored: boolean): string {
  const { failed, total } = figures;
  return [
    taskTable(figures, colored),
    modelTable(figures, colored),
    `Escalations: ${total.escalated} of ${total.calls} calls. Failed: ${failed}.`,
    conclusion(figures),
  ].join('\n');
}
