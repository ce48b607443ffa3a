// Narrow readers for records of other people's exports: every member may be missing, a text instead of a number, or JSON
// inside of a text. They never throw.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';

/** The first of the members that is there and says something. */
export function pick(record: JsonObject, ...keys: string[]): unknown {
  for (const key of keys) {
    const value = record[key];
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return null;
}

export function textIn(record: JsonObject, ...keys: string[]): string | null {
  const value = pick(record, ...keys);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

export function numberIn(record: JsonObject, ...keys: string[]): number | null {
  const value = pick(record, ...keys);
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The object that a member is or holds as text; an empty one else. */
export function objectIn(record: JsonObject, ...keys: string[]): JsonObject {
  const value = unfold(pick(record, ...keys));
  return isObject(value) ? value : {};
}

export function textsIn(record: JsonObject, ...keys: string[]): string[] {
  const value = unfold(pick(record, ...keys));
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string' && item !== '');
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** JSON that stands in a text as what it is; any other value as it came. */
export function unfold(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const first = value.trimStart().charAt(0);
  if (first !== '{' && first !== '[' && first !== '"') return value;
  try {
    const inner: unknown = JSON.parse(value);
    // Some exports fold twice.
    return typeof inner === 'string' && inner !== value ? unfold(inner) : inner;
  } catch {
    return value;
  }
}

/** An object that says something; null for an empty one, which exports write for nothing. */
export function filled(value: unknown): JsonObject | null {
  const inner = unfold(value);
  return isObject(inner) && Object.keys(inner).length > 0 ? inner : null;
}

const ZONE = /(?:z|[+-]\d\d(?::?\d\d)?)$/i;

/** Milliseconds since 1970 of an ISO text, a database's text (UTC where it names no zone), or seconds or milliseconds. */
export function timeIn(record: JsonObject, ...keys: string[]): number | null {
  const value = pick(record, ...keys);
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  if (/^\d{9,}(?:\.\d+)?$/.test(value)) return fromEpoch(Number(value));
  const text = value.trim().replace(' ', 'T');
  const hasClock = text.includes('T');
  const zoned = !hasClock || ZONE.test(text) ? text.replace(/([+-]\d\d)$/, hasClock ? '$1:00' : '$1') : `${text}Z`;
  const ms = Date.parse(zoned);
  return Number.isFinite(ms) ? ms : null;
}

/** Seconds until the year 5000, milliseconds from 1973 on. */
function fromEpoch(value: number): number | null {
  if (!(value > 0)) return null;
  return Math.round(value > 100_000_000_000 ? value : value * 1000);
}

/** No single call costs this many dollars; such a number is in another unit and tells nothing. */
const MOST_USD = 1000;

export function usdIn(record: JsonObject, ...keys: string[]): NanoUsd | null {
  const usd = numberIn(record, ...keys);
  return usd === null || usd < 0 || usd > MOST_USD ? null : Math.round(usd * 1e9);
}

/** A text as it is, anything else as an empty one. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(?:true|t|1|yes)$/i.test(value));
}

const TASK_KEYS = ['task', 'task_name', 'taskName', 'Task', 'task-name', 'x-tierline-task'];
const TASK_TAG = /^(?:task|task[_-]?name)[:=]\s*(.+)$/i;

/** The task that metadata or tags name outright: `task: triage`, or a tag `task:triage`. */
export function namedTaskIn(metadata: JsonObject, tags: readonly string[] = []): string | null {
  const named = textIn(metadata, ...TASK_KEYS);
  if (named !== null) return named;
  for (const tag of tags) {
    const [, name] = TASK_TAG.exec(tag) ?? [];
    if (name !== undefined) return name.trim();
  }
  return null;
}
