// What learners see of a request, and of many: hashed counts of words and letters, facts in a fixed order, and, where somebody made
// one, an embedding. Numbers only; which text they came from is forgotten.

/** One request's features. The arrays may be longer than what counts of them and are used again for the next request. */
export interface RequestFeatures {
  /** Columns of the hashed features that are not zero, each once, in no particular order; the first `count` count. */
  indices: Int32Array;
  /** Weighed by rarity, and with a length of one for words and one for runs of letters. */
  values: Float32Array;
  /** The same as they were counted: 1 + ln(count). A long text has more of it. */
  counts: Float32Array;
  count: number;
  /** Facts of the request, in the order that the extractor defines; standardised by nobody yet. */
  dense: Float64Array;
  /** Null where no encoder is used, or none answered in time. */
  embedding: Float32Array | null;
}

/** Rows of hashed features, one after the other: row r has the places `starts[r]` to `starts[r + 1]` of the other two. */
export interface SparseMatrix {
  rows: number;
  columns: number;
  starts: Int32Array;
  indices: Int32Array;
  /** `values` and `counts` as in RequestFeatures. */
  values: Float32Array;
  counts: Float32Array;
}

/** Row after row. */
export interface DenseMatrix {
  rows: number;
  columns: number;
  values: Float64Array;
}
