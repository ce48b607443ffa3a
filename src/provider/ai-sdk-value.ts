// Readers for values that come out of an AI SDK package, whose shape depends on its version.
import type { Json } from '../call/json.ts';

/** The string, or null for anything else. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** A whole number of tokens; anything that is no count is zero. */
export function countOf(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
