// Figures, moments and places as sentences write them.
import type { Signal } from './signals.ts';

/** `87.5 %`, `0.42 %`. */
export function percent(share: number): string {
  const hundredths = 100 * share;
  return `${Math.abs(hundredths) < 1 ? Number(hundredths.toFixed(2)) : Number(hundredths.toFixed(1))} %`;
}

/** A value of a signal: a share, points, tokens or microseconds. */
export function toAmount({ name, scale }: Signal, amount: number): string {
  if (scale === 'share') return percent(amount);
  if (scale === 'gap') return `${Number((100 * amount).toFixed(1))} points`;
  const figure = Number(amount.toPrecision(3)).toLocaleString('en-US');
  return name === 'decision_time' ? `${figure} µs` : `${figure} tokens`;
}

/** ` (tenant acme)`; nothing for the whole task. */
export function place(segment: string | null): string {
  if (segment === null) return '';
  const at = segment.indexOf(':');
  const kind = segment.slice(0, Math.max(0, at));
  const words = at < 0 ? segment : `${kind} ${segment.slice(at + 1)}`;
  return kind === 'hours' ? ` (${words} UTC)` : ` (${words})`;
}

/** `2026-03-01 14:05 UTC`. Throws RangeError for what is no moment. */
export function toMoment(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Four digits: no figure here knows more. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
