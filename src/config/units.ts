// Durations, sizes, shares and percentages as people write them. Every reader returns a number in the unit of its name, or the
// sentence that says what is wrong; it must never guess a unit.

export type Reading = { value: number } | { problem: string };

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  kib: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};
const AMOUNT = /^(\d+(?:\.\d+)?)\s*([a-z%]*)$/i;

/** Milliseconds of `800ms`, `2s`, `1.5m`, `1h` or `90d`, rounded. A bare number has no unit and is a problem. */
export function readDuration(source: string | number): Reading {
  const problem = { problem: 'expected a duration with its unit, such as 800ms, 2s, 5m, 1h or 90d' };
  if (typeof source === 'number') {
    return { problem: `a duration needs a unit: write ${source}ms or ${source}s` };
  }
  const [amount, unit] = split(source);
  if (amount === null) return problem;
  const factor = DURATION_MS[unit];
  if (factor !== undefined) return bounded(amount * factor, 'duration');
  return unit === '' ? readDuration(amount) : problem;
}

/** Bytes of `32MB`, `512KB`, `1GiB` or a bare number; K, M and G are powers of 1024. */
export function readSize(source: string | number): Reading {
  const [amount, unit] = split(String(source));
  const factor = unit === '' ? 1 : SIZE_BYTES[unit];
  if (amount === null || factor === undefined)
    return { problem: 'expected a size such as 32MB, 512KB or a number of bytes' };
  return bounded(amount * factor, 'size');
}

/** The fraction of `80%` or `0.8`; between 0 and 1. */
export function readShare(source: string | number): Reading {
  const [amount, unit] = split(String(source));
  if (amount === null || (unit !== '' && unit !== '%')) return { problem: 'expected a share such as 80% or 0.8' };
  const share = unit === '%' ? amount / 100 : amount;
  if (share <= 1) return { value: share };
  return { problem: unit === '%' ? 'a share is at most 100%' : `a share is at most 1; for percent write ${amount}%` };
}

/** The percentage of `5` or `5%`: 0.1 to 100. */
export function readPercent(source: string | number): Reading {
  const [amount, unit] = split(String(source));
  const isPercent = amount !== null && (unit === '' || unit === '%') && amount >= 0.1 && amount <= 100;
  return isPercent ? { value: amount } : { problem: 'expected a percentage from 0.1 to 100, such as 5' };
}

/** Minutes of the day of `08:00`; `24:00` is its end. */
export function readClock(source: string): Reading {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(source.trim()) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  return value <= 1440 && Number(minutes) < 60 ? { value } : { problem: 'expected a time of day such as 08:00' };
}

function split(source: string): [amount: number | null, unit: string] {
  const [, digits, unit = ''] = AMOUNT.exec(source.trim()) ?? [];
  return [digits === undefined ? null : Number(digits), unit.toLowerCase()];
}

function bounded(value: number, what: string): Reading {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? { value: rounded } : { problem: `the ${what} is too large` };
}
