// What rows tell of the answers of a pool's models, before anything is expected of them.
import { createPool, numberAnswers, type Pool } from '../ladder/pool.ts';
import type { Row } from '../rows/row.ts';
import { costOf, type TokenPrices, usualCosts } from './cost.ts';
import { keyOf } from './estimator.ts';

/** Qualities, costs, and which answers say the same. */
export function outcomesOf(rows: readonly Row[], models: readonly string[], prices: TokenPrices): Pool {
  const pool = createPool(models, rows.length);
  const usual = usualCosts(rows, models, prices);
  for (const [at, row] of rows.entries()) {
    const base = at * models.length;
    const outcomes = models.map((model) => row.outcomes.get(model));
    for (const [model, outcome] of outcomes.entries()) {
      if (outcome === undefined) continue;
      pool.quality[base + model] = outcome.quality;
      pool.cost[base + model] = costOf(row, outcome, usual[model] as (typeof usual)[number]);
    }
    numberAnswers(
      outcomes.map((outcome) => (outcome === undefined ? null : keyOf(outcome))),
      pool.said,
      base,
    );
  }
  return pool;
}
