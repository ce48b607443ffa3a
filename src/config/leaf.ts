// The scalars of the configuration as zod schemas. Numbers and booleans may also arrive as text, because that is what a
// value from the environment is; nothing else is converted.
import { z } from 'zod';
import { type Reading, readDuration, readPercent, readShare, readSize } from './units.ts';

/** Words of one line that name a model, task, tier, provider or tenant. */
const NAME = /^(?!\d+$)[A-Za-z0-9][A-Za-z0-9._:@+/-]{0,127}$/;
const NAME_RULE =
  'a name begins with a letter or digit, holds letters, digits and . _ - : @ + / only, and is no mere number';

export const name = z.string().regex(NAME, NAME_RULE);
export const text = z.string().trim().min(1, 'must not be empty');

const scalar = (expected: string) => z.union([z.string(), z.number()], `expected ${expected}`);

function measure(expected: string, read: (source: string | number) => Reading) {
  return scalar(expected).transform((source, context) => {
    const reading = read(source);
    if ('value' in reading) return reading.value;
    context.issues.push({ code: 'custom', input: source, message: reading.problem });
    return z.NEVER;
  });
}

/** A duration in milliseconds, zero allowed. */
export const duration = measure('a duration such as 800ms, 2s or 5m', readDuration);

/** A limit in milliseconds: a duration above zero that a timer can hold. */
export const timeout = duration.refine((ms) => ms > 0 && ms < 2 ** 31, 'must be above 0 and at most 24 days');

/** A size in bytes, above zero. */
export const size = measure('a size such as 32MB', readSize).refine((bytes) => bytes > 0, 'must be above 0');

/** A fraction from 0 to 1. */
export const share = measure('a share such as 80% or 0.8', readShare);

/** A percentage from 0.1 to 100. */
export const percent = measure('a percentage such as 5', readPercent);

/** A number within bounds, both included. */
export function number(min: number, max = Number.MAX_SAFE_INTEGER) {
  return measure('a number', (source) => {
    const value = typeof source === 'number' ? source : source.trim() === '' ? Number.NaN : Number(source);
    if (!Number.isFinite(value)) return { problem: 'expected a number' };
    return value < min || value > max ? { problem: `expected a number ${bounds(min, max)}` } : { value };
  });
}

/** A whole number within bounds, both included. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER) {
  return number(min, max).refine((value) => Number.isSafeInteger(value), 'expected a whole number');
}

function bounds(min: number, max: number): string {
  return max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
}

/** `true` or `false`, also as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], 'expected true or false')
  .transform((value) => value === true || value === 'true');

/** One text or a list of them. */
export const texts = z
  .union([text, z.array(text).min(1, 'must not be an empty list')], 'expected a text or a list of texts')
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** One name or a list of them. */
export const oneOrMore = z
  .union([name, z.array(name).min(1, 'must not be an empty list')], 'expected a name or a list of names')
  .transform((value) => (typeof value === 'string' ? [value] : value));
