// Logistic regression on a handful of columns, each weight drawn towards what is believed of it beforehand: exact, by Newton's steps.

/** What is believed of the weights: normal around the means, with these precisions (1 / variance). */
export interface Belief {
  means: Float64Array;
  precisions: Float64Array;
}

export interface SmallExamples {
  /** Row after row, `belief.means.length` columns each. */
  columns: Float64Array;
  /** 0 to 1, NaN where not known. */
  labels: Float64Array;
  weights: Float64Array;
}

const MOST_STEPS = 30;

/** The likeliest weights. */
export function fitSmall(examples: SmallExamples, belief: Belief): Float64Array {
  const weights = belief.means.slice();
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, curvature } = slopes(examples, weights, belief);
    const move = solveSmall(curvature, gradient);
    // Never far at once: where labels are few and one-sided, a whole step may overshoot.
    const length = Math.hypot(...move);
    const size = Math.min(1, 2 / (length || 1));
    for (let at = 0; at < weights.length; at++) weights[at] = (weights[at] as number) + size * (move[at] as number);
    if (length < 1e-8) break;
  }
  return weights;
}

function slopes(
  { columns, labels, weights: rowWeights }: SmallExamples,
  weights: Float64Array,
  { means, precisions }: Belief,
): { gradient: Float64Array; curvature: Float64Array } {
  const size = weights.length;
  const gradient = weights.map((weight, at) => (precisions[at] as number) * ((means[at] as number) - weight));
  const curvature = new Float64Array(size * size);
  for (let at = 0; at < size; at++) curvature[at * size + at] = precisions[at] as number;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    if (Number.isNaN(label)) continue;
    let odds = 0;
    for (let at = 0; at < size; at++) odds += (weights[at] as number) * (columns[row * size + at] as number);
    const chance = 1 / (1 + Math.exp(-odds));
    const gap = (rowWeights[row] as number) * (label - chance);
    const bend = (rowWeights[row] as number) * chance * (1 - chance);
    for (let at = 0; at < size; at++) {
      const value = columns[row * size + at] as number;
      gradient[at] = (gradient[at] as number) + gap * value;
      for (let other = 0; other <= at; other++) {
        const place = at * size + other;
        curvature[place] = (curvature[place] as number) + bend * value * (columns[row * size + other] as number);
      }
    }
  }
  return { gradient, curvature };
}

/** Solves a positive definite system given by its lower half (Cholesky). */
function solveSmall(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const root = matrix.slice();
  const get = (row: number, column: number): number => root[row * size + column] as number;
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = get(row, column);
      for (let at = 0; at < column; at++) sum -= get(row, at) * get(column, at);
      root[row * size + column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / get(column, column);
    }
  const solution = right.slice();
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++)
      solution[row] = (solution[row] as number) - get(row, at) * (solution[at] as number);
    solution[row] = (solution[row] as number) / get(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++)
      solution[row] = (solution[row] as number) - get(at, row) * (solution[at] as number);
    solution[row] = (solution[row] as number) / get(row, row);
  }
  return solution;
}

/** The `count` directions in which symmetric `matrix` (size by size) is longest, each of length 1; by power iteration. */
export function longestDirections(matrix: Float64Array, size: number, count: number): Float64Array[] {
  const rest = matrix.slice();
  const directions: Float64Array[] = [];
  for (let which = 0; which < Math.min(count, size); which++) {
    let direction = Float64Array.from({ length: size }, (_, at) => 1 + 0.1 * at + 0.01 * ((at + which) % 3));
    let length = 0;
    for (let step = 0; step < 500; step++) {
      const image = times(rest, direction);
      length = Math.hypot(...image);
      if (length < 1e-12) return directions;
      direction = image.map((value) => value / length);
    }
    directions.push(direction);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++)
        rest[row * size + column] =
          (rest[row * size + column] as number) - length * (direction[row] as number) * (direction[column] as number);
  }
  return directions;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  return vector.map((_, row) =>
    vector.reduce((sum, value, column) => sum + value * (matrix[row * vector.length + column] as number), 0),
  );
}
