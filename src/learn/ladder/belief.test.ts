import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { believe, fitBelief, look, lookAll, lookColumns, qualitiesOf } from './belief.ts';
import { subsets } from './ladder.ts';
import { anyPool, poolOf } from './pool.fixture.ts';
import { pick } from './pool.ts';

/** Which answer of one request is given: its place among those seen. */
function given(answers: readonly { said: number; judged: number }[]): number {
  const pool = poolOf(
    answers.map((_, at) => `${at}`),
    1,
    () => answers.map((answer) => ({ quality: 0, cost: 0, ...answer })),
  );
  const out = new Float64Array(lookColumns(answers.length));
  return look(pool, 0, { seen: answers.map((_, at) => at), prefers: null }, { out, from: 0 });
}

describe('the answer to give', () => {
  test('is the one that two agree on against one', () => {
    assert.equal(
      given([
        { said: 1, judged: 0.6 },
        { said: 0, judged: 0.5 },
        { said: 0, judged: 0.5 },
      ]),
      1,
    );
  });

  test('is not the one that two agree on when their gates say that it is none', () => {
    assert.equal(
      given([
        { said: 0, judged: 0.02 },
        { said: 0, judged: 0.02 },
        { said: 1, judged: 0.99 },
      ]),
      2,
    );
  });

  test('is the better judged of two that differ, and of two that say the same', () => {
    assert.equal(
      given([
        { said: 0, judged: 0.4 },
        { said: 1, judged: 0.7 },
      ]),
      1,
    );
    assert.equal(
      given([
        { said: 0, judged: 0.4 },
        { said: 0, judged: 0.7 },
      ]),
      1,
    );
    assert.equal(
      given([
        { said: 0, judged: 0.7 },
        { said: 0, judged: 0.4 },
      ]),
      0,
    );
  });

  test('is one that says something', () => {
    assert.equal(
      given([
        { said: -1, judged: 0.9 },
        { said: 0, judged: 0.05 },
      ]),
      1,
    );
  });

  test('is the best judged where nobody knows what any of them says', () => {
    assert.equal(
      given([
        { said: -1, judged: 0.3 },
        { said: -1, judged: 0.8 },
      ]),
      1,
    );
    assert.equal(
      given([
        { said: -1, judged: 0.3 },
        { said: -1, judged: 0.2 },
      ]),
      0,
    );
  });
});

describe('what answers look like', () => {
  test('law: does not depend on what was not seen', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(10), fc.constantFrom(0.5, 1e9, Number.NaN, -3), (seed, which, garbage) => {
        const seen = subsets(4, 3)[which] as number[];
        const pool = anyPool(4, 6, seed);
        const spoiled = pick(pool, [0, 1, 2, 3, 4, 5]);
        for (let at = 0; at < spoiled.quality.length; at++) {
          if (seen.includes(at % 4)) continue;
          for (const part of ['quality', 'cost', 'prior', 'order', 'judged'] as const) spoiled[part][at] = garbage;
          spoiled.said[at] = 0;
        }
        assert.deepEqual(lookAll(spoiled, { seen, prefers: null }), lookAll(pool, { seen, prefers: null }));
      }),
    );
  });

  test('law: does not depend on the numbers of answers, only on which are the same', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(13), (seed, which) => {
        const seen = subsets(4, 3)[which] as number[];
        const pool = anyPool(4, 6, seed);
        const renamed = { ...pool, said: pool.said.map((said) => (said === -1 ? -1 : 7 - 2 * said)) };
        assert.deepEqual(lookAll(renamed, { seen, prefers: null }), lookAll(pool, { seen, prefers: null }));
      }),
    );
  });

  test('law: fills as many columns as it says, with numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(13), (seed, which) => {
        const seen = subsets(4, 3)[which] as number[];
        const out = new Float64Array(lookColumns(seen.length) + 2).fill(Number.NaN);
        const place = look(anyPool(4, 1, seed), 0, { seen, prefers: null }, { out, from: 1 });
        assert.ok(place >= 0 && place < seen.length);
        assert.ok(Number.isNaN(out[0]) && Number.isNaN(out.at(-1)) && out.slice(1, -1).every(Number.isFinite));
      }),
    );
  });
});

describe('the belief in an answer', () => {
  test('follows a gate that is right as often as it says', () => {
    const pool = poolOf(['a'], 4000, (draw) => {
      const judged = draw();
      return [{ quality: Number(draw() < judged), cost: 1, judged, said: 0 }];
    });
    const { believed } = fitBelief(pool, [0], 5);
    for (const [row, chance] of believed.chances.entries()) {
      const judged = pool.judged[row] as number;
      if (judged > 0.1 && judged < 0.9) assert.ok(Math.abs(chance - judged) < 0.06, `${judged} ${chance}`);
    }
  });

  test('turns a gate that says the opposite round', () => {
    const pool = poolOf(['a'], 1000, (draw) => {
      const quality = Number(draw() < 0.5);
      return [{ quality, cost: 1, judged: quality === 1 ? 0.1 + 0.2 * draw() : 0.7 + 0.2 * draw(), said: 0 }];
    });
    const { believed } = fitBelief(pool, [0], 5);
    for (const [row, chance] of believed.chances.entries()) assert.equal(chance > 0.5, pool.quality[row] === 1);
  });

  test('rises with agreement where gates know nothing', () => {
    const pool = poolOf(['a', 'b'], 3000, (draw) => {
      const [one, other] = [draw() < 0.6, draw() < 0.6];
      return [
        { quality: Number(one), cost: 1, judged: 0.6, said: one ? 0 : 1 },
        { quality: Number(other), cost: 2, judged: 0.6, said: other ? 0 : 2 },
      ];
    });
    const { believed } = fitBelief(pool, [0, 1], 5);
    for (const [row, chance] of believed.chances.entries()) {
      const agree = pool.said[row * 2] === pool.said[row * 2 + 1];
      // One of two that differ is right in 0.48 of 0.64, and the given one is the first.
      assert.ok(Math.abs(chance - (agree ? 1 : 0.24 / 0.64)) < 0.05, `${agree} ${chance}`);
    }
  });

  test('is the same of rows it was learned from and of the same rows again, in any order', () => {
    const pool = anyPool(3, 80, 4);
    const order = Array.from({ length: 80 }, (_, row) => (row * 37) % 80);
    for (const seen of subsets(3, 3)) {
      const { belief, believed } = fitBelief(pool, seen, 5);
      assert.deepEqual(believe(pool, belief), believed);
      const turned = believe(pick(pool, order), belief);
      assert.deepEqual(
        [...turned.chances],
        order.map((row) => believed.chances[row]),
      );
      const learned = fitBelief(pick(pool, order), seen, 5).believed.chances;
      for (const [at, row] of order.entries())
        assert.ok(Math.abs((learned[at] as number) - (believed.chances[row] as number)) < 1e-6);
    }
  });

  test('is not learned where the quality of an answer is not known', () => {
    const pool = anyPool(2, 30, 8);
    pool.quality[6] = Number.NaN;
    assert.throws(() => fitBelief(pool, [0], 5), /quality of an answer is not known/);
    assert.doesNotThrow(() => fitBelief(pool, [1], 5));
  });
});

test('qualities are those of the given answers', () => {
  const draw = createRandom(1);
  const pool = anyPool(3, 20, 9);
  const chosen = Int8Array.from({ length: 20 }, () => Math.floor(2 * draw()));
  assert.deepEqual(
    [...qualitiesOf(pool, [0, 2], chosen)],
    [...chosen].map((place, row) => pool.quality[row * 3 + 2 * place]),
  );
});
