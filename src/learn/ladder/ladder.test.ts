import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { lookAll } from './belief.ts';
import {
  type Climbed,
  Climber,
  type Ladder,
  LadderTrainer,
  rungColumnCount,
  rungColumns,
  subsets,
  USUAL_FIT,
} from './ladder.ts';
import { anyPool, poolOf } from './pool.fixture.ts';
import { createPool, meanOf, type Pool, pick } from './pool.ts';

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** The ladders at a price of quality, the one that is worth most on the whole, and how it goes by itself. */
function best(pool: Pool, perUsd: number): { ladder: Ladder; worth: number; climbed: Climbed; trainer: LadderTrainer } {
  const trainer = new LadderTrainer(pool, USUAL_FIT);
  const [{ ladder, worth }] = trainer.ladders(perUsd).toSorted((one, other) => other.worth - one.worth) as [
    { ladder: Ladder; worth: number },
  ];
  return { ladder, worth, trainer, climbed: new Climber(pool, trainer.climbing).climb({ perUsd, ladders: [ladder] }) };
}

/** Costs 1 and 10 a thousand; the cheap one is right in 6 of 10, the dear one in 95 of 100, whatever the other says. */
const twoModels = (gate: (isRight: boolean, draw: () => number) => number): Pool =>
  poolOf(['cheap', 'dear'], 3000, (draw) => {
    const [cheap, dear] = [draw() < 0.6, draw() < 0.95];
    return [
      { quality: Number(cheap), cost: 0.001, judged: gate(cheap, draw), said: 0 },
      { quality: Number(dear), cost: 0.01, judged: gate(dear, draw), said: 1 },
    ];
  });

describe('two models with a gate that is always right', () => {
  const pool = twoModels((isRight) => (isRight ? 0.95 : 0.05));

  test('climb when the cheap answer is wrong and when it is worth its price, else not', () => {
    const { ladder, climbed } = best(pool, 50);
    assert.deepEqual(ladder.models, [0, 1]);
    for (let row = 0; row < pool.rows; row++) assert.equal(climbed.calls[row], pool.quality[row * 2] === 1 ? 1 : 2);
    assert.ok(Math.abs(mean(climbed.quality) - 0.98) < 0.01);
    assert.ok(Math.abs(mean(climbed.cost) - 0.005) < 0.0003);
  });

  test('give up where a right answer costs more than it is worth: at 95 dollars, or what the dear one fails', () => {
    assert.ok(mean(best(pool, 90).climbed.calls) > 1.35);
    const dear = best(pool, 101);
    assert.ok(mean(dear.climbed.calls) < 1.05, `${mean(dear.climbed.calls)}`);
    assert.ok(mean(dear.climbed.given) < 0.05);
  });

  test('give the cheap answer when it is right, and the dear one else', () => {
    const { climbed } = best(pool, 10);
    for (let row = 0; row < pool.rows; row++) {
      if (pool.quality[row * 2] === 1) assert.equal(climbed.given[row], 0);
      else if (pool.quality[row * 2 + 1] === 1) assert.equal(climbed.given[row], 1);
    }
  });
});

test('a gate that knows nothing makes no ladder worth more than one model, and nobody climbs', () => {
  for (const gate of [() => 0.6, (_: boolean, draw: () => number) => 0.2 + 0.6 * draw()]) {
    const pool = twoModels(gate);
    for (const perUsd of [1, 20, 60]) {
      const trained = new LadderTrainer(pool, USUAL_FIT);
      const [cheap, dear, both] = trained.ladders(perUsd).map(({ worth }) => worth) as [number, number, number];
      assert.ok(Math.abs(cheap - (0.6 - 0.001 * perUsd)) < 0.03 && Math.abs(dear - (0.95 - 0.01 * perUsd)) < 0.03);
      assert.ok(both < Math.max(cheap, dear) + 0.01, `${perUsd}: ${cheap} ${dear} ${both}`);
    }
  }
});

