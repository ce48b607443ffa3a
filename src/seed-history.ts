// What profiles have measured and what the ledger remembers of earlier calls, for a planner that has just been started.
import { existsSync } from 'node:fs';
import type { Prior } from './evidence/priors.ts';
import { openLedgerReader } from './ledger/reader.ts';
import { History } from './state/history.ts';

/** The newest calls are enough: older ones have faded from a running gateway's history too. */
const CALLS = 2000;

/** What was measured, then the newest calls of a ledger, where there is one to read; what was measured alone when there is none. */
export function seedHistory(path: string | null, priors: readonly Prior[] = []): History {
  const history = new History();
  for (const { task, model, passRate, outputTokens, latencyMs } of priors)
    history.assume({ task, model, passRate, outputTokens, p95LatencyMs: latencyMs?.p95 ?? null });
  if (path === null || path === ':memory:' || !existsSync(path)) return history;
  try {
    const reader = openLedgerReader(path);
    try {
      for (const { row } of reader.calls({ limit: CALLS })) history.observe(row);
    } finally {
      reader.close();
    }
  } catch {
    // Whoever opens the ledger to write tells what is wrong with it; without it the planner begins unknowing.
  }
  return history;
}
