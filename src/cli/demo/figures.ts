// The demo's figures: correctness from the workload's own checks, money from the ledger where there is one.
// It must never guess: what nobody reported stays null.
import type { NanoUsd } from '../../call/money.ts';
import type { TaskKind } from '../../provider/simulated/models.ts';
import type { WorkloadItem } from '../../provider/simulated/workload.ts';
import type { DemoAnswer } from './send.ts';

/** Money of a group of calls; null when any of them has no known amount. */
export interface DemoMoney {
  calls: number;
  costNanoUsd: NanoUsd | null;
  baselineNanoUsd: NanoUsd | null;
}

/** What the demo asks of the ledger: the calls of this demo and of nothing else. */
export interface DemoLedgerReport {
  tasks: readonly TaskMoney[];
  models: readonly (DemoMoney & { model: string; tier: string | null })[];
}

export interface TaskMoney extends DemoMoney {
  task: string;
  /** Calls answered by another model than the first of their plan. */
  escalated: number;
}

/** One call as the client saw it. */
export interface DemoCall {
  item: WorkloadItem;
  answer: DemoAnswer;
}

export interface TaskFigures extends TaskMoney {
  /** Calls whose answer passed the check; failed calls count as wrong. */
  correct: number;
}

export interface DemoFigures {
  tasks: TaskFigures[];
  models: (DemoMoney & { model: string; tier: string | null })[];
  failed: number;
  total: TaskFigures;
}

function toNano(usd: number | null): NanoUsd | null {
  return usd === null ? null : Math.round(usd * 1e9);
}

function sum(amounts: readonly (NanoUsd | null)[]): NanoUsd | null {
  let total = 0;
  for (const amount of amounts) {
    if (amount === null) return null;
    total += amount;
  }
  return total;
}

function moneyOf(calls: readonly DemoCall[]): DemoMoney {
  return {
    calls: calls.length,
    costNanoUsd: sum(calls.map(({ answer }) => toNano(answer.costUsd))),
    baselineNanoUsd: sum(calls.map(({ answer }) => toNano(answer.baselineUsd))),
  };
}

function groupBy<Key>(calls: readonly DemoCall[], keyOf: (call: DemoCall) => Key): Map<Key, DemoCall[]> {
  return Map.groupBy(calls, keyOf);
}

/** The report that the client's own headers allow, for when there is no ledger to ask. */
export function reportFromAnswers(calls: readonly DemoCall[]): DemoLedgerReport {
  const answered = calls.filter(({ answer }) => answer.error === null);
  return {
    tasks: [...groupBy(calls, ({ item }) => item.task)].map(([task, group]) => ({
      task,
      ...moneyOf(group),
      escalated: group.filter(({ answer }) => answer.error === null && answer.attempts > 1).length,
    })),
    models: [...groupBy(answered, ({ answer }) => answer.model ?? 'unknown')].map(([model, group]) => ({
      model,
      tier: null,
      ...moneyOf(group),
    })),
  };
}

/** All figures of the demo, tasks in the order of the report. */
export function toFigures(calls: readonly DemoCall[], report: DemoLedgerReport): DemoFigures {
  const isCorrect = ({ item, answer }: DemoCall): boolean => answer.error === null && item.check(answer.text);
  const right = groupBy(calls.filter(isCorrect), ({ item }) => item.task);
  const tasks = report.tasks.map((task) => ({ ...task, correct: right.get(task.task as TaskKind)?.length ?? 0 }));
  return {
    tasks,
    models: [...report.models],
    failed: calls.filter(({ answer }) => answer.error !== null).length,
    total: {
      task: 'all',
      calls: tasks.reduce((count, task) => count + task.calls, 0),
      correct: tasks.reduce((count, task) => count + task.correct, 0),
      escalated: tasks.reduce((count, task) => count + task.escalated, 0),
      costNanoUsd: sum(tasks.map((task) => task.costNanoUsd)),
      baselineNanoUsd: sum(tasks.map((task) => task.baselineNanoUsd)),
    },
  };
}
