// Models that compete, over some requests: how good and how dear each answer was, what was expected of it before and after it was seen,
// and which answers say the same. One request that comes in is a pool of one row, of which only what was seen is filled in.

export interface Pool {
  /** Cheapest first, by what an answer costs on the whole. */
  models: readonly string[];
  rows: number;
  /** Everything below: row after row, one value for each model. Quality of the answer, 0 to 1; NaN where nobody knows. */
  quality: Float64Array;
  /** What the answer cost, in dollars; NaN where nobody knows. */
  cost: Float64Array;
  /** P(acceptable) from the request alone. */
  prior: Float64Array;
  /** The score by which models are put in order for the request: only differences count. */
  order: Float64Array;
  /** P(acceptable) from request and answer; that of the request alone where the answer was not kept. */
  judged: Float64Array;
  /** Answers of one request that say the same have the same number, from 0; -1 for an answer that says nothing, or was not kept. */
  said: Int16Array;
  /** One value for each row: 1, or 0 for a request unlike all that was learned from, which has no forecast. */
  known: Uint8Array;
}

/** An empty pool for `rows` requests. */
export function createPool(models: readonly string[], rows: number): Pool {
  const count = rows * models.length;
  return {
    models,
    rows,
    quality: new Float64Array(count).fill(Number.NaN),
    cost: new Float64Array(count).fill(Number.NaN),
    prior: new Float64Array(count).fill(0.5),
    order: new Float64Array(count),
    judged: new Float64Array(count).fill(0.5),
    said: new Int16Array(count).fill(-1),
    known: new Uint8Array(rows).fill(1),
  };
}

/** The numbers of a request's answers: those with one key say the same. */
export function numberAnswers(keys: readonly (string | null)[], out: Int16Array, from = 0): void {
  const known = new Map<string, number>();
  for (const [at, key] of keys.entries()) {
    if (key === null) {
      out[from + at] = -1;
      continue;
    }
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    out[from + at] = number;
  }
}

/** Only the rows and the models at these places. */
export function pick(
  pool: Pool,
  rows: ArrayLike<number>,
  models: readonly number[] = pool.models.map((_, at) => at),
): Pool {
  const picked = createPool(
    models.map((at) => pool.models[at] as string),
    rows.length,
  );
  const width = pool.models.length;
  for (let row = 0; row < rows.length; row++) {
    picked.known[row] = pool.known[rows[row] as number] as number;
    for (const [to, from] of models.entries()) {
      const [target, source] = [row * models.length + to, (rows[row] as number) * width + from];
      picked.quality[target] = pool.quality[source] as number;
      picked.cost[target] = pool.cost[source] as number;
      picked.prior[target] = pool.prior[source] as number;
      picked.order[target] = pool.order[source] as number;
      picked.judged[target] = pool.judged[source] as number;
      picked.said[target] = pool.said[source] as number;
    }
  }
  return picked;
}

/** Mean of a column over all rows in which it is known; NaN when it is in none. */
export function meanOf(values: Float64Array, models: number, model: number): number {
  let sum = 0;
  let count = 0;
  for (let at = model; at < values.length; at += models) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
