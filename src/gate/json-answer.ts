// Reads JSON out of an answer. Bare JSON only, unless a fence is allowed: what a program will parse must be JSON as it
// stands, and looking for braces inside prose would accept answers that the program then refuses.
import type { Json } from '../call/json.ts';

export type JsonReading = { ok: true; value: Json } | { ok: false; reason: string };

/** One Markdown fence around all of it, tagged `json` or not at all. */
const FENCE = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/i;

/** `text` is trimmed already. */
export function readJson(text: string, isFenced: boolean): JsonReading {
  const inside = isFenced ? FENCE.exec(text)?.[1] : undefined;
  try {
    return { ok: true, value: JSON.parse(inside ?? text) as Json };
  } catch {
    return { ok: false, reason: reasonFor(text, isFenced) };
  }
}

function reasonFor(text: string, isFenced: boolean): string {
  if (text === '') return 'is empty';
  if (isFenced || !text.startsWith('```')) return 'is not JSON';
  return 'stands in a fence; bare JSON is wanted';
}

/** How JSON values of a type begin. */
const STARTS: Readonly<Record<string, string>> = {
  object: '{',
  array: '[',
  string: '"',
  number: '-0123456789',
  integer: '-0123456789',
  boolean: 'tf',
  null: 'n',
};
const ANY_START = Object.values(STARTS).join('');

/** The characters with which an answer can begin that has one of the types; null: any type. */
export function startsOf(types: readonly string[] | null, isFenced: boolean): ReadonlySet<string> {
  const starts = types === null ? ANY_START : types.map((type) => STARTS[type] ?? ANY_START).join('');
  return new Set(isFenced ? `${starts}\`` : starts);
}
