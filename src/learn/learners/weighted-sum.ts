// What a request's hashed columns come to under a table of weights: the inner loop of every learner that weighs words. Each output's sum
// is taken in the order of the columns, however many outputs are taken at a time.

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
  table: Float32Array,
  { outputs, out }: { outputs: number; out: Float64Array },
): void {
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    let s0 = out[k] as number;
    let s1 = out[k + 1] as number;
    let s2 = out[k + 2] as number;
    let s3 = out[k + 3] as number;
    for (let at = 0; at < count; at++) {
      const value = values[at] as number;
      const base = (indices[at] as number) * outputs + k;
      s0 += value * (table[base] as number);
      s1 += value * (table[base + 1] as number);
      s2 += value * (table[base + 2] as number);
      s3 += value * (table[base + 3] as number);
    }
    out[k] = s0;
    out[k + 1] = s1;
    out[k + 2] = s2;
    out[k + 3] = s3;
  }
  for (; k < outputs; k++) {
    let sum = out[k] as number;
    for (let at = 0; at < count; at++)
      sum += (values[at] as number) * (table[(indices[at] as number) * outputs + k] as number);
    out[k] = sum;
  }
}

export type AddWide = (request: WeightedColumns, table: Float32Array, out: Float64Array) => void;

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
