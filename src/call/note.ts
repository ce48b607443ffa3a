// What the ledger keeps beside its rows: what was found out about a call after it had ended, and what was done on that account. A row is
// never changed for it.
import type { JsonObject } from './json.ts';
import type { NanoUsd } from './money.ts';

/**
 * `canary`: a call answered again and compared. `grade`: a person's word on a canary. `feedback`: what users made of an answer.
 * `alert`: what was told, and that it is over. `action`: what was done about it, and that it was undone.
 */
export const NOTE_KINDS = ['canary', 'grade', 'feedback', 'alert', 'action'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

/** What finding it out has cost, and whose model got the money. */
export interface NoteCost {
  model: string;
  tier: string | null;
  provider: string | null;
  /** Null: nobody knows. */
  nanoUsd: NanoUsd | null;
}

/** Immutable once written. */
export interface Note {
  id: string;
  kind: NoteKind;
  /** Milliseconds since 1970. */
  atMs: number;
  tenant: string;
  task: string | null;
  /** The id of the call, or for a grade that of the canary, that it is about; null for none. */
  about: string | null;
  costs: readonly NoteCost[];
  /** What each kind says is told where it is made. */
  body: JsonObject;
}

/** A note out of a text or a table; null for anything else. */
export function toNote(value: unknown): Note | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, kind, atMs, tenant, task, about, costs, body } = value as Record<string, unknown>;
  const isWhole =
    typeof id === 'string' &&
    (NOTE_KINDS as readonly unknown[]).includes(kind) &&
    typeof atMs === 'number' &&
    typeof tenant === 'string' &&
    isTextOrNull(task) &&
    isTextOrNull(about) &&
    Array.isArray(costs) &&
    costs.every(isCost) &&
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body);
  return isWhole ? (value as Note) : null;
}

function isCost(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { model, tier, provider, nanoUsd } = value as Record<string, unknown>;
  const isAmount = nanoUsd === null || (typeof nanoUsd === 'number' && Number.isSafeInteger(nanoUsd));
  return typeof model === 'string' && isTextOrNull(tier) && isTextOrNull(provider) && isAmount;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
