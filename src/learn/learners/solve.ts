// Weighted, penalised least squares for many outputs at once, by conjugate gradients: one walk over the design serves every output, and
// nothing is ever as large as columns times columns or rows times rows. Hestenes, Stiefel (1952), Methods of conjugate gradients for
// solving linear systems; preconditioned by the diagonal. In 32-bit floats: what is read most has to fit the processor's cache.
import type { Design, Lines } from './design.ts';

export interface System {
  design: Design;
  outputs: number;
  /** By row, then output; 0 where an output knows nothing of a row. */
  weights: Float32Array;
  /** By column. */
  penalties: Float32Array;
}

export interface SolveOptions {
  /** By column, then output: where to begin. Changed in place and given back. */
  start: Float32Array;
  /** Length of what is left, as a share of the right side's, at which an output is done. */
  tolerance: number;
  mostSteps: number;
}

/** X b: by row, then output. */
export function project({ byRow }: Design, b: Float32Array, outputs: number): Float32Array {
  return gather(byRow, b, new Float32Array((byRow.starts.length - 1) * outputs));
}

/** X' r for r by row and output: by column, then output. */
export function spread({ byColumn }: Design, r: Float32Array, outputs: number): Float32Array {
  return gather(byColumn, r, new Float32Array((byColumn.starts.length - 1) * outputs));
}

/** For each line the sum of its values times what the table has at its indices; four outputs at a time, so that their sums stay in registers. */
function gather({ starts, indices, values }: Lines, table: Float32Array, out: Float32Array): Float32Array {
  const lines = starts.length - 1;
  const outputs = out.length / lines;
  for (let line = 0; line < lines; line++) {
    const from = starts[line] as number;
    const to = starts[line + 1] as number;
    let k = 0;
    for (; k + 4 <= outputs; k += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let at = from; at < to; at++) {
        const value = values[at] as number;
        const base = (indices[at] as number) * outputs + k;
        s0 += value * (table[base] as number);
        s1 += value * (table[base + 1] as number);
        s2 += value * (table[base + 2] as number);
        s3 += value * (table[base + 3] as number);
      }
      const base = line * outputs + k;
      out[base] = s0;
      out[base + 1] = s1;
      out[base + 2] = s2;
      out[base + 3] = s3;
    }
    for (; k < outputs; k++) {
      let sum = 0;
      for (let at = from; at < to; at++)
        sum += (values[at] as number) * (table[(indices[at] as number) * outputs + k] as number);
      out[line * outputs + k] = sum;
    }
  }
  return out;
}

/** (X' W X + P) b. */
function apply({ design, outputs, weights, penalties }: System, b: Float32Array): Float32Array {
  const scores = project(design, b, outputs);
  for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] as number) * (weights[at] as number);
  const image = spread(design, scores, outputs);
  for (let column = 0; column < penalties.length; column++) {
    const penalty = penalties[column] as number;
    for (let at = column * outputs; at < (column + 1) * outputs; at++)
      image[at] = (image[at] as number) + penalty * (b[at] as number);
  }
  return image;
}

/** 1 / the diagonal of X' W X + P. */
function inverseDiagonal({ design, outputs, weights, penalties }: System): Float32Array {
  const { starts, indices, values } = design.byColumn;
  const squares: Lines = { starts, indices, values: values.map((value) => value * value) };
  const out = gather(squares, weights, new Float32Array(penalties.length * outputs));
  for (let column = 0; column < penalties.length; column++)
    for (let at = column * outputs; at < (column + 1) * outputs; at++)
      out[at] = 1 / ((out[at] as number) + (penalties[column] as number));
  return out;
}

/** Solves (X' W X + P) b = `right` for every output. */
export function solve(system: System, right: Float32Array, options: SolveOptions): Float32Array {
  const { outputs } = system;
  const { start: b, tolerance, mostSteps } = options;
  const inverse = inverseDiagonal(system);
  const rest = apply(system, b).map((value, at) => (right[at] as number) - value);
  const direction = rest.map((value, at) => value * (inverse[at] as number));
  let slopes = products(rest, direction, outputs);
  const goals = products(right, right, outputs).map((square) => square * tolerance * tolerance);
  for (let step = 0; step < mostSteps; step++) {
    const isDone = products(rest, rest, outputs).map((length, k) => (length <= (goals[k] as number) ? 1 : 0));
    if (isDone.every((done) => done === 1)) break;
    const image = apply(system, direction);
    const curves = products(direction, image, outputs);
    const steps = slopes.map((slope, k) =>
      isDone[k] === 1 || !(Number(curves[k]) > 0) ? 0 : slope / Number(curves[k]),
    );
    advance(b, direction, steps);
    const back = steps.map((size) => -size);
    advance(rest, image, back);
    for (let at = 0; at < image.length; at++) image[at] = (rest[at] as number) * (inverse[at] as number);
    const next = products(rest, image, outputs);
    turn(
      direction,
      image,
      next.map((slope, k) => (slopes[k] === 0 ? 0 : slope / (slopes[k] as number))),
    );
    slopes = next;
  }
  return b;
}

/** The inner product of each output. */
function products(one: Float32Array, other: Float32Array, outputs: number): Float64Array {
  const sums = new Float64Array(outputs);
  for (let base = 0; base < one.length; base += outputs)
    for (let k = 0; k < outputs; k++)
      sums[k] = (sums[k] as number) + (one[base + k] as number) * (other[base + k] as number);
  return sums;
}

/** point += steps * direction. */
function advance(point: Float32Array, direction: Float32Array, steps: Float64Array): void {
  const outputs = steps.length;
  for (let base = 0; base < point.length; base += outputs)
    for (let k = 0; k < outputs; k++)
      point[base + k] = (point[base + k] as number) + (steps[k] as number) * (direction[base + k] as number);
}

/** direction = steepest + turns * direction. */
function turn(direction: Float32Array, steepest: Float32Array, turns: Float64Array): void {
  const outputs = turns.length;
  for (let base = 0; base < direction.length; base += outputs)
    for (let k = 0; k < outputs; k++)
      direction[base + k] = (steepest[base + k] as number) + (turns[k] as number) * (direction[base + k] as number);
}