test('two cheap models that agree only when they are right spare the third', () => {
  const pool = poolOf(['one', 'other', 'dear'], 2000, (draw) => {
    const isRight = draw() < 0.6;
    return [
      { quality: Number(isRight), cost: 0.001, judged: 0.6, said: 0 },
      { quality: Number(isRight), cost: 0.001, judged: 0.6, said: isRight ? 0 : 1 },
      { quality: 1, cost: 0.02, judged: 0.99, said: isRight ? 0 : 2 },
    ];
  });
  // 1 + 1 + 0.4 * 20 thousandths for everything right, instead of 20; giving up after the two costs 0.4 and spares 8.
  const { ladder, climbed } = best(pool, 30);
  assert.deepEqual(ladder.models, [0, 1, 2]);
  for (let row = 0; row < pool.rows; row++) assert.equal(climbed.calls[row], pool.quality[row * 3] === 1 ? 2 : 3);
  assert.equal(mean(climbed.quality), 1);
  assert.ok(mean(best(pool, 60).climbed.calls) <= 2);
});

test('a model in the middle that is only right when the cheap one is has no place', () => {
  const pool = poolOf(['cheap', 'middle', 'dear'], 2000, (draw) => {
    const [cheap, dear] = [draw() < 0.5, draw() < 0.9];
    const gate = (isRight: boolean): number => (isRight ? 0.95 : 0.05);
    return [
      { quality: Number(cheap), cost: 0.001, judged: gate(cheap), said: 0 },
      { quality: Number(cheap), cost: 0.004, judged: gate(cheap), said: 0 },
      { quality: Number(dear), cost: 0.01, judged: gate(dear), said: 1 },
    ];
  });
  for (const perUsd of [5, 40, 80]) assert.deepEqual(best(pool, perUsd).ladder.models, [0, 2]);
  assert.deepEqual(best(pool, 200).ladder.models, [0]);
});

test('what is known of a request beforehand decides where its climb begins', () => {
  const pool = poolOf(['cheap', 'dear'], 1000, (draw) => {
    const isEasy = draw() < 0.5;
    return [
      { quality: Number(isEasy), cost: 0.001, prior: isEasy ? 0.95 : 0.05, said: 0 },
      { quality: 1, cost: 0.01, prior: 0.95, said: 1 },
    ];
  });
  const trainer = new LadderTrainer(pool, { ...USUAL_FIT, mostCalls: 1 });
  const ladders = trainer.ladders(50).map(({ ladder }) => ladder);
  const climbed = new Climber(pool, trainer.climbing).climb({ perUsd: 50, ladders });
  for (let row = 0; row < pool.rows; row++) assert.equal(climbed.given[row], pool.quality[row * 2] === 1 ? 0 : 1);
  assert.ok(climbed.calls.every((calls) => calls === 1));
});

const anything = fc.record({
  seed: fc.integer(),
  models: fc.integer({ min: 1, max: 4 }),
  perUsd: fc.constantFrom(0, 1, 10, 100),
});
const ROWS = 60;

