// How options of the command line are read. Each throws what commander shows beside the usage.
import { InvalidArgumentError } from 'commander';
import { readDuration, readShare } from '../config/units.ts';
import { Fraction } from '../stats/fraction.ts';

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

const MULTIPLES: Readonly<Record<string, string>> = { '': '', k: 'e3', m: 'e6', b: 'e9', g: 'e9', t: 'e12' };
/** More than any month has seen: beyond it somebody has made a mistake. */
const MOST = Fraction.of(1e15);

/** A number of tokens or calls: 500, 500k, 80M, 80e6 or 80_000_000. */
export function quantity(text: string): Fraction {
  const [, digits = '', unit = ''] = /^([\d_,.]+(?:e\d{1,2})?)\s*([a-z]?)$/i.exec(text.trim()) ?? [];
  const power = MULTIPLES[unit.toLowerCase()];
  const plain = Fraction.parse(digits.replaceAll(/_|,(?=\d{3}(?!\d))/g, ''));
  const times = power === undefined ? null : Fraction.parse(`1${power}`);
  const value = plain === null || times === null ? null : plain.times(times);
  if (value === null || value.bottom !== 1n)
    throw new InvalidArgumentError('A whole number is expected: 500, 500k, 80M or 80e6.');
  if (value.isAbove(MOST)) throw new InvalidArgumentError('That is more than 1e15.');
  return value;
}

/** Dollars, 0 or more, exact: 0.001 or $0.001. */
export function dollars(text: string): Fraction {
  const value = Fraction.parse(text.trim().replace(/^\$/, ''));
  if (value === null || Fraction.ZERO.isAbove(value))
    throw new InvalidArgumentError('An amount of dollars is expected, such as 0.001.');
  if (value.isAbove(Fraction.of(1e9))) throw new InvalidArgumentError('That is more than a billion dollars.');
  return value;
}

/** A share, exact: 0.7 or 70%. */
export function share(text: string): Fraction {
  const [, digits = '', percent] = /^(\d[\d.]*|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = Fraction.parse(percent === '%' ? `${digits}e-2` : digits);
  if (value === null || value.isAbove(Fraction.ONE))
    throw new InvalidArgumentError('A share is expected, from 0 to 1 or from 0% to 100%, such as 0.7 or 70%.');
  return value;
}

/** An option that may be repeated, each read by `read`. */
export function collecting<Value>(read: (text: string) => Value): (text: string, before?: Value[]) => Value[] {
  return (text, before) => [...(before ?? []), read(text)];
}

/** A moment, ISO 8601; milliseconds since 1970. */
export function moment(text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('A date or time is expected, such as 2026-11-24T12:00Z.');
  return atMs;
}

/** A share such as 20% or 0.2, as a share of 1. */
export function ratio(text: string): number {
  const reading = readShare(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError(`${reading.problem[0]?.toUpperCase()}${reading.problem.slice(1)}.`);
}

/** A share that is neither nothing nor everything. */
export function part(text: string): number {
  const value = ratio(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('A share above 0 and below 100% is expected.');
}

/** By how much a pass rate may drop, as a share of 1: `1%` or 0.01 is one point. */
export function drop(text: string): number {
  const value = bound(text, 'point');
  if (value > 1) throw new InvalidArgumentError('A pass rate drops by 100% at most.');
  return value;
}

/** By how much a cost may rise, as a share of 1, which may be above 100%. */
export function rise(text: string): number {
  return bound(text, 'percent');
}

/** A plain 1 may be meant as one percent or as everything, so it is refused. */
function bound(text: string, unit: 'point' | 'percent'): number {
  const [, digits, sign] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('A share is expected, such as 1% or 0.01.');
  const value = Number(digits);
  if (sign === '%') return value / 100;
  if (value < 1) return value;
  const meant = value === 1 ? `one ${unit}` : `${digits} ${unit === 'point' ? 'points' : unit}`;
  throw new InvalidArgumentError(`Without a percent sign it is a share of 1: write ${digits}% for ${meant}.`);
}

/** A duration such as 90d or 12h, in milliseconds. */
export function age(text: string): number {
  const reading = readDuration(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError('A duration is expected, such as 90d or 12h.');
}

/** Names with commas between, each once. */
export function names(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}
