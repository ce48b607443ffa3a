// Points in time as people write them on a command line.

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Milliseconds since 1970 for `7d`, `24h`, `30m`, `2w` (that long before now) or an ISO date or time (a date alone is
 * midnight UTC). Throws a sentence for anything else.
 */
export function parseTime(text: string, nowMs: number): number {
  const [, amount, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`"${text}" is no time: write 30m, 24h, 7d, 2w or a date like 2026-03-01.`);
  return time;
}
