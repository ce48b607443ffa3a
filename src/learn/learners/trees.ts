// Gradient-boosted trees for what a sum cannot say: "long and with code", "short or with a number". On facts, embedding and the hashed
// columns that tell most, in histograms of few bins. Friedman (2001), Greedy function approximation: a gradient boosting machine; second
// order and row sampling as in Friedman (2002) and Chen, Guestrin (2016), XGBoost.
import { isObject, type JsonObject } from '../../call/json.ts';
import { logistic } from '../../stats/logistic.ts';
import { createRandom } from '../../stats/random.ts';
import { foldsOf } from '../rows/split.ts';
import { type Binned, binned, chooseColumns, columnReader } from './bins.ts';
import { createReader } from './examples.ts';
import type { Examples, FitOptions, Learner, Rate } from './learner.ts';
import { packFloats, readCount, unpack } from './pack.ts';
import { growTree, type Tree, walkTree } from './tree.ts';

/** One model's trees: their leaves' sum and the base are the log odds. */
export interface Forest {
  base: number;
  trees: Tree[];
}

export interface TreesState {
  /** Number of hashed columns there are. */
  columns: number;
  facts: number;
  embedded: number;
  /** The hashed columns that are looked at, behind facts and embedding. */
  hashed: Int32Array;
  /** One for each model. */
  forests: Forest[];
}

export interface TreesOptions {
  depth: number;
  shrinkage: number;
  mostTrees: number;
  /** Share of the rows that each tree sees, and of the columns. */
  sample: number;
  columnSample: number;
  /** Rounds without an improvement on families left out, after which it is enough. */
  patience: number;
}

export const USUAL_TREES: TreesOptions = {
  depth: 3,
  shrinkage: 0.1,
  mostTrees: 100,
  sample: 0.6,
  columnSample: 0.3,
  patience: 12,
};
const LEFT_OUT = 5;
/** Rows that a tree sees on average where there are more: a small tree asks no more of them. */
const MOST_SEEN = 3000;

export function createTrees(options: TreesOptions = USUAL_TREES): Learner<TreesState> {
  return {
    name: 'trees',
    fit: (examples, fitOptions) => fitTrees(examples, options, fitOptions),
    rater,
    write,
    read,
  };
}

function fitTrees(examples: Examples, options: TreesOptions, { seed, onProgress }: FitOptions): TreesState {
  const hashed = chooseColumns(examples);
  const [facts, embedded] = [examples.dense.columns, examples.embedded?.columns ?? 0];
  const reader = createReader(examples);
  const columnsOf = columnReader(facts, embedded, { hashed, columns: examples.sparse.columns });
  const table = binned(examples.sparse.rows, facts + embedded + hashed.length, (row) => columnsOf(reader(row)));
  const folds = foldsOf(examples.families, LEFT_OUT, seed);
  const forests = examples.qualities.map((qualities, model) => {
    const forest = boost({ table, qualities, weights: examples.weights, folds, options, seed: seed + model });
    onProgress?.((model + 1) / examples.qualities.length);
    return forest;
  });
  return { columns: examples.sparse.columns, facts, embedded, hashed, forests };
}

interface Boosting {
  table: Binned;
  qualities: Float64Array;
  weights: Float64Array;
  folds: Int32Array;
  options: TreesOptions;
  seed: number;
}

/** Rows of the first fold say when it is enough; the others are learned from. */
function boost({ table, qualities, weights, folds, options, seed }: Boosting): Forest {
  const random = createRandom(seed);
  const known = Int32Array.from(qualities.keys()).filter((row) => !Number.isNaN(qualities[row]));
  const learned = known.filter((row) => folds[row] !== 0);
  const watched = known.filter((row) => folds[row] === 0);
  const base = baseOf(learned, qualities, weights);
  const odds = new Float32Array(table.rows).fill(base);
  const gradients = new Float32Array(table.rows);
  const curvatures = new Float32Array(table.rows);
  const share = Math.min(options.sample, MOST_SEEN / learned.length);
  const all = Int32Array.from({ length: table.columns }, (_, column) => column);
  const trees: Tree[] = [];
  let [least, enough] = [lossOf(watched, { odds, qualities, weights }), 0];
  for (let round = 0; round < options.mostTrees && round - enough < options.patience; round++) {
    const rows = learned.filter(() => random() < share);
    for (const row of rows) {
      const chance = logistic(odds[row] as number);
      gradients[row] = (weights[row] as number) * (chance - (qualities[row] as number));
      curvatures[row] = (weights[row] as number) * chance * (1 - chance);
    }
    const columns = all.filter(() => random() < options.columnSample);
    const tree = growTree({ binned: table, rows, columns, gradients, curvatures, depth: options.depth });
    tree.leaves = tree.leaves.map((leaf) => leaf * options.shrinkage);
    for (const row of known) odds[row] = (odds[row] as number) + leafOf(tree, table, row);
    trees.push(tree);
    const loss = lossOf(watched, { odds, qualities, weights });
    if (loss >= least) continue;
    least = loss;
    enough = round + 1;
  }
  return { base, trees: trees.slice(0, enough) };
}

