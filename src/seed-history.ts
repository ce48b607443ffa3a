// What the ledger remembers of earlier calls, for a planner that has just been started.
import { existsSync } from 'node:fs';
import { openLedgerReader } from './ledger/reader.ts';
import { History } from './state/history.ts';

/** The newest calls are enough: older ones have faded from a running gateway's history too. */
const CALLS = 2000;

/** A history of the newest calls of a ledger; an empty one when there is none to read. */
export function seedHistory(path: string): History {
  const history = new History();
  if (path === ':memory:' || !existsSync(path)) return history;
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
