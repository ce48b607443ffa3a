// What an estimator says of rows that it has not seen, beside how they turned out.
import type { DenseMatrix } from '../features/features.ts';
import type { Pool } from '../ladder/pool.ts';
import type { Row } from '../rows/row.ts';
import type { TokenPrices } from './cost.ts';
import { type Estimator, requestOf, saidBy } from './estimator.ts';
import { outcomesOf } from './outcomes.ts';

export interface PoolOptions {
  prices: TokenPrices;
  /** Embeddings of the rows' prompts; null where the estimator wants none. */
  embedded?: DenseMatrix | null;
}

/** Answers that are told are judged; of the others there is only what was expected before. */
export function poolOf(estimator: Estimator, rows: readonly Row[], { prices, embedded = null }: PoolOptions): Pool {
  const { models } = estimator.state;
  const pool = outcomesOf(rows, models, prices);
  for (const [at, row] of rows.entries()) {
    const request = requestOf(row);
    const vector =
      embedded === null
        ? null
        : Float32Array.from(embedded.values.subarray(at * embedded.columns, (at + 1) * embedded.columns));
    const { order, chances, isKnown } = estimator.expect(request, vector);
    pool.known[at] = isKnown ? 1 : 0;
    const base = at * models.length;
    pool.order.set(order, base);
    pool.prior.set(chances, base);
    for (const [model, name] of models.entries()) {
      const outcome = row.outcomes.get(name);
      const answer = outcome === undefined ? null : saidBy(outcome);
      pool.judged[base + model] =
        answer === null ? (chances[model] as number) : estimator.judge(model, request, answer);
    }
  }
  return pool;
}
