// What a learner is: it makes of examples a state of plain numbers, and of a state a function that rates a request for every model at
// once. Training may take seconds; rating takes microseconds and allocates nothing. Nothing here is random without a seed.
import type { JsonObject } from '../../call/json.ts';
import type { DenseMatrix, RequestFeatures, SparseMatrix } from '../features/features.ts';

/** What is learned from: the features of requests, and how good each model's answer was. */
export interface Examples {
  sparse: SparseMatrix;
  dense: DenseMatrix;
  /** Null where no encoder is used. */
  embedded: DenseMatrix | null;
  models: readonly string[];
  /** For each model one value per row, 0 to 1; NaN where its answer is not known. */
  qualities: readonly Float64Array[];
  /** One per row. */
  weights: Float64Array;
  /** For each row the number of its family: rows that are made from one template belong together in cross-validation. */
  families: Int32Array;
  /** For each row what it is about, a number from 0 to `topicCount` - 1; -1 where nobody says. Known of examples, never of requests. */
  topics: Int32Array;
  topicCount: number;
}

export interface FitOptions {
  seed: number;
  /** Told from time to time how much is done, 0 to 1. */
  onProgress?: (done: number) => void;
}

export const LEARNERS = ['linear', 'trees', 'neighbours', 'factors', 'direction', 'topics', 'kernel', 'exact'] as const;
export type LearnerName = (typeof LEARNERS)[number];

/**
 * Writes an estimate of every model's quality to `out`, in the order of the examples' models; about 0 to 1, but calibrated by nobody, and
 * possibly outside. Never NaN.
 */
export type Rate = (request: RequestFeatures, out: Float64Array) => void;

export interface Learner<State> {
  readonly name: LearnerName;
  /** The same examples, options and seed make the same state on every machine of one kind. */
  fit(examples: Examples, options: FitOptions): State;
  /**
   * The same learner with whatever it chooses by cross-validation chosen on these examples, for many fits on parts of them; left out where
   * there is nothing to choose.
   */
  tuned?(examples: Examples, options: FitOptions): Learner<State>;
  rater(state: State): Rate;
  /** As the artifact keeps it: plain JSON, arrays of numbers packed by `pack`. */
  write(state: State): JsonObject;
  /** Throws Error with what is wrong, as the rest of a sentence about the artifact; whatever comes in, nothing of it is run. */
  read(json: unknown): State;
}
