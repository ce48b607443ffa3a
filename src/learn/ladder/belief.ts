// What is believed of a request once some models have answered it: which of their answers to give, and how likely that one is to be
// acceptable. Answers vote, each with the weight of what its gate says; answers that say the same vote together.
import { logistic } from '../../stats/logistic.ts';
import { meanOf, type Pool } from './pool.ts';
import { fitLogistic, logit, type Table, type Weights, weigh } from './small-regression.ts';

/** What an answer weighs beside what its gate says of it: that somebody else came to the same is worth something by itself. */
const VOTE = Math.log(3);

/** Number of columns that `look` writes for so many answers. */
export function lookColumns(seen: number): number {
  return seen === 1 ? 4 : 6 + 4 * seen;
}

/**
 * The columns for a request whose answers of the models at `seen` are there, into `out` from `from` on; gives the place in `seen` of the
 * answer to give: `prefers`, or the one with the most votes where that is null.
 */
export function look(
  pool: Pool,
  row: number,
  { seen, prefers }: Pick<Belief, 'seen' | 'prefers'>,
  { out, from }: { out: Float64Array; from: number },
): number {
  const base = row * pool.models.length;
  if (seen.length === 1) {
    const at = base + (seen[0] as number);
    const judged = logit(pool.judged[at] as number, 0.01);
    out[from] = judged;
    out[from + 1] = judged * judged;
    out[from + 2] = logit(pool.prior[at] as number, 0.01);
    out[from + 3] = pool.said[at] === -1 ? 1 : 0;
    return 0;
  }
  const scores = seen.map((_, place) => voteFor(pool, base, { seen, place }));
  let chosen = prefers ?? 0;
  if (prefers === null)
    for (let place = 1; place < scores.length; place++)
      if ((scores[place] as number) > (scores[chosen] as number)) chosen = place;
  const group = pool.said[base + (seen[chosen] as number)];
  let other = -3;
  let agreeing = 0;
  let missing = 0;
  const groups = new Set<number>();
  let column = from + 6;
  for (const [place, model] of seen.entries()) {
    const said = pool.said[base + model] as number;
    const isSame = place === chosen || (said === group && said !== -1);
    const judged = logit(pool.judged[base + model] as number, 0.01);
    if (isSame) agreeing++;
    else other = Math.max(other, scores[place] as number);
    if (said === -1) missing++;
    else groups.add(said);
    out[column++] = isSame ? 1 : 0;
    out[column++] = isSame ? judged : 0;
    out[column++] = isSame ? 0 : judged;
    out[column++] = logit(pool.prior[base + model] as number, 0.01);
  }
  const score = scores[chosen] as number;
  out[from] = score;
  out[from + 1] = Math.max(-3, Math.min(9, score - other));
  out[from + 2] = groups.size;
  out[from + 3] = missing;
  out[from + 4] = agreeing;
  out[from + 5] = agreeing === 1 ? 1 : 0;
  return chosen;
}

/** The votes for the answer at a place: those of all that say the same. Of two with as many, also none, the better judged one is a little ahead. */
function voteFor(pool: Pool, base: number, { seen, place }: { seen: readonly number[]; place: number }): number {
  const own = base + (seen[place] as number);
  const group = pool.said[own];
  const ahead = 1e-6 * logit(pool.judged[own] as number, 0.01);
  if (group === -1) return ahead - 9;
  let sum = ahead;
  for (const model of seen) {
    if (pool.said[base + model] !== group) continue;
    sum += Math.max(-1, VOTE + logit(pool.judged[base + model] as number, 0.01));
  }
  return sum;
}

/** Which answer is given after the models at `seen` have answered, and the chance that it is acceptable. */
export interface Belief {
  seen: readonly number[];
  /** The place in `seen` whose answer is always given; null: the one with the most votes, where votes have been seen to do better. */
  prefers: number | null;
  weights: Weights;
}

/** Beliefs of all rows of a pool. */
export interface Believed {
  table: Table;
  /** For each row the place in `seen` of the answer to give. */
  chosen: Int8Array;
  chances: Float64Array;
}

export function lookAll(pool: Pool, how: Pick<Belief, 'seen' | 'prefers'>): { table: Table; chosen: Int8Array } {
  const columns = lookColumns(how.seen.length);
  const table: Table = { rows: pool.rows, columns, values: new Float64Array(pool.rows * columns) };
  const chosen = new Int8Array(pool.rows);
  for (let row = 0; row < pool.rows; row++)
    chosen[row] = look(pool, row, how, { out: table.values, from: row * columns });
  return { table, chosen };
}

/** `penalty` as in `fitLogistic`. Throws RangeError when the quality of an answer that would be given is not known. */
export function fitBelief(
  pool: Pool,
  seen: readonly number[],
  penalty: number,
): { belief: Belief; believed: Believed } {
  const prefers = preferred(pool, seen);
  const { table, chosen } = lookAll(pool, { seen, prefers });
  const labels = qualitiesOf(pool, seen, chosen);
  if (labels.some(Number.isNaN)) throw new RangeError('the quality of an answer is not known');
  const weights = fitLogistic(table, labels, penalty);
  return { belief: { seen, prefers, weights }, believed: { table, chosen, chances: chancesOf(table, weights) } };
}

/** The best model's place, unless votes do better by more than chance explains: by one standard error of the paired difference. */
function preferred(pool: Pool, seen: readonly number[]): number | null {
  if (seen.length === 1) return 0;
  const width = pool.models.length;
  const means = seen.map((model) => meanOf(pool.quality, width, model));
  const best = means.reduce((at, mean, place) => (mean > (means[at] as number) ? place : at), 0);
  const voted = qualitiesOf(pool, seen, lookAll(pool, { seen, prefers: null }).chosen);
  const gains = voted.map((quality, row) => quality - (pool.quality[row * width + (seen[best] as number)] as number));
  const mean = meanOf(gains, 1, 0);
  const spread = Math.sqrt(
    meanOf(
      gains.map((gain) => (gain - mean) ** 2),
      1,
      0,
    ) / Math.max(1, pool.rows),
  );
  return mean > spread ? null : best;
}

export function believe(pool: Pool, belief: Belief): Believed {
  const { table, chosen } = lookAll(pool, belief);
  return { table, chosen, chances: chancesOf(table, belief.weights) };
}

/** The quality of the answer that is given, by row. */
export function qualitiesOf(pool: Pool, seen: readonly number[], chosen: Int8Array): Float64Array {
  const width = pool.models.length;
  return Float64Array.from(chosen, (place, row) => pool.quality[row * width + (seen[place] as number)] as number);
}

function chancesOf(table: Table, weights: Weights): Float64Array {
  return Float64Array.from({ length: table.rows }, (_, row) =>
    logistic(weigh(weights, table.values, row * table.columns)),
  );
}
