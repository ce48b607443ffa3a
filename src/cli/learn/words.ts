// Figures of an assessment in words and numbers, for terminals and pages alike.
import type { Figure } from '../../learn/assess/figures.ts';
import { UNKNOWN } from '../../ledger/display.ts';

/** `0.522`, and `0.382 to 0.637`; null where there is no interval. */
export interface Said {
  value: string;
  range: string | null;
}

export function sayNumber(figure: Figure, digits = 3): Said {
  return say(figure, (value) => value.toFixed(digits));
}

/** Hundredths of quality, with their sign: `+0.5`. */
export function sayPoints(figure: Figure): Said {
  return say(figure, signedPoints);
}

/** Of a share that is never reached there is no figure. Ends of intervals are whole hundredths. */
export function sayShare({ value, low, high }: Figure, unknown = 'never'): Said {
  if (value === null) return { value: unknown, range: null };
  const range = low === null || high === null ? null : `${Math.round(100 * low) + 0} to ${Math.round(100 * high) + 0}`;
  return { value: percentOf(value), range };
}

function say({ value, low, high }: Figure, write: (value: number) => string): Said {
  if (value === null) return { value: UNKNOWN, range: null };
  return { value: write(value), range: low === null || high === null ? null : `${write(low)} to ${write(high)}` };
}

/** On one line: `0.522 [0.382 to 0.637]`. */
export function inLine({ value, range }: Said): string {
  return range === null ? value : `${value} [${range}]`;
}

export function signedPoints(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) > 0 ? `+${text}` : text.replace(/^-0\.0$/, '0.0');
}

export function three(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : value.toFixed(3);
}

export function percentOf(share: number | null): string {
  return share === null ? UNKNOWN : `${(100 * share).toFixed(1)} %`;
}

/** Dollars of a thousand requests, from those of one. */
export function sayThousand(usd: number | null): string {
  return usd === null ? UNKNOWN : `$${(1000 * usd).toPrecision(3)}`;
}

/** What each place to stand was chosen for, on the rows that were kept apart. */
export const PROMISES: Readonly<Record<string, { name: string; meaning: string }>> = {
  assured: {
    name: 'assured',
    meaning: 'at most 0.5 points worse than the reference, with a bound behind it; in force when nothing else is asked',
  },
  equal: { name: 'no-worse', meaning: 'no worse than the reference, within one standard error; no bound' },
  half: { name: 'half-point', meaning: 'at most 0.5 points worse, within one standard error; no bound' },
  most: {
    name: 'most-of-gap',
    meaning: '95 % of what the reference has over the worst model, within one standard error; no bound',
  },
};
