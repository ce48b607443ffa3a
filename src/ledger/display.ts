// The ledger's figures as people read them in a terminal. Machines get JSON or CSV, never these strings.
import type { NanoUsd } from '../call/money.ts';

/** What stands for a value that is not known. */
export const UNKNOWN = '-';

/** Dollars: cents from one dollar up, three significant digits below, `-` when unknown. */
export function showUsd(amount: NanoUsd | null): string {
  if (amount === null) return UNKNOWN;
  const sign = amount < 0 ? '-' : '';
  const usd = Math.abs(amount) / 1e9;
  if (usd === 0) return '$0';
  if (usd >= 0.9995)
    return `${sign}$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const digits = { minimumSignificantDigits: 1, maximumSignificantDigits: 3 };
  return `${sign}$${usd.toLocaleString('en-US', digits)}`;
}

export function showCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A share of 1 in percent with one decimal; `-` when unknown. */
export function showShare(share: number | null): string {
  return share === null ? UNKNOWN : `${(share * 100).toFixed(1)}%`;
}

/** A duration: `3.4 ms`, `412 ms`, `1.25 s`, `2 min 5 s`; `-` when unknown. */
export function showDuration(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A point in time in UTC, to the millisecond. */
export function showTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Text that a client or a provider chose, safe for a terminal: no control character passes. */
export function showText(text: string | null): string {
  return text === null ? UNKNOWN : text.replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

/** The model of a row with its tier, `haiku (small)`; alone when it stands on none, `-` when nobody answered. */
export function showModel({ model, tier }: { model: string | null; tier: string | null }): string {
  return model === null || tier === null || tier === '' ? showText(model) : `${showText(model)} (${showText(tier)})`;
}
