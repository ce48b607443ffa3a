// Examples by their rows: a part of them, and one of them as the request that it was.
import type { DenseMatrix, RequestFeatures, SparseMatrix } from '../features/features.ts';
import type { Examples } from './learner.ts';

/** The examples of these rows, in this order; a row may come more than once. Family numbers stay what they are. */
export function takeRows(examples: Examples, rows: Int32Array): Examples {
  return {
    sparse: takeSparse(examples.sparse, rows),
    dense: takeDense(examples.dense, rows),
    embedded: examples.embedded && takeDense(examples.embedded, rows),
    models: examples.models,
    qualities: examples.qualities.map((values) => Float64Array.from(rows, (row) => values[row] as number)),
    weights: Float64Array.from(rows, (row) => examples.weights[row] as number),
    families: rows.map((row) => examples.families[row] as number),
    topics: rows.map((row) => examples.topics[row] as number),
    topicCount: examples.topicCount,
  };
}

function takeSparse({ columns, starts, indices, values, counts }: SparseMatrix, rows: Int32Array): SparseMatrix {
  const newStarts = new Int32Array(rows.length + 1);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    newStarts[at + 1] = (newStarts[at] as number) + (starts[row + 1] as number) - (starts[row] as number);
  }
  const newIndices = new Int32Array(newStarts[rows.length] as number);
  const newValues = new Float32Array(newIndices.length);
  const newCounts = new Float32Array(newIndices.length);
  for (let at = 0; at < rows.length; at++) {
    const from = starts[rows[at] as number] as number;
    const to = starts[(rows[at] as number) + 1] as number;
    newIndices.set(indices.subarray(from, to), newStarts[at]);
    newValues.set(values.subarray(from, to), newStarts[at]);
    newCounts.set(counts.subarray(from, to), newStarts[at]);
  }
  return { rows: rows.length, columns, starts: newStarts, indices: newIndices, values: newValues, counts: newCounts };
}

function takeDense({ columns, values }: DenseMatrix, rows: Int32Array): DenseMatrix {
  const taken = new Float64Array(rows.length * columns);
  for (let at = 0; at < rows.length; at++) {
    const from = (rows[at] as number) * columns;
    taken.set(values.subarray(from, from + columns), at * columns);
  }
  return { rows: rows.length, columns, values: taken };
}

/** The numbers of the rows of which something holds, ascending. */
export function rowsWhere(rows: number, holds: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter(holds);
}

/** Gives one row after the other as a request; it is the same object every time. */
export function createReader({ sparse, dense, embedded }: Examples): (row: number) => RequestFeatures {
  const request: RequestFeatures = {
    indices: new Int32Array(0),
    values: new Float32Array(0),
    counts: new Float32Array(0),
    count: 0,
    dense: new Float64Array(dense.columns),
    embedding: embedded && new Float32Array(embedded.columns),
  };
  return (row) => {
    const from = sparse.starts[row] as number;
    const to = sparse.starts[row + 1] as number;
    request.indices = sparse.indices.subarray(from, to);
    request.values = sparse.values.subarray(from, to);
    request.counts = sparse.counts.subarray(from, to);
    request.count = to - from;
    request.dense.set(dense.values.subarray(row * dense.columns, (row + 1) * dense.columns));
    if (embedded !== null)
      request.embedding?.set(embedded.values.subarray(row * embedded.columns, (row + 1) * embedded.columns));
    return request;
  };
}
