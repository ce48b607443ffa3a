import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { allocate, type Draw, draw } from './draw.ts';
import type { SortedCall, Stratum } from './strata.ts';
import { toTraffic } from './traffic.ts';

const CALL = toTraffic({ messages: [{ role: 'user', content: 'Hi' }] }, {});

function call(group: number, stratum: Partial<Stratum> = {}): SortedCall {
  return { call: CALL, group, stratum: { length: 'q1', language: 'en', cluster: 'a', ...stratum } };
}

/** As many calls of a cluster, each its own group unless it repeats. */
function calls(cluster: string, count: number, from: number, repeats = 1): SortedCall[] {
  return Array.from({ length: count }, (_, index) => call(from + Math.floor(index / repeats), { cluster }));
}

function drawOf(
  from: readonly SortedCall[],
  count: number,
  options: { seed?: number; taken?: number[] } = {},
): Draw<number> {
  const { seed = 1, taken = [] } = options;
  return draw(from, { count, seed, takenGroups: new Set(taken), take: ({ group }) => group });
}

const drawnIn = ({ strata }: Draw<number>): Record<string, number> =>
  Object.fromEntries(strata.map(({ stratum, drawn }) => [stratum?.cluster ?? 'others', drawn]));

describe('a draw', () => {
  const traffic = [...calls('large', 900, 0), ...calls('small', 90, 1000), ...calls('rare', 10, 2000)];

  test('takes some of every stratum, of small ones more than their share', () => {
    const drawn = drawnIn(drawOf(traffic, 100));
    // Square roots of 900, 90 and 10: 30, 9.5 and 3.2, so 70.3, 22.2 and 7.4 of 100.
    assert.deepEqual(drawn, { large: 71, small: 22, rare: 7 });
  });

  test('weighs its samples so that they stand for the traffic', () => {
    const { strata, drawn } = drawOf(traffic, 100);
    for (const { share, drawn: own, weight } of strata)
      assert.ok(Math.abs((own * (weight ?? 0)) / drawn.length - share) < 1e-9);
  });

  test('is the same for the same seed and another for another', () => {
    const of = (seed: number): number[] => drawOf(traffic, 50, { seed }).drawn.map(({ sample }) => sample);
    assert.deepEqual(of(1), of(1));
    assert.notDeepEqual(of(1), of(2));
  });

  test('takes one of those that nearly repeat each other, and rather what is asked often', () => {
    const often = [...calls('a', 900, 0, 900), ...calls('a', 100, 1000)];
    let times = 0;
    for (let seed = 0; seed < 50; seed++) {
      const samples = drawOf(often, 5, { seed }).drawn.map(({ sample }) => sample);
      assert.equal(new Set(samples).size, 5);
      if (samples.includes(0)) times++;
    }
    // Drawn evenly from 101 groups it would be in 5 % of the draws.
    assert.ok(times > 45, String(times));
  });

  test('passes over what there is already, and says that a stratum has nothing left', () => {
    const result = drawOf([...calls('a', 10, 0), ...calls('b', 10, 100)], 20, {
      taken: Array.from({ length: 10 }, (_, at) => at),
    });
    assert.deepEqual(drawnIn(result), { a: 0, b: 10 });
    assert.deepEqual(
      result.strata.map(({ weight, distinct }) => ({ weight, distinct })),
      [
        { weight: null, distinct: 0 },
        { weight: 1, distinct: 10 },
      ],
    );
  });

  test('puts the smallest strata together where there are more than samples', () => {
    const many = Array.from({ length: 30 }, (_, at) => calls(`c${at}`, 30 - at, at * 100)).flat();
    const { strata, drawn } = drawOf(many, 10);
    assert.equal(strata.length, 10);
    assert.equal(strata.at(-1)?.stratum, null);
    assert.equal(drawn.length, 10);
    assert.ok(drawn.every(({ stratum }) => stratum.cluster.startsWith('c')));
  });

  test('goes on to another call where one cannot be taken', () => {
    const { drawn } = draw(calls('a', 10, 0), {
      count: 5,
      seed: 1,
      takenGroups: new Set(),
      take: ({ group }) => (group % 2 === 0 ? null : group),
    });
    assert.deepEqual(new Set(drawn.map(({ sample }) => sample)), new Set([1, 3, 5, 7, 9]));
  });

  test('of nothing is nothing', () => {
    assert.deepEqual(drawOf([], 10), { drawn: [], strata: [] });
  });
});

describe('laws', () => {
  const traffic = fc.array(
    fc.record({
      group: fc.nat(30),
      cluster: fc.constantFrom('a', 'b', 'c', 'd'),
      language: fc.constantFrom('en', 'de'),
    }),
    { minLength: 1, maxLength: 80 },
  );

  test('weights have the mean 1 and make the drawn strata have their shares of the traffic', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 60 }), fc.nat(9), (items, count, seed) => {
        const { drawn, strata } = drawOf(
          items.map(({ group, ...stratum }) => call(group, stratum)),
          count,
          { seed },
        );
        assert.ok(drawn.length > 0 && drawn.length <= count);
        assert.equal(new Set(drawn.map(({ sample }) => sample)).size, drawn.length);
        const mean = drawn.reduce((sum, { weight }) => sum + weight, 0) / drawn.length;
        assert.ok(Math.abs(mean - 1) < 1e-9, String(mean));
        const covered = strata.filter(({ weight }) => weight !== null).reduce((sum, { share }) => sum + share, 0);
        for (const { share, drawn: own, weight } of strata)
          if (weight !== null) assert.ok(Math.abs((own * weight) / drawn.length - share / covered) < 1e-9);
      }),
    );
  });

  test('no stratum is given more than it has, and as many are given as there are', () => {
    const cells = fc.array(fc.record({ calls: fc.integer({ min: 1, max: 500 }), free: fc.nat(50) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(cells, fc.integer({ min: 12, max: 200 }), (sizes, count) => {
        const quotas = allocate(
          sizes.map(({ calls: length, free }) => ({ calls: { length }, free })),
          count,
        );
        const all = sizes.reduce((sum, { free }) => sum + free, 0);
        assert.equal(
          quotas.reduce((sum, quota) => sum + quota, 0),
          Math.min(count, all),
        );
        for (const [index, quota] of quotas.entries()) {
          assert.ok(quota <= (sizes[index]?.free ?? 0));
          assert.ok(quota >= Math.min(1, sizes[index]?.free ?? 0));
        }
      }),
    );
  });
});
