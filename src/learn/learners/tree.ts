// One tree of a forest: grown level by level from histograms, walked from the root by comparisons.
import { BINS, type Binned } from './bins.ts';

/** A whole binary tree: node n has the children 2n + 1 and 2n + 2; the leaves are the nodes of the last level. */
export interface Tree {
  depth: number;
  /** By inner node: the column that is compared; -1 where nothing is, and the way is left. */
  columns: Int16Array;
  /** By inner node: left with values up to it, right with all others. */
  edges: Float32Array;
  /** By leaf. */
  leaves: Float32Array;
}

/** What a tree is grown from: gradients and curvatures of the loss by row; only the rows and columns named count. */
export interface Growth {
  binned: Binned;
  rows: Int32Array;
  columns: Int32Array;
  gradients: Float32Array;
  curvatures: Float32Array;
  depth: number;
}

/** Least curvature in a leaf: about that of twenty rows whose chance is a half. */
const LEAST_IN_LEAF = 5;
/** Holds a leaf's value at 0. */
const HELD = 2;
/** Least gain of a split that is worth a comparison. */
const LEAST_GAIN = 0.5;

/** Newton steps at the leaves: minus the sum of gradients over the sum of curvatures. */
export function growTree(growth: Growth): Tree {
  const { binned, rows, gradients, curvatures, depth } = growth;
  const inner = 2 ** depth - 1;
  const tree: Tree = {
    depth,
    columns: new Int16Array(inner).fill(-1),
    edges: new Float32Array(inner),
    leaves: new Float32Array(2 ** depth),
  };
  let parts: Int32Array[] = [rows];
  for (let level = 0; level < depth; level++) {
    const next: Int32Array[] = [];
    for (const [at, part] of parts.entries()) {
      const split = bestSplit(growth, part);
      const node = 2 ** level - 1 + at;
      if (split === null) {
        next.push(part, new Int32Array(0));
        continue;
      }
      tree.columns[node] = split.column;
      tree.edges[node] = (binned.edges[split.column] as Float32Array)[split.bin] as number;
      const from = split.column * binned.rows;
      const isLeft = (row: number): boolean => (binned.bins[from + row] as number) <= split.bin;
      next.push(
        part.filter(isLeft),
        part.filter((row) => !isLeft(row)),
      );
    }
    parts = next;
  }
  for (const [leaf, part] of parts.entries()) {
    let [gradient, curvature] = [0, HELD];
    for (const row of part) {
      gradient += gradients[row] as number;
      curvature += curvatures[row] as number;
    }
    tree.leaves[leaf] = -gradient / curvature;
  }
  return tree;
}

interface Split {
  column: number;
  bin: number;
}

const gradientSums = new Float64Array(BINS);
const curvatureSums = new Float64Array(BINS);

/** Null where none is worth it. */
function bestSplit({ binned, columns, gradients, curvatures }: Growth, rows: Int32Array): Split | null {
  const { rows: count, bins, edges } = binned;
  let best: Split | null = null;
  let most = LEAST_GAIN;
  const [ownGradients, ownCurvatures] = [gather(gradients, rows), gather(curvatures, rows)];
  const gradient = ownGradients.reduce((sum, value) => sum + value, 0);
  const curvature = ownCurvatures.reduce((sum, value) => sum + value, 0);
  if (curvature < 2 * LEAST_IN_LEAF) return null;
  const whole = gradient ** 2 / (curvature + HELD);
  for (const column of columns) {
    const last = (edges[column] as Float32Array).length;
    if (last === 0) continue;
    gradientSums.fill(0, 0, last + 1);
    curvatureSums.fill(0, 0, last + 1);
    const from = column * count;
    for (let at = 0; at < rows.length; at++) {
      const bin = bins[from + (rows[at] as number)] as number;
      gradientSums[bin] = (gradientSums[bin] as number) + (ownGradients[at] as number);
      curvatureSums[bin] = (curvatureSums[bin] as number) + (ownCurvatures[at] as number);
    }
    let [left, leftCurvature] = [0, 0];
    for (let bin = 0; bin < last; bin++) {
      left += gradientSums[bin] as number;
      leftCurvature += curvatureSums[bin] as number;
      const rightCurvature = curvature - leftCurvature;
      if (leftCurvature < LEAST_IN_LEAF || rightCurvature < LEAST_IN_LEAF) continue;
      const gain = left ** 2 / (leftCurvature + HELD) + (gradient - left) ** 2 / (rightCurvature + HELD) - whole;
      if (gain <= most) continue;
      most = gain;
      best = { column, bin };
    }
  }
  return best;
}

function gather(values: Float32Array, rows: Int32Array): Float32Array {
  const own = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at++) own[at] = values[rows[at] as number] as number;
  return own;
}

/** The leaf's value for a row of columns. */
export function walkTree({ depth, columns, edges, leaves }: Tree, values: Float32Array): number {
  let node = 0;
  for (let level = 0; level < depth; level++) {
    const column = columns[node] as number;
    node = 2 * node + (column < 0 || (values[column] as number) <= (edges[node] as number) ? 1 : 2);
  }
  return leaves[node - (2 ** depth - 1)] as number;
}
