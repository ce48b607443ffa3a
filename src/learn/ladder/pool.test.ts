import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { anyPool } from './pool.fixture.ts';
import { createPool, meanOf, numberAnswers, type Pool, pick } from './pool.ts';

const PARTS = ['quality', 'cost', 'prior', 'order', 'judged', 'said'] as const;

test('an empty pool knows nothing', () => {
  const pool = createPool(['a', 'b'], 3);
  for (const part of PARTS) assert.equal(pool[part].length, 6);
  assert.ok(pool.quality.every(Number.isNaN) && pool.cost.every(Number.isNaN));
  assert.ok(pool.prior.every((chance) => chance === 0.5) && pool.judged.every((chance) => chance === 0.5));
  assert.ok(pool.said.every((said) => said === -1));
});

describe('numbers of answers', () => {
  test('are the same for the same key, from 0, and -1 for none', () => {
    const out = new Int16Array(7).fill(9);
    numberAnswers(['x', null, 'y', 'x', ''], out, 1);
    assert.deepEqual([...out], [9, 0, -1, 1, 0, 2, 9]);
  });

  test('law: two answers have one number if and only if they have one key', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom('a', 'b', 'c', '__proto__', '')), { maxLength: 6 }), (keys) => {
        const out = new Int16Array(keys.length);
        numberAnswers(keys, out);
        for (const [one, key] of keys.entries())
          for (const [other, another] of keys.entries())
            assert.equal(out[one] === out[other], key === another, keys.join());
        assert.ok(keys.every((key, at) => (out[at] === -1) === (key === null)));
      }),
    );
  });
});

describe('a part of a pool', () => {
  test('law: has the values of its rows and models, in their order', () => {
    const places = (count: number): fc.Arbitrary<number[]> =>
      fc.array(fc.nat(count - 1), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(places(8), fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }), (rows, models) => {
        const pool = anyPool(4, 8, 5);
        pool.known.set([1, 0, 0, 1, 0, 1, 1, 0]);
        const picked = pick(pool, rows, models);
        assert.deepEqual(
          [...picked.known],
          rows.map((row) => pool.known[row]),
        );
        assert.deepEqual([picked.rows, picked.models], [rows.length, models.map((at) => pool.models[at])]);
        for (const part of PARTS)
          assert.deepEqual(
            [...picked[part]],
            rows.flatMap((row) => models.map((model) => pool[part][row * 4 + model])),
          );
      }),
    );
  });

  test('with all models where none are named, and a copy', () => {
    const pool = anyPool(3, 4, 6);
    const all = pick(pool, [0, 1, 2, 3]);
    assert.deepEqual(all, pool);
    all.quality[0] = 7;
    assert.notEqual(pool.quality[0], 7);
  });
});

test('the mean of a column leaves out what nobody knows', () => {
  const { quality }: Pool = {
    ...createPool(['a', 'b'], 3),
    quality: Float64Array.of(1, 5, Number.NaN, 6, 0, Number.NaN),
  };
  assert.deepEqual([meanOf(quality, 2, 0), meanOf(quality, 2, 1)], [0.5, 5.5]);
  assert.ok(Number.isNaN(meanOf(Float64Array.of(Number.NaN, 1), 2, 0)));
});
