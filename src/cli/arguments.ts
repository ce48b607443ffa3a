// How options of the command line are read. Each throws what commander shows beside the usage.
import { InvalidArgumentError } from 'commander';
import { readShare } from '../config/units.ts';

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

/** A share of 1: `95%` or `0.95`. */
export function share(text: string): number {
  const reading = readShare(text);
  if ('problem' in reading) throw new InvalidArgumentError(`${reading.problem}.`);
  return reading.value;
}
