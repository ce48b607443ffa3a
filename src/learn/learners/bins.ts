// Examples as trees see them: of each column which of few bins its value is in, at most 64, and of the hashed columns only those that tell most.
import type { RequestFeatures } from '../features/features.ts';
import type { Examples } from './learner.ts';

/** Most bins of a column. */
export const BINS = 64;
const MOST_HASHED = 200;

/** By column, then row: the number of the bin. Bin b of a column has the values up to its edge b, the last one all others. */
export interface Binned {
  rows: number;
  columns: number;
  bins: Uint8Array;
  edges: Float32Array[];
}

/** The hashed columns that go most with any model's quality, by correlation, ascending. */
export function chooseColumns({ sparse, qualities, weights }: Examples): Int32Array {
  const most = new Float64Array(sparse.columns);
  for (const values of qualities) {
    const scores = correlations(sparse, values, weights);
    for (let column = 0; column < most.length; column++)
      most[column] = Math.max(most[column] as number, scores[column] as number);
  }
  return Int32Array.from(most.keys())
    .sort((one, other) => (most[other] as number) - (most[one] as number) || one - other)
    .slice(0, MOST_HASHED)
    .filter((column) => (most[column] as number) > 0)
    .sort();
}

/** Squares of how each column goes with the qualities, where they are known: covariance over the column's deviation. */
function correlations(
  { rows, columns, starts, indices, values }: Examples['sparse'],
  qualities: Float64Array,
  weights: Float64Array,
): Float64Array {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(qualities[row])) continue;
    total += weights[row] as number;
    sum += (weights[row] as number) * (qualities[row] as number);
  }
  const [sums, squares, products] = [new Float64Array(columns), new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    const gap = (qualities[row] as number) - sum / total;
    if (Number.isNaN(gap)) continue;
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
      const column = indices[at] as number;
      const value = (values[at] as number) * (weights[row] as number);
      sums[column] = (sums[column] as number) + value;
      squares[column] = (squares[column] as number) + value * (values[at] as number);
      products[column] = (products[column] as number) + value * gap;
    }
  }
  return sums.map((columnSum, column) => {
    const variance = (squares[column] as number) - (total > 0 ? columnSum ** 2 / total : 0);
    return variance > 1e-9 ? (products[column] as number) ** 2 / variance : 0;
  });
}

/** Gives one request's columns after the other, the same array every time: facts, embedding, chosen hashed columns. */
export function columnReader(
  facts: number,
  embedded: number,
  { hashed, columns }: { hashed: Int32Array; columns: number },
): (request: RequestFeatures) => Float32Array {
  const out = new Float32Array(facts + embedded + hashed.length);
  const placeOf = new Int16Array(columns).fill(-1);
  for (const [at, column] of hashed.entries()) placeOf[column] = facts + embedded + at;
  return ({ indices, values, count, dense, embedding }) => {
    out.fill(0);
    for (let at = 0; at < facts; at++) out[at] = dense[at] as number;
    if (embedding !== null) for (let at = 0; at < embedded; at++) out[facts + at] = embedding[at] as number;
    for (let at = 0; at < count; at++) {
      const place = placeOf[indices[at] as number] as number;
      if (place >= 0) out[place] = values[at] as number;
    }
    return out;
  };
}

/** `valuesOf(row)` gives a row's columns. Edges lie at even shares of the rows, each between two values that differ. */
export function binned(rows: number, columns: number, valuesOf: (row: number) => Float32Array): Binned {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const own = valuesOf(row);
    for (let column = 0; column < columns; column++) values[column * rows + row] = own[column] as number;
  }
  const bins = new Uint8Array(rows * columns);
  const edges: Float32Array[] = [];
  for (let column = 0; column < columns; column++) {
    const own = values.subarray(column * rows, (column + 1) * rows);
    const edge = edgesOf(own);
    edges.push(edge);
    for (let row = 0; row < rows; row++) bins[column * rows + row] = binOf(own[row] as number, edge);
  }
  return { rows, columns, bins, edges };
}

function edgesOf(values: Float32Array): Float32Array {
  const sorted = values.toSorted();
  const edges: number[] = [];
  for (let bin = 1; bin < BINS; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / BINS) - 1];
    if (edge === undefined || edge === sorted.at(-1)) continue;
    if (edges.length === 0 || edge > (edges.at(-1) as number)) edges.push(edge);
  }
  return Float32Array.from(edges);
}

/** Values that are no number are in the last bin, as in a tree they go where the large ones go. */
function binOf(value: number, edges: Float32Array): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
