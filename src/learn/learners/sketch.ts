// A request in 64 small numbers, so that thousands can be compared with it in no time: random projections of its hashed features, or of its
// embedding, whose angles are about those of the originals. Johnson, Lindenstrauss (1984); with signs only: Achlioptas (2003),
// Database-friendly random projections.
import { mix } from '../../stats/hash.ts';

export const DIMENSIONS = 64;
/** A number of a random direction is seldom above 3.2 standard deviations, which is what a byte holds then. */
const PER_DEVIATION = 40;

/** Signs of a column: 32 bits for either half of the dimensions. */
function signsOf(column: number, half: number): number {
  return mix(mix(column + 1) ^ (half === 0 ? 0x3c6ef372 : 0xdaa66d2b));
}

/** Writes the sketch of a request to `out` and gives its length; 0 for a request without features. `indices` null: one value after the other. */
export type Sketch = (
  indices: ArrayLike<number> | null,
  values: ArrayLike<number>,
  count: number,
  out: Int8Array,
) => number;

/** Signs are taken four at a time: sums by each of the 16 ways that four signs can be, taken apart at the end. */
const GROUPS = DIMENSIONS / 4;

export function createSketch(): Sketch {
  const byGroup = new Float64Array(GROUPS * 16);
  const sums = new Float64Array(DIMENSIONS);
  return (indices, values, count, out) => {
    byGroup.fill(0);
    for (let at = 0; at < count; at++)
      add(byGroup, indices === null ? at : (indices[at] as number), values[at] as number);
    takeApart(byGroup, sums);
    return round(sums, out);
  };
}

function add(byGroup: Float64Array, column: number, value: number): void {
  for (let half = 0; half < 2; half++) {
    let signs = signsOf(column, half);
    const end = (half + 1) * GROUPS * 8;
    for (let base = half * GROUPS * 8; base < end; base += 16) {
      byGroup[base + (signs & 15)] = (byGroup[base + (signs & 15)] as number) + value;
      signs >>>= 4;
    }
  }
}

function takeApart(byGroup: Float64Array, sums: Float64Array): void {
  sums.fill(0);
  for (let group = 0; group < GROUPS; group++)
    for (let way = 0; way < 16; way++) {
      const value = byGroup[group * 16 + way] as number;
      for (let bit = 0; bit < 4; bit++)
        sums[group * 4 + bit] = (sums[group * 4 + bit] as number) + (((way >> bit) & 1) === 0 ? value : -value);
    }
}

function round(sums: Float64Array, out: Int8Array): number {
  let squares = 0;
  for (let at = 0; at < DIMENSIONS; at++) squares += (sums[at] as number) ** 2;
  const scale = squares > 0 ? PER_DEVIATION / Math.sqrt(squares / DIMENSIONS) : 0;
  let length = 0;
  for (let at = 0; at < DIMENSIONS; at++) {
    const value = Math.max(-127, Math.min(127, Math.round((sums[at] as number) * scale)));
    out[at] = value;
    length += value * value;
  }
  return Math.sqrt(length);
}

const PAIRS = DIMENSIONS / 2;

/** Sketches with two numbers in one: `low + high * 2^16`, as `products` wants them; its own side is `turned`, high and low. */
export function packPairs(many: Int8Array, isTurned: boolean, out = new Int32Array(many.length / 2)): Int32Array {
  for (let pair = 0; pair < out.length; pair++) {
    const one = many[2 * pair] as number;
    const other = many[2 * pair + 1] as number;
    out[pair] = isTurned ? other + one * 65_536 : one + other * 65_536;
  }
  return out;
}

/**
 * The inner products of a sketch and each of many, at most one for each pair too small. A product of two such pairs, modulo 2^32, has in
 * its upper half the sum of the two products that are wanted, which is below 2^15: two for one, and four sketches at a time.
 */
export function products(turned: Int32Array, pairs: Int32Array, out: Int32Array): void {
  let which = 0;
  for (; which + 4 <= out.length; which += 4) {
    const from = which * PAIRS;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let at = 0; at < PAIRS; at++) {
      const own = turned[at] as number;
      const to = from + at;
      s0 = (s0 + (Math.imul(own, pairs[to] as number) >> 16)) | 0;
      s1 = (s1 + (Math.imul(own, pairs[to + PAIRS] as number) >> 16)) | 0;
      s2 = (s2 + (Math.imul(own, pairs[to + 2 * PAIRS] as number) >> 16)) | 0;
      s3 = (s3 + (Math.imul(own, pairs[to + 3 * PAIRS] as number) >> 16)) | 0;
    }
    out[which] = s0;
    out[which + 1] = s1;
    out[which + 2] = s2;
    out[which + 3] = s3;
  }
  for (; which < out.length; which++) {
    let sum = 0;
    for (let at = 0; at < PAIRS; at++)
      sum = (sum + (Math.imul(turned[at] as number, pairs[which * PAIRS + at] as number) >> 16)) | 0;
    out[which] = sum;
  }
}

/** The length of each of many sketches. */
export function lengthsOf(many: Int8Array): Float64Array {
  return Float64Array.from({ length: many.length / DIMENSIONS }, (_, which) => {
    let sum = 0;
    for (let at = 0; at < DIMENSIONS; at++) sum += (many[which * DIMENSIONS + at] as number) ** 2;
    return Math.sqrt(sum);
  });
}
