// Typed readers for fields of a request body. Loose about what is the provider's (ranges, words), strict about types:
// a wrong type is the caller's error and names its field. Null always counts as absent.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';

/** An `invalid_request` naming the field, as in `messages[2].content`. */
export function invalidField(param: string, expectation: string): TierlineError {
  return new TierlineError('invalid_request', `${param} ${expectation}.`, { param });
}

/** Throws TierlineError `invalid_json` or `invalid_request`. */
export function readObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new TierlineError('invalid_request', 'The body must be a JSON object.');
  return value;
}

/** The parsed body. Throws TierlineError `invalid_json` or `invalid_request`. */
export function parseBody(source: Buffer): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(source.toString('utf8'));
  } catch (cause) {
    throw new TierlineError('invalid_json', undefined, { cause });
  }
  return readObject(value);
}

export function readNumber(body: JsonObject, key: string): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw invalidField(key, 'must be a number');
  return value;
}

/** A whole number of at least `min`. */
export function readInteger(body: JsonObject, key: string, min: number): number | undefined {
  const value = readNumber(body, key);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < min) throw invalidField(key, `must be a whole number of at least ${min}`);
  return value;
}

export function readBoolean(body: JsonObject, key: string): boolean | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw invalidField(key, 'must be a boolean');
  return value;
}

export function readString(body: JsonObject, key: string): string | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidField(key, 'must be a string');
  return value;
}

/** One string counts as a list of one. */
export function readStrings(body: JsonObject, key: string): string[] | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw invalidField(key, 'must be a string or an array of strings');
  }
  return list;
}

export function readArray(body: JsonObject, key: string): Json[] | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalidField(key, 'must be an array');
  return value;
}

export function readMember(body: JsonObject, key: string): JsonObject | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!isObject(value)) throw invalidField(key, 'must be an object');
  return value;
}

/** The object's own members that are neither `known` nor null; null when there are none. */
export function otherMembers(object: JsonObject, known: ReadonlySet<string>): JsonObject | null {
  // fromEntries defines properties, so that a key named __proto__ stays a plain member.
  const entries = Object.entries(object).filter(([key, value]) => !known.has(key) && value !== null);
  return entries.length === 0 ? null : Object.fromEntries<Json | undefined>(entries);
}

/** The object without the members that are undefined. */
export function defined<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}
