// The ledger's reports by task and by model as the demo wants them.
import type { Report, ReportRow } from '../../ledger/report.ts';
import type { DemoLedgerReport, DemoMoney } from './figures.ts';

/** A sum counts only when it covers every call of its group. */
function moneyOf(row: ReportRow): DemoMoney {
  return {
    calls: row.calls,
    costNanoUsd: row.costUnknown > 0 ? null : row.costNanoUsd,
    baselineNanoUsd: row.baselineUnknown > 0 ? null : row.baselineNanoUsd,
  };
}

/** Joins a report by task with one by model, both over the demo's calls alone; `tierOf` knows the configured models. */
export function toDemoReport(
  reports: { byTask: Report; byModel: Report },
  tierOf: (model: string) => string | null,
): DemoLedgerReport {
  return {
    tasks: reports.byTask.rows.map((row) => ({
      task: row.key ?? 'no task',
      ...moneyOf(row),
      escalated: row.escalated,
    })),
    models: reports.byModel.rows.map((row) => ({
      model: row.key ?? 'no answer',
      tier: row.key === null ? null : tierOf(row.key),
      ...moneyOf(row),
    })),
  };
}
