// Reading kept states back: plain JSON that may be of another version, or damaged. Every reader throws Error with a reason in words; it
// never gives a state that could not have been kept.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import type { Moments } from './moments.ts';

export type Numbers = readonly number[];

/** All of them finite. */
export function readNumbers(json: Json | undefined, count?: number): Numbers {
  if (!Array.isArray(json) || !json.every((one) => typeof one === 'number' && Number.isFinite(one)))
    throw new Error('numbers are expected');
  if (count !== undefined && json.length !== count)
    throw new Error(`${count} numbers are expected, not ${json.length}`);
  return json as number[];
}

export function readNumber(json: Json | undefined): number {
  if (!(typeof json === 'number' && Number.isFinite(json))) throw new Error('a number is expected');
  return json;
}

export function readObject(json: Json | undefined): JsonObject {
  if (!isObject(json)) throw new Error('an object is expected');
  return json;
}

export function readList(json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) throw new Error('a list is expected');
  return json;
}

/** Pairs of a name and what it has, as `[...map]` writes them; lists, because objects put names that look like numbers first. */
export function readEntries(json: Json | undefined): readonly (readonly [string, Json])[] {
  return readList(json).map((entry) => {
    const [name, value] = readList(entry);
    if (typeof name !== 'string' || value === undefined) throw new Error('pairs of a name and a value are expected');
    return [name, value];
  });
}

/** A whole number that is not negative. */
export function readCount(json: Json | undefined): number {
  if (!Number.isSafeInteger(json) || (json as number) < 0) throw new Error('a count is expected');
  return json as number;
}

/** Three numbers from `at` on. */
export function readMoments(numbers: Numbers, at: number, moments: Moments): void {
  const squares = numbers[at + 2] ?? -1;
  if (squares < 0) throw new Error('a sum of squares is expected');
  moments.count = readCount(numbers[at]);
  moments.sum = numbers[at + 1] as number;
  moments.squares = squares;
}
