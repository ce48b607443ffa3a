// A token count as some provider wrote it.

/** A whole number, never negative. */
export type TokenCount = number;

/** The count in a JSON value: strings of digits are tolerated, everything else that is not a count is zero. */
export function countOf(value: unknown): TokenCount {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count > 0 ? Math.floor(count) : 0;
}
