// Examples as the columns that linear learners weigh: hashed columns that more than one row has, then facts and embedding, standardised,
// then a one for the intercept. Every block's rows have a length of about one, so that strengths mean the same for all of them.
import type { DenseMatrix, SparseMatrix } from '../features/features.ts';
import type { Examples } from './learner.ts';

/** How a block of plain numbers is standardised: (value - mean) * scale, cut at the bounds. */
export interface Scaling {
  means: Float64Array;
  scales: Float64Array;
}

/** What a design is made with, known of its training rows. */
export interface Columns {
  /** Number of hashed columns there are. */
  hashed: number;
  /** The hashed columns that count, ascending. */
  kept: Int32Array;
  dense: Scaling;
  embedded: Scaling | null;
}

/** Sparse lines, one after the other: line l has the places `starts[l]` to `starts[l + 1]` of the other two. */
export interface Lines {
  starts: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

/** The same numbers twice, so that sums along rows and along columns are both read in order. */
export interface Design {
  byRow: Lines;
  byColumn: Lines;
  /** Columns of the facts, which come first, then of the embedding; the intercept is behind them, then come the kept columns. */
  facts: number;
  embedded: number;
  /** For each kept column its place in the design: the more rows have it, the further in front, where it stays in the processor's cache. */
  places: Int32Array;
}

export function columnCount({ byColumn }: Design): number {
  return byColumn.starts.length - 1;
}

/** A column that less weight than this has says nothing of requests to come. */
const LEAST_WEIGHT = 1.5;
/** Standard deviations at which a value is cut: a request as nobody has ever seen must not throw an estimate off. */
const BOUND = 4;

export function columnsOf({ sparse, dense, embedded, weights }: Examples): Columns {
  return {
    hashed: sparse.columns,
    kept: keptColumns(sparse, weights),
    dense: scalingOf(dense, weights),
    embedded: embedded && scalingOf(embedded, weights),
  };
}

function keptColumns({ rows, columns, starts, indices }: SparseMatrix, weights: Float64Array): Int32Array {
  const having = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++)
      having[indices[at] as number] = (having[indices[at] as number] as number) + (weights[row] as number);
  return Int32Array.from({ length: columns }, (_, column) => column).filter(
    (column) => (having[column] as number) >= LEAST_WEIGHT,
  );
}

/** A column that is the same everywhere gets the scale 0. */
function scalingOf({ rows, columns, values }: DenseMatrix, weights: Float64Array): Scaling {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    for (let row = 0; row < rows; row++)
      mean += ((weights[row] as number) / total) * (values[row * columns + column] as number);
    let variance = 0;
    for (let row = 0; row < rows; row++)
      variance += ((weights[row] as number) / total) * ((values[row * columns + column] as number) - mean) ** 2;
    means[column] = mean;
    scales[column] = variance > 1e-12 * (1 + mean * mean) ? 1 / Math.sqrt(variance * columns) : 0;
  }
  return { means, scales };
}

/** Writes a block's standardised values; what is no number counts as the mean. */
export function standardise(values: ArrayLike<number>, { means, scales }: Scaling, out: Float64Array): void {
  const bound = BOUND / Math.sqrt(means.length);
  for (let at = 0; at < means.length; at++) {
    const value = ((values[at] as number) - (means[at] as number)) * (scales[at] as number);
    if (value > bound) out[at] = bound;
    else if (value < -bound) out[at] = -bound;
    else out[at] = Number.isNaN(value) ? 0 : value;
  }
}

export function designOf({ sparse, dense, embedded }: Examples, columns: Columns): Design {
  const facts = dense.columns;
  const embeddedColumns = columns.embedded?.means.length ?? 0;
  const others = facts + embeddedColumns + 1;
  const places = placesOf(sparse, columns.kept).map((place) => place + others);
  const lines = createLines(sparse.rows, sparse.indices.length + sparse.rows * others);
  const placeOf = new Int32Array(sparse.columns).fill(-1);
  for (const [at, column] of columns.kept.entries()) placeOf[column] = places[at] as number;
  const row = new Float64Array(others);
  row[others - 1] = 1;
  for (let at = 0; at < sparse.rows; at++) {
    standardise(rowOf(dense, at), columns.dense, row);
    if (embedded !== null && columns.embedded !== null)
      standardise(rowOf(embedded, at), columns.embedded, row.subarray(facts));
    addLine(lines, at, { row, sparse, placeOf });
  }
  const byRow = trim(lines);
  return { byRow, byColumn: turned(byRow, others + places.length), facts, embedded: embeddedColumns, places };
}

function rowOf({ columns, values }: DenseMatrix, row: number): Float64Array {
  return values.subarray(row * columns, (row + 1) * columns);
}

function createLines(count: number, most: number): Lines {
  return { starts: new Int32Array(count + 1), indices: new Int32Array(most), values: new Float32Array(most) };
}

function addLine(
  { starts, indices, values }: Lines,
  at: number,
  { row, sparse, placeOf }: { row: Float64Array; sparse: SparseMatrix; placeOf: Int32Array },
): void {
  let end = starts[at] as number;
  for (let column = 0; column < row.length; column++) {
    if (row[column] === 0) continue;
    indices[end] = column;
    values[end++] = row[column] as number;
  }
  for (let from = sparse.starts[at] as number; from < (sparse.starts[at + 1] as number); from++) {
    const place = placeOf[sparse.indices[from] as number] as number;
    if (place < 0) continue;
    indices[end] = place;
    values[end++] = sparse.values[from] as number;
  }
  starts[at + 1] = end;
}

function trim({ starts, indices, values }: Lines): Lines {
  const end = starts.at(-1) as number;
  return { starts, indices: indices.slice(0, end), values: values.slice(0, end) };
}

/** Rows as columns. */
function turned({ starts, indices, values }: Lines, count: number): Lines {
  const turnedLines = createLines(count, indices.length);
  const ends = turnedLines.starts;
  for (const column of indices) ends[column + 1] = (ends[column + 1] as number) + 1;
  for (let column = 0; column < count; column++)
    ends[column + 1] = (ends[column + 1] as number) + (ends[column] as number);
  const next = ends.slice();
  for (let row = 0; row + 1 < starts.length; row++)
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
      const to = next[indices[at] as number] as number;
      turnedLines.indices[to] = row;
      turnedLines.values[to] = values[at] as number;
      next[indices[at] as number] = to + 1;
    }
  return turnedLines;
}

/** The order of the kept columns by the number of rows that have them. */
function placesOf({ columns, indices }: SparseMatrix, kept: Int32Array): Int32Array {
  const having = new Int32Array(columns);
  for (const column of indices) having[column] = (having[column] as number) + 1;
  const order = Int32Array.from(kept.keys()).sort(
    (one, other) => (having[kept[other] as number] as number) - (having[kept[one] as number] as number) || one - other,
  );
  const places = new Int32Array(kept.length);
  for (const [place, at] of order.entries()) places[at] = place;
  return places;
}
