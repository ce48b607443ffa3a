// Texts as the tensors that a sentence model takes, and its tensors as vectors: padding and mean pooling. Arithmetic only.
import { toUnitLength } from './encoder.ts';

export interface TokenBatch {
  rows: number;
  /** Tokens of the longest text. */
  columns: number;
  /** Row after row, zeros behind the shorter ones. */
  ids: BigInt64Array;
  /** 1 for a token, 0 for padding. */
  mask: BigInt64Array;
}

/** Texts of more than `most` tokens keep the first ones and their very last, which ends a text. */
export function toBatch(texts: readonly (readonly number[])[], most: number): TokenBatch {
  const cut = texts.map((ids) => (ids.length <= most ? ids : [...ids.slice(0, most - 1), ids.at(-1) as number]));
  const columns = Math.max(...cut.map(({ length }) => length));
  const ids = new BigInt64Array(cut.length * columns);
  const mask = new BigInt64Array(cut.length * columns);
  for (const [row, tokens] of cut.entries())
    for (const [column, id] of tokens.entries()) {
      ids[row * columns + column] = BigInt(id);
      mask[row * columns + column] = 1n;
    }
  return { rows: cut.length, columns, ids, mask };
}

/** What a model gives: a vector for each text, or one for each token. */
export interface Output {
  data: ArrayLike<number>;
  dims: readonly number[];
}

/** One vector of length 1 for each row, one behind the other; the mean over the tokens where there is one for each. Throws Error for another form. */
export function toVectors({ data, dims }: Output, { rows, columns, mask }: TokenBatch): Float32Array<ArrayBuffer> {
  const width = dims.at(-1) ?? 0;
  const isPooled = dims.length === 2;
  const fits = isPooled || (dims.length === 3 && dims[1] === columns);
  if (dims[0] !== rows || !fits || width < 1) throw new Error(`the model gave a tensor of ${dims.join(' x ')}`);
  const vectors = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * width, (row + 1) * width);
    for (let column = 0; column < (isPooled ? 1 : columns); column++) {
      if (!isPooled && mask[row * columns + column] === 0n) continue;
      const from = (isPooled ? row : row * columns + column) * width;
      for (let at = 0; at < width; at++) vector[at] = (vector[at] as number) + (data[from + at] as number);
    }
    // A sum has the direction of its mean.
    toUnitLength(vector);
  }
  return vectors;
}
