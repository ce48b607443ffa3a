// When to stop: models are tried from the cheapest up, and after each answer it is decided whether to give the best one there is or to
// pay for another. What it is worth to go on is learned backwards, from the last answer to the first.
// The optimal stopping of Longstaff, Schwartz (2001), Valuing American options by simulation, applied to what Dekoninck, Baader, Vechev
// (2024), A unified approach to routing and cascading for LLMs, show to be the best there is: routing and cascading as one decision.
import { type Belief, type Believed, believe, fitBelief, lookColumns } from './belief.ts';
import type { Pool } from './pool.ts';
import { logit, Ridge, type Table, type Weights, weigh } from './small-regression.ts';

/** A way up: the models that are tried, as places in the pool, ascending; the first alone, then each next one if need be. */
export interface Ladder {
  models: readonly number[];
  /** What it is worth to begin here, by the columns of `startColumns`: expected quality less what it costs. */
  start: Weights;
  /** What it is worth to go on after one answer, after two, ..., by the columns of `rungColumns`. */
  rungs: readonly Weights[];
}

/** What is done at one price of quality. */
export interface Strategy {
  /** Quality that a dollar has to buy: the higher, the cheaper the answers. */
  perUsd: number;
  /** Of these the one with the highest start is climbed. */
  ladders: readonly Ladder[];
}

/** Everything that strategies share. */
export interface Climbing {
  models: readonly string[];
  beliefs: readonly Belief[];
}

export interface FitLadderOptions {
  /** Most models that one request may try. */
  mostCalls: number;
  beliefPenalty: number;
  valuePenalty: number;
}

export const USUAL_FIT: FitLadderOptions = { mostCalls: 3, beliefPenalty: 5, valuePenalty: 5 };

const HINGES = [0.3, 0.5, 0.65, 0.8, 0.9];

/** Chances before any answer, and the scores that put the models in order, each less that of the last model. */
export function startColumns(pool: Pool): Table {
  const models = pool.models.length;
  const columns = 2 * models - 1;
  const values = new Float64Array(pool.rows * columns);
  for (let row = 0; row < pool.rows; row++) {
    const base = row * models;
    const last = pool.order[base + models - 1] as number;
    for (let model = 0; model < models; model++) {
      values[row * columns + model] = logit(pool.prior[base + model] as number, 0.01);
      if (model < models - 1) values[row * columns + models + model] = (pool.order[base + model] as number) - last;
    }
  }
  return { rows: pool.rows, columns, values };
}

/** Chances before any answer, what the answers look like, and the chance of the best of them, bent where decisions are made. */
export function rungColumns(pool: Pool, { table, chances }: Pick<Believed, 'table' | 'chances'>): Table {
  const models = pool.models.length;
  const columns = models + table.columns + 1 + HINGES.length;
  const values = new Float64Array(pool.rows * columns);
  for (let row = 0; row < pool.rows; row++) {
    let at = row * columns;
    for (let model = 0; model < models; model++) values[at++] = logit(pool.prior[row * models + model] as number, 0.01);
    for (let column = 0; column < table.columns; column++)
      values[at++] = table.values[row * table.columns + column] as number;
    const chance = chances[row] as number;
    values[at++] = chance;
    for (const hinge of HINGES) values[at++] = Math.max(0, chance - hinge);
  }
  return { rows: pool.rows, columns, values };
}

export function rungColumnCount(models: number, seen: number): number {
  return models + lookColumns(seen) + 1 + HINGES.length;
}

/** The sets of at most `most` of `count` models, each ascending, smaller ones first. */
export function subsets(count: number, most: number): number[][] {
  let layer: number[][] = [[]];
  const all: number[][] = [];
  for (let size = 1; size <= Math.min(most, count); size++) {
    layer = layer.flatMap((set) =>
      Array.from({ length: count - 1 - (set.at(-1) ?? -1) }, (_, step) => [...set, (set.at(-1) ?? -1) + 1 + step]),
    );
    all.push(...layer);
  }
  return all;
}

const keyOf = (models: readonly number[]): string => models.join();

/** Rows of which something is not known would spoil the others without a word. */
function refuseUnknown({ rows, quality, cost }: Pool): void {
  if (rows === 0) throw new RangeError('no ladder is learned from no rows');
  for (const [name, values] of Object.entries({ quality, cost }))
    if (!values.every(Number.isFinite)) throw new RangeError(`the ${name} of an answer is not known`);
}

/** Learns ladders for any price of quality on one pool. Throws RangeError when a quality or a cost in it is not known, or no row is there. */
export class LadderTrainer {
  readonly climbing: Climbing;
  private readonly pool: Pool;
  private readonly sets: number[][];
  private readonly believed = new Map<string, Believed>();
  private readonly ridges = new Map<string, { ridge: Ridge; table: Table }>();
  private readonly start: { ridge: Ridge; table: Table };

