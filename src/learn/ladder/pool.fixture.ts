// Made-up pools with a known truth, for tests of ladders.
import { createRandom } from '../../stats/random.ts';
import { createPool, type Pool } from './pool.ts';

/** One answer; what is left out is as in an empty pool. `cost` in dollars. */
export interface MadeUpAnswer {
  quality: number;
  cost: number;
  prior?: number;
  order?: number;
  judged?: number;
  said?: number;
}

export type Draw = () => number;

/** `answers` gives for each row one answer for each model. */
export function poolOf(
  models: readonly string[],
  rows: number,
  answers: (draw: Draw, row: number) => readonly MadeUpAnswer[],
): Pool {
  const pool = createPool(models, rows);
  const draw = createRandom(rows);
  for (let row = 0; row < rows; row++)
    for (const [model, answer] of answers(draw, row).entries()) {
      const at = row * models.length + model;
      pool.quality[at] = answer.quality;
      pool.cost[at] = answer.cost;
      pool.prior[at] = answer.prior ?? 0.5;
      pool.order[at] = answer.order ?? answer.prior ?? 0;
      pool.judged[at] = answer.judged ?? answer.prior ?? 0.5;
      pool.said[at] = answer.said ?? -1;
    }
  return pool;
}

/** Anything at all: chances that know a little, answers that agree now and then, costs that rise with the model. */
export function anyPool(models: number, rows: number, seed: number): Pool {
  const draw = createRandom(seed);
  return poolOf(
    Array.from({ length: models }, (_, model) => `model-${model}`),
    rows,
    () =>
      Array.from({ length: models }, (_, model) => {
        const quality = Number(draw() < 0.4 + 0.15 * model);
        const prior = 0.2 + 0.6 * draw();
        const judged = Math.min(0.99, Math.max(0.01, 0.35 * quality + 0.65 * draw()));
        const said = draw() < 0.1 ? -1 : quality === 1 ? 0 : Math.floor(3 * draw());
        return { quality, cost: 0.001 * 4 ** model * (0.5 + draw()), prior, order: prior, judged, said };
      }),
  );
}
