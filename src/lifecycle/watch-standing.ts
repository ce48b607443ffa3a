// What watching has found and done, as the ledger tells it: alerts that stand, and actions that are in force.
import { textOf } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { LedgerReader } from '../ledger/reader.ts';

export interface StandingAlert {
  key: string;
  sinceMs: number;
  task: string | null;
  severity: string;
  sentence: string;
}

export interface StandingBypass {
  task: string;
  model: string;
  untilMs: number;
  why: string;
}

/** Something that has happened and is over. */
export interface Happening {
  atMs: number;
  sentence: string;
}

export interface WatchStanding {
  alerts: StandingAlert[];
  bypasses: StandingBypass[];
  /** The newest last. */
  lately: Happening[];
}

/** `sinceMs`: how far back to look, milliseconds since 1970. */
export function readStanding(
  reader: Pick<LedgerReader, 'notes'>,
  { sinceMs, nowMs }: { sinceMs: number; nowMs: number },
): WatchStanding {
  const alerts = new Map<string, StandingAlert>();
  const bypasses = new Map<string, StandingBypass>();
  const lately: Happening[] = [];
  for (const { note } of reader.notes({ sinceMs })) {
    if (note.kind === 'alert') hear(note, alerts, lately);
    else if (note.kind === 'action' && note.task !== null) act(note, note.task, bypasses);
  }
  const inForce = [...bypasses.values()].filter(({ untilMs }) => untilMs > nowMs);
  return { alerts: [...alerts.values()], bypasses: inForce, lately };
}

function hear({ atMs, body }: Note, alerts: Map<string, StandingAlert>, lately: Happening[]): void {
  const { key, state, task, severity, sentence, isEvent } = body;
  if (typeof key !== 'string' || typeof sentence !== 'string') return;
  lately.push({ atMs, sentence: state === 'recovered' ? `Over: ${sentence}` : sentence });
  if (state === 'recovered') alerts.delete(key);
  else if (isEvent !== true)
    alerts.set(key, {
      key,
      sinceMs: atMs,
      task: typeof task === 'string' ? task : null,
      severity: textOf(severity),
      sentence,
    });
}

function act({ body }: Note, task: string, bypasses: Map<string, StandingBypass>): void {
  const { action, undone, model, untilMs, why } = body;
  if (action === 'undo' || action === 'accept' || undone === true) bypasses.delete(task);
  else if (action === 'bypass' && typeof model === 'string' && typeof untilMs === 'number')
    bypasses.set(task, { task, model, untilMs, why: textOf(why) });
}