  constructor(pool: Pool, { mostCalls, beliefPenalty, valuePenalty }: FitLadderOptions) {
    refuseUnknown(pool);
    this.pool = pool;
    this.sets = subsets(pool.models.length, mostCalls);
    const beliefs: Belief[] = [];
    for (const seen of this.sets) {
      const { belief, believed } = fitBelief(pool, seen, beliefPenalty);
      beliefs.push(belief);
      this.believed.set(keyOf(seen), believed);
      if (seen.length === mostCalls) continue;
      const table = rungColumns(pool, believed);
      this.ridges.set(keyOf(seen), { ridge: new Ridge(table, valuePenalty), table });
    }
    const table = startColumns(pool);
    this.start = { ridge: new Ridge(table, valuePenalty), table };
    this.climbing = { models: pool.models, beliefs };
  }

  /** All ladders at a price of quality, each with what it is worth on the whole. */
  ladders(perUsd: number): { ladder: Ladder; worth: number }[] {
    return this.sets.map((models) => {
      const { ladder, values } = this.climb(models, perUsd);
      return { ladder, worth: values.reduce((sum, value) => sum + value, 0) / this.pool.rows };
    });
  }

  /** From the last answer back: what each request is worth, and whether it goes on. */
  private climb(models: readonly number[], perUsd: number): { ladder: Ladder; values: Float64Array } {
    const rungs: Weights[] = [];
    let values = (this.believed.get(keyOf(models)) as Believed).chances;
    for (let answers = models.length - 1; answers > 0; answers--) {
      const key = keyOf(models.slice(0, answers));
      const { ridge, table } = this.ridges.get(key) as { ridge: Ridge; table: Table };
      const { chances } = this.believed.get(key) as Believed;
      const goingOn = this.lessCost(values, models[answers] as number, perUsd);
      const rung = ridge.fit(goingOn);
      rungs.unshift(rung);
      values = chances.map((chance, row) =>
        weigh(rung, table.values, row * table.columns) > chance ? (goingOn[row] as number) : chance,
      );
    }
    values = this.lessCost(values, models[0] as number, perUsd);
    return { ladder: { models, start: this.start.ridge.fit(values), rungs }, values };
  }

  private lessCost(values: Float64Array, model: number, perUsd: number): Float64Array {
    const { cost, models } = this.pool;
    return values.map((value, row) => value - perUsd * (cost[row * models.length + model] as number));
  }
}

/** The ladder that a request climbs, by the row of its start columns. Needs at least one. */
export function chooseLadder(ladders: readonly Ladder[], start: Table, row: number): Ladder {
  let best = ladders[0] as Ladder;
  if (ladders.length === 1) return best;
  let most = Number.NEGATIVE_INFINITY;
  for (const ladder of ladders) {
    const worth = weigh(ladder.start, start.values, row * start.columns);
    if (worth > most) [best, most] = [ladder, worth];
  }
  return best;
}

/** How a strategy went, by row. */
export interface Climbed {
  quality: Float64Array;
  /** Of every answer that was paid for, in dollars. */
  cost: Float64Array;
  /** How many models answered. */
  calls: Int8Array;
  /** Which model's answer was given, as a place in the pool. */
  given: Int8Array;
  /** Chance of the given answer to be acceptable, as it was believed. */
  chances: Float64Array;
}

/** Beliefs of one pool under one climbing, made once for any number of strategies. */
export class Climber {
  private readonly pool: Pool;
  private readonly believed = new Map<string, Believed & { rungs: Table }>();
  private readonly start: Table;
  private readonly beliefs: ReadonlyMap<string, Belief>;

  constructor(pool: Pool, { beliefs }: Climbing) {
    this.pool = pool;
    this.start = startColumns(pool);
    this.beliefs = new Map(beliefs.map((belief) => [keyOf(belief.seen), belief]));
  }

  /** Every quality and cost that is come by has to be known. */
  climb({ ladders }: Strategy): Climbed {
    const { rows } = this.pool;
    const climbed: Climbed = {
      quality: new Float64Array(rows),
      cost: new Float64Array(rows),
      calls: new Int8Array(rows),
      given: new Int8Array(rows),
      chances: new Float64Array(rows),
    };
    for (let row = 0; row < rows; row++) this.row(row, chooseLadder(ladders, this.start, row), climbed);
    return climbed;
  }

  private row(row: number, { models, rungs }: Ladder, climbed: Climbed): void {
    const { cost, quality, models: all } = this.pool;
    const base = row * all.length;
    for (let answers = 1; ; answers++) {
      climbed.cost[row] = (climbed.cost[row] as number) + (cost[base + (models[answers - 1] as number)] as number);
      const { chosen, chances, rungs: table } = this.after(models.slice(0, answers));
      const chance = chances[row] as number;
      const isLast = answers === models.length;
      if (!isLast && weigh(rungs[answers - 1] as Weights, table.values, row * table.columns) > chance) continue;
      const given = models[chosen[row] as number] as number;
      climbed.quality[row] = quality[base + given] as number;
      climbed.calls[row] = answers;
      climbed.given[row] = given;
      climbed.chances[row] = chance;
      return;
    }
  }

  private after(seen: readonly number[]): Believed & { rungs: Table } {
    const key = keyOf(seen);
    const known = this.believed.get(key);
    if (known !== undefined) return known;
    const believed = believe(this.pool, this.beliefs.get(key) as Belief);
    const made = { ...believed, rungs: rungColumns(this.pool, believed) };
    this.believed.set(key, made);
    return made;
  }
}
