// How the micro benchmarks measure: many short batches after a warm-up.

export interface Figure {
  name: string;
  run: () => unknown;
  /** Operations in one call of `run`. */
  operations?: number;
}

export const WARM_UP_MS = 300;
export const MEASURE_MS = 700;
const BATCH_US = 200;

/** Median and 99th percentile of many short batches, in microseconds per operation. */
export function measure({ name, run, operations = 1 }: Figure): Record<string, number> {
  const warmUntil = performance.now() + WARM_UP_MS;
  let runs = 0;
  const startedAt = performance.now();
  while (performance.now() < warmUntil) {
    run();
    runs++;
  }
  const onceUs = ((performance.now() - startedAt) * 1000) / runs;
  const batch = Math.max(1, Math.round(BATCH_US / onceUs));
  const samples: number[] = [];
  const until = performance.now() + MEASURE_MS;
  while (performance.now() < until || samples.length < 20) {
    const from = performance.now();
    for (let index = 0; index < batch; index++) run();
    samples.push(((performance.now() - from) * 1000) / (batch * operations));
  }
  samples.sort((a, b) => a - b);
  const at = (share: number): number =>
    round(samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] as number);
  return { [`${name}_p50_us`]: at(0.5), [`${name}_p99_us`]: at(0.99) };
}

/** Three digits: a benchmark knows no more. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
