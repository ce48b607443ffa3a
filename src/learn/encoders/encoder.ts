// What an encoder is to a learned router and its training: something that makes a vector of a request's text. It may take its time, in a
// thread of its own or over HTTP; how long anybody waits for it is up to whoever asks. No router needs one.
import type { NanoUsd } from '../../call/money.ts';

export interface Encoded {
  /** Shared by all who ask for the same text: to read only. */
  vector: Float32Array;
  /** What this vector cost: 0 where nothing is paid for it, null where the cost is not known. */
  costNanoUsd: NanoUsd | null;
}

export interface Encoder {
  /**
   * Names encoder and weights, and whatever else the numbers depend on, such as `use-lite@0.2.0/256`: what was learned from
   * one encoder's vectors means nothing to another's.
   */
  readonly name: string;
  /** Numbers in a vector; null until the first vector has told. */
  readonly dimensions: number | null;
  /** The configured model that gets to see the text; null where the text stays in this process. */
  readonly sentTo: string | null;
  /** Rejects with an Error that says why there is no vector. A text of nothing but blanks gives zeros, or is rejected. */
  encode: (text: string) => Promise<Encoded>;
  /** Ends what is under way, which is rejected, and lets go of everything. */
  close: () => Promise<void>;
}

/** Why there is no vector, where the attempt cost something all the same. */
export class PaidForNothing extends Error {
  /** Null where it is not known. */
  readonly costNanoUsd: NanoUsd | null;

  constructor(message: string, costNanoUsd: NanoUsd | null) {
    super(message);
    this.name = 'PaidForNothing';
    this.costNanoUsd = costNanoUsd;
  }
}

/** Scales a vector to length 1, in place; zeros stay zeros. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum === 0) return vector;
  const factor = 1 / Math.sqrt(sum);
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] as number) * factor;
  return vector;
}

/** The message of whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
