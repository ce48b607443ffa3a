// Money: integer nano-dollars (1 USD = 1e9), so that sums are exact and nothing is rounded twice.

/** An amount in nano-dollars; always an integer. 2^53 nano-dollars are nine million dollars. */
export type NanoUsd = number;

/**
 * How an amount is known. `measured`: priced from usage the provider reported. `estimated`: priced from our own count.
 * `unknown`: no price or no usage; never counted as zero, never guessed silently.
 */
export type CostBasis = 'measured' | 'estimated' | 'unknown';

/** An amount with its basis; `nanoUsd` is null exactly when the basis is `unknown`. */
export interface Cost {
  nanoUsd: NanoUsd | null;
  basis: CostBasis;
}

export const UNKNOWN_COST: Readonly<Cost> = Object.freeze({ nanoUsd: null, basis: 'unknown' });

/** Dollars as a plain decimal number, for JSON (`usage.cost`) and for display. */
export function toUsd(amount: NanoUsd): number {
  return amount / 1e9;
}

/** Dollars as a decimal string without exponent or trailing zeros: 0.00000125, not 1.25e-6. */
export function formatUsd(amount: NanoUsd): string {
  if (amount < 0) return `-${formatUsd(-amount)}`;
  const whole = Math.floor(amount / 1e9);
  let fraction = amount % 1e9;
  if (fraction === 0) return String(whole);
  let digits = 9;
  while (fraction % 10 === 0) {
    fraction /= 10;
    digits--;
  }
  return `${whole}.${String(fraction).padStart(digits, '0')}`;
}
