// Quantiles and other short descriptions of a list of numbers.

/** The value below which the share `q` of the sorted values lies, between neighbours in a straight line (type 7); null of none. */
export function quantile(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * Math.min(1, Math.max(0, q));
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  // Neighbours may be infinite.
  return at === below || low === high ? low : low + (high - low) * (at - below);
}

/** The smallest value that, with those below it, has the share `q` of the whole weight; null of no weight. */
export function weightedQuantile(values: readonly { value: number; weight: number }[], q: number): number | null {
  const sorted = values.filter(({ weight }) => weight > 0).toSorted((one, other) => one.value - other.value);
  const whole = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const { value, weight } of sorted) {
    reached += weight;
    if (reached >= q * whole) return value;
  }
  return sorted.at(-1)?.value ?? null;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function ascending(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}

/** A distribution in six numbers; null when there are no values. */
export interface Distribution {
  mean: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

export function describeValues(values: readonly number[]): Distribution | null {
  const sorted = ascending(values);
  const average = mean(sorted);
  if (average === null) return null;
  const at = (q: number): number => quantile(sorted, q) as number;
  return { mean: average, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}
