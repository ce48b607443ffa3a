// How options of the command line are read. Each throws what commander shows beside the usage.
import { InvalidArgumentError } from 'commander';
import { readDuration, readShare } from '../config/units.ts';

export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is expected.');
  return Number(text);
}

export function count(text: string): number {
  const value = whole(text);
  if (value < 1) throw new InvalidArgumentError('At least 1 is expected.');
  return value;
}

export function port(text: string): number {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return value;
}

export function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is expected.');
  return value;
}

/** An option that may be repeated. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** An amount in dollars. */
export function amount(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('An amount in dollars is expected, such as 2.50.');
  return value;
}

/** A share of 1, such as 1% or 0.01. */
export function drop(text: string): number {
  const reading = readShare(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError(`${reading.problem[0]?.toUpperCase()}${reading.problem.slice(1)}.`);
}

/** A share that is neither nothing nor everything. */
export function part(text: string): number {
  const value = drop(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('A share above 0 and below 100% is expected.');
}

/** By how much something may rise: a share that may be above 100%. */
export function rise(text: string): number {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('A share is expected, such as 10% or 0.1.');
  return sign === '%' ? Number(digits) / 100 : Number(digits);
}

/** A duration such as 90d or 12h, in milliseconds. */
export function age(text: string): number {
  const reading = readDuration(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError('A duration is expected, such as 90d or 12h.');
}