/** Log odds of the weighted mean, with half a good and half a bad one more. */
function baseOf(rows: Int32Array, qualities: Float64Array, weights: Float64Array): number {
  let [good, bad] = [0.5, 0.5];
  for (const row of rows) {
    good += (weights[row] as number) * (qualities[row] as number);
    bad += (weights[row] as number) * (1 - (qualities[row] as number));
  }
  return Math.log(good / bad);
}

interface Rated {
  odds: Float32Array;
  qualities: Float64Array;
  weights: Float64Array;
}

function lossOf(rows: Int32Array, { odds, qualities, weights }: Rated): number {
  let loss = 0;
  for (const row of rows) {
    const own = odds[row] as number;
    const all = own > 0 ? own + Math.log1p(Math.exp(-own)) : Math.log1p(Math.exp(own));
    loss += (weights[row] as number) * (all - (qualities[row] as number) * own);
  }
  return loss;
}

function leafOf({ depth, columns, edges, leaves }: Tree, { rows, bins, edges: bounds }: Binned, row: number): number {
  let node = 0;
  for (let level = 0; level < depth; level++) {
    const column = columns[node] as number;
    const isLeft =
      column < 0 ||
      ((bounds[column] as Float32Array)[bins[column * rows + row] as number] ?? Number.POSITIVE_INFINITY) <=
        (edges[node] as number);
    node = 2 * node + (isLeft ? 1 : 2);
  }
  return leaves[node - (2 ** depth - 1)] as number;
}

function rater({ columns, facts, embedded, hashed, forests }: TreesState): Rate {
  const columnsOf = columnReader(facts, embedded, { hashed, columns });
  return (request, out) => {
    const values = columnsOf(request);
    for (let model = 0; model < forests.length; model++) {
      const { base, trees } = forests[model] as Forest;
      let odds = base;
      for (let at = 0; at < trees.length; at++) odds += walkTree(trees[at] as Tree, values);
      out[model] = logistic(odds);
    }
  };
}

function write({ columns, facts, embedded, hashed, forests }: TreesState): JsonObject {
  return {
    columns,
    facts,
    embedded,
    hashed: [...hashed],
    forests: forests.map(({ base, trees }) => ({
      base,
      depth: trees[0]?.depth ?? 0,
      trees: trees.length,
      columns: packFloats(trees.flatMap((tree) => [...tree.columns])),
      edges: packFloats(trees.flatMap((tree) => [...tree.edges])),
      leaves: packFloats(trees.flatMap((tree) => [...tree.leaves])),
    })),
  };
}

const MOST_DEPTH = 8;

function read(json: unknown): TreesState {
  if (!isObject(json) || !Array.isArray(json.forests) || !Array.isArray(json.hashed))
    throw new Error('is no state of trees');
  const [columns, facts, embedded] = [
    readCount(json, 'columns'),
    readCount(json, 'facts'),
    readCount(json, 'embedded'),
  ];
  const hashed = Int32Array.from(json.hashed, (column) => {
    if (!Number.isInteger(column) || (column as number) < 0 || (column as number) >= columns)
      throw new Error('hashed has columns that there are not');
    return column as number;
  });
  const width = facts + embedded + hashed.length;
  return { columns, facts, embedded, hashed, forests: json.forests.map((forest) => readForest(forest, width)) };
}

function readForest(json: unknown, width: number): Forest {
  if (!isObject(json) || !Number.isFinite(json.base)) throw new Error('forests has one without a base');
  const [depth, count] = [readCount(json, 'depth'), readCount(json, 'trees')];
  if (depth > MOST_DEPTH) throw new Error('depth is more than any tree has');
  const [inner, leaves] = [2 ** depth - 1, 2 ** depth];
  const columns = Int16Array.from(unpack(json.columns, 'columns', count * inner));
  if (columns.some((column) => column < -1 || column >= width)) throw new Error('columns has some that there are not');
  const edges = unpack(json.edges, 'edges', count * inner);
  const values = unpack(json.leaves, 'leaves', count * leaves);
  const trees = Array.from({ length: count }, (_, at) => ({
    depth,
    columns: columns.slice(at * inner, (at + 1) * inner),
    edges: edges.slice(at * inner, (at + 1) * inner),
    leaves: values.slice(at * leaves, (at + 1) * leaves),
  }));
  return { base: json.base as number, trees };
}