describe('laws of ladders', () => {
  test('a climb costs what the models cost that were tried, which are the first of the ladder; one of them is given', () => {
    fc.assert(
      fc.property(anything, ({ seed, models, perUsd }) => {
        const pool = anyPool(models, ROWS, seed);
        const trainer = new LadderTrainer(pool, USUAL_FIT);
        const climber = new Climber(pool, trainer.climbing);
        for (const { ladder, worth } of trainer.ladders(perUsd)) {
          const climbed = climber.climb({ perUsd, ladders: [ladder] });
          for (let row = 0; row < ROWS; row++) {
            const tried = ladder.models.slice(0, climbed.calls[row]);
            const cost = tried.reduce((sum, model) => sum + (pool.cost[row * models + model] as number), 0);
            assert.ok(Math.abs(cost - (climbed.cost[row] as number)) < 1e-12);
            assert.ok(tried.includes(climbed.given[row] as number));
            assert.equal(climbed.quality[row], pool.quality[row * models + (climbed.given[row] as number)]);
          }
          // What it was thought to be worth is what its climbs are believed to be.
          assert.ok(Math.abs(worth - (mean(climbed.chances) - perUsd * mean(climbed.cost))) < 1e-9);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('where money does not count, nothing better is given up for it', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const pool = anyPool(3, 300, seed);
        const { climbed } = best(pool, 0);
        const most = Math.max(...[0, 1, 2].map((model) => meanOf(pool.quality, 3, model)));
        assert.ok(mean(climbed.quality) > most - 0.03, `${mean(climbed.quality)} ${most}`);
      }),
      { numRuns: 15 },
    );
  });

  test('where nothing but money counts, the cheapest model answers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, models) => {
        const pool = anyPool(models, ROWS, seed);
        const { ladder, climbed } = best(pool, 1e5);
        assert.equal(ladder.models[0], 0);
        assert.ok(climbed.calls.every((calls) => calls === 1));
      }),
      { numRuns: 15 },
    );
  });

  test('the order of rows does not count', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: ROWS - 1 }), ({ seed, models, perUsd }, turn) => {
        const pool = anyPool(models, ROWS, seed);
        const order = Array.from({ length: ROWS }, (_, row) => (row + turn) % ROWS);
        const turned = new LadderTrainer(pick(pool, order), USUAL_FIT).ladders(perUsd);
        for (const [at, { ladder, worth }] of new LadderTrainer(pool, USUAL_FIT).ladders(perUsd).entries()) {
          const other = turned[at] as { ladder: Ladder; worth: number };
          assert.deepEqual(other.ladder.models, ladder.models);
          assert.ok(Math.abs(other.worth - worth) < 1e-3, `${other.worth} ${worth}`);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('a request alone, with nothing filled in but what was seen, goes as it does among others', () => {
    fc.assert(
      fc.property(anything, fc.nat(ROWS - 1), ({ seed, models, perUsd }, row) => {
        const pool = anyPool(models, ROWS, seed);
        const trainer = new LadderTrainer(pool, USUAL_FIT);
        const climber = new Climber(pool, trainer.climbing);
        for (const { ladder } of trainer.ladders(perUsd)) {
          const among = climber.climb({ perUsd, ladders: [ladder] });
          const alone = createPool(pool.models, 1);
          const whole = pick(pool, [row]);
          alone.prior.set(whole.prior);
          alone.order.set(whole.order);
          for (const model of ladder.models.slice(0, among.calls[row])) {
            alone.judged[model] = whole.judged[model] as number;
            alone.said[model] = whole.said[model] as number;
          }
          const climbed = new Climber(alone, trainer.climbing).climb({ perUsd, ladders: [ladder] });
          assert.deepEqual([climbed.calls[0], climbed.given[0]], [among.calls[row], among.given[row]]);
          assert.equal(climbed.chances[0], among.chances[row]);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('a pool that cannot be learned from is refused', () => {
  test('when a quality or a cost is not known', () => {
    for (const part of ['quality', 'cost'] as const) {
      const pool = anyPool(2, 30, 8);
      pool[part][7] = Number.NaN;
      assert.throws(() => new LadderTrainer(pool, USUAL_FIT), new RegExp(`${part} .*not known`));
      assert.doesNotThrow(() => new LadderTrainer(pick(pool, [0, 1, 2, 4, 5]), USUAL_FIT));
    }
  });

  test('when it has no rows', () => {
    assert.throws(() => new LadderTrainer(createPool(['a'], 0), USUAL_FIT), /no rows/);
  });
});

describe('sets of models', () => {
  test('are all there are, ascending, small ones first', () => {
    assert.deepEqual(subsets(3, 2), [[0], [1], [2], [0, 1], [0, 2], [1, 2]]);
    assert.deepEqual(subsets(1, 3), [[0]]);
    assert.equal(subsets(6, 3).length, 6 + 15 + 20);
  });

  test('of a pool are the ladders that are learned', () => {
    const ladders = new LadderTrainer(anyPool(3, 40, 2), { ...USUAL_FIT, mostCalls: 2 }).ladders(1);
    assert.deepEqual(
      ladders.map(({ ladder }) => ladder.models),
      subsets(3, 2),
    );
    for (const { ladder } of ladders) assert.equal(ladder.rungs.length, ladder.models.length - 1);
  });
});

test('what a rung weighs has as many columns as it says, all of them numbers', () => {
  const pool = anyPool(3, 10, 3);
  for (const seen of subsets(3, 2)) {
    const { table } = lookAll(pool, { seen, prefers: null });
    const rung = rungColumns(pool, { table, chances: new Float64Array(10).fill(0.7) });
    assert.equal(rung.columns, rungColumnCount(3, seen.length));
    assert.equal(rung.values.length, 10 * rung.columns);
    assert.ok(rung.values.every(Number.isFinite));
    // The chance itself, then what it is above 0.3, 0.5, 0.65, 0.8 and 0.9.
    for (const [at, value] of [0.7, 0.4, 0.2, 0.05, 0, 0].entries())
      assert.ok(Math.abs((rung.values[rung.columns - 6 + at] as number) - value) < 1e-12);
  }
});
