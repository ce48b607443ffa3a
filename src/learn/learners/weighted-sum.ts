// What a request's hashed columns come to under a table of weights: the inner loop of every learner that weighs words. Each output's sum
// is taken in the order of the columns, however many outputs are taken at a time. Tables are bytes: nothing of them is read twice, and what
// several learners read for one request has to fit the processor's cache.
import type { ByteTable } from './pack.ts';

/** Hashed columns of a request: the first `count` of both. */
export interface WeightedColumns {
  indices: Int32Array;
  values: Float32Array;
  count: number;
}

/**
 * Adds to each output the sum over columns of their value times the table's, which stands by column, then output. Four outputs at a time,
 * so that their sums stay in registers.
 */
export function addWeighted(
  { indices, values, count }: WeightedColumns,
  { bytes: table, scale }: ByteTable,
  { outputs, out }: { outputs: number; out: Float64Array },
): void {
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let at = 0; at < count; at++) {
      const value = values[at] as number;
      const base = (indices[at] as number) * outputs + k;
      s0 += value * (table[base] as number);
      s1 += value * (table[base + 1] as number);
      s2 += value * (table[base + 2] as number);
      s3 += value * (table[base + 3] as number);
    }
    out[k] = (out[k] as number) + scale * s0;
    out[k + 1] = (out[k + 1] as number) + scale * s1;
    out[k + 2] = (out[k + 2] as number) + scale * s2;
    out[k + 3] = (out[k + 3] as number) + scale * s3;
  }
  for (; k < outputs; k++) {
    let sum = 0;
    for (let at = 0; at < count; at++)
      sum += (values[at] as number) * (table[(indices[at] as number) * outputs + k] as number);
    out[k] = (out[k] as number) + scale * sum;
  }
}

export type AddWide = (request: WeightedColumns, table: Int8Array, out: Float64Array) => void;

/**
 * The same for many outputs: four columns at a time, so that each output is loaded and stored once for four. Of columns whose value is 0
 * nothing is read, nor of those from `columns` on. Gives a function that uses its own room again.
 */
export function createWideSum(columns: number, outputs: number): AddWide {
  const bases = new Int32Array(columns);
  const kept = new Float64Array(columns);
  return ({ indices, values, count }, table, out) => {
    let left = 0;
    for (let at = 0; at < count; at++) {
      const column = indices[at] as number;
      const value = values[at] as number;
      if (column >= columns || value === 0) continue;
      bases[left] = column * outputs;
      kept[left++] = value;
    }
    let at = 0;
    for (; at + 4 <= left; at += 4) {
      const b0 = bases[at] as number;
      const b1 = bases[at + 1] as number;
      const b2 = bases[at + 2] as number;
      const b3 = bases[at + 3] as number;
      const v0 = kept[at] as number;
      const v1 = kept[at + 1] as number;
      const v2 = kept[at + 2] as number;
      const v3 = kept[at + 3] as number;
      for (let k = 0; k < outputs; k++)
        out[k] =
          (out[k] as number) +
          v0 * (table[b0 + k] as number) +
          v1 * (table[b1 + k] as number) +
          v2 * (table[b2 + k] as number) +
          v3 * (table[b3 + k] as number);
    }
    for (; at < left; at++)
      for (let k = 0; k < outputs; k++)
        out[k] = (out[k] as number) + (kept[at] as number) * (table[(bases[at] as number) + k] as number);
  };
}
