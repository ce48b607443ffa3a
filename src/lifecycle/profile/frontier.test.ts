import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom, shuffled } from '../../stats/random.ts';
import { cornersOf, type FrontierPoint, frontierOf, whatBeats } from './frontier.ts';

const at = (cost: number, share: number): FrontierPoint => ({ cost, share });

describe('the frontier', () => {
  test('is the way from the cheapest point to the best, with less and less gained for the money', () => {
    const points = [at(10, 1), at(1, 0.5), at(5, 0.9), at(6, 0.7), at(0.5, 0.1)];
    assert.deepEqual(frontierOf(points), [4, 1, 2, 0]);
  });

  test('of one point is that point, and of none is none', () => {
    assert.deepEqual(frontierOf([at(3, 0)]), [0]);
    assert.deepEqual(frontierOf([]), []);
  });

  test('has nothing that another point does as well for less, or better for the same', () => {
    assert.deepEqual(frontierOf([at(2, 0.9), at(3, 0.9), at(2, 0.8)]), [0]);
  });

  test('has everything that is in the same place: neither beats the other', () => {
    assert.deepEqual(frontierOf([at(2, 0.9), at(2, 0.9), at(9, 0.9)]), [0, 1]);
  });

  test('has what lies on its edge: a mixture is no better there', () => {
    assert.deepEqual(frontierOf([at(0, 0), at(1, 0.5), at(2, 1)]), [0, 1, 2]);
    assert.deepEqual(
      cornersOf([at(0, 0), at(1, 0.5), at(2, 1)]).map((corner) => corner.at),
      [0, 2],
    );
  });

  test('takes costs for the same that differ by a trace of rounding', () => {
    assert.deepEqual(frontierOf([at(0.3, 0.9), at(0.1 + 0.2, 0.9)]), [0, 1]);
  });

  test('is made of free models too', () => {
    assert.deepEqual(frontierOf([at(0, 0.5), at(0, 0.6), at(1, 0.6)]), [1]);
  });
});

describe('what beats a point', () => {
  test('is one other point where one will do', () => {
    assert.deepEqual(whatBeats([at(1, 0.5), at(6, 0.95), at(10, 0.9)], 2), {
      parts: [{ at: 1, weight: 1 }],
      cost: 6,
      share: 0.95,
    });
  });

  test('else the mixture of two that does as well, for less', () => {
    const mixture = whatBeats([at(0, 0), at(10, 1), at(9, 0.5)], 2);
    assert.deepEqual(mixture, {
      parts: [
        { at: 0, weight: 0.5 },
        { at: 1, weight: 0.5 },
      ],
      cost: 5,
      share: 0.5,
    });
  });

  test('is nothing on the frontier, and nothing where there is no point', () => {
    assert.equal(whatBeats([at(1, 0.5), at(2, 0.9)], 0), null);
    assert.equal(whatBeats([at(1, 0.5)], 7), null);
  });

  test('a point that costs the same and passes less is beaten for nothing', () => {
    assert.deepEqual(whatBeats([at(2, 0.9), at(2, 0.8)], 1), { parts: [{ at: 0, weight: 1 }], cost: 2, share: 0.9 });
  });
});

describe('laws of the frontier', () => {
  // Few different values, so that ties and edges come up.
  /** To the millionth, as amounts are: the smallest numbers there are have no halves, and no laws. */
  const positive = (max: number) =>
    fc.double({ min: 0, max, noNaN: true }).map((value) => Math.round(value * 1e6) / 1e6 + 0);
  const point = fc.record(
    {
      cost: fc.oneof(fc.integer({ min: 0, max: 6 }), positive(1e6)),
      share: fc.oneof(
        fc.integer({ min: 0, max: 4 }).map((fourths) => fourths / 4),
        positive(1),
      ),
    },
    { noNullPrototype: true },
  );
  const points = fc.array(point, { minLength: 1, maxLength: 12 });

  /** What the best mixture reaches for that cost; null for less than the cheapest costs. */
  function reachFor(corners: readonly FrontierPoint[], cost: number): number | null {
    const next = corners.findIndex((corner) => corner.cost > cost);
    const [left, right] = next === -1 ? [corners.at(-1), undefined] : [corners[next - 1], corners[next]];
    if (left === undefined) return null;
    if (right === undefined) return left.share;
    return left.share + ((right.share - left.share) * (cost - left.cost)) / (right.cost - left.cost);
  }

  test('every point lies on or under it', () => {
    fc.assert(
      fc.property(points, (list) => {
        const corners = cornersOf(list);
        for (const { cost, share } of list) {
          const reach = reachFor(corners, cost);
          assert.ok(reach !== null && share <= reach + 1e-9, `${share} over ${reach}`);
        }
      }),
    );
  });

  test('it rises, and ever less steeply', () => {
    fc.assert(
      fc.property(points, (list) => {
        const corners = cornersOf(list);
        const slopes = corners.slice(1).map((corner, index) => {
          const before = corners[index] as FrontierPoint;
          assert.ok(corner.cost > before.cost && corner.share > before.share);
          return (corner.share - before.share) / (corner.cost - before.cost);
        });
        for (const [index, slope] of slopes.entries())
          assert.ok(index === 0 || slope <= (slopes[index - 1] as number) * (1 + 1e-9));
      }),
    );
  });

  test('it goes from the least cost to the best share', () => {
    fc.assert(
      fc.property(points, (list) => {
        const corners = cornersOf(list);
        assert.equal(corners[0]?.cost, Math.min(...list.map(({ cost }) => cost)));
        assert.equal(corners.at(-1)?.share, Math.max(...list.map(({ share }) => share)));
      }),
    );
  });

  test('exactly what is off it is beaten, by a mixture of what is on it that costs no more and does no worse', () => {
    fc.assert(
      fc.property(points, (list) => {
        const frontier = new Set(frontierOf(list));
        for (const [index, { cost, share }] of list.entries()) {
          const mixture = whatBeats(list, index);
          assert.equal(mixture === null, frontier.has(index));
          if (mixture === null) continue;
          const { parts } = mixture;
          const sum = (of: (part: FrontierPoint) => number): number =>
            parts.reduce((total, part) => total + part.weight * of(list[part.at] as FrontierPoint), 0);
          assert.ok(Math.abs(parts.reduce((total, { weight }) => total + weight, 0) - 1) < 1e-9);
          for (const part of parts) assert.ok(frontier.has(part.at) && part.weight > 0 && part.weight <= 1);
          assert.ok(Math.abs(sum((part) => part.cost) - mixture.cost) <= 1e-9 * Math.max(1, mixture.cost));
          assert.ok(Math.abs(sum((part) => part.share) - mixture.share) <= 1e-9);
          assert.ok(mixture.cost <= cost && mixture.share >= share - 1e-12);
          assert.ok(mixture.cost < cost || mixture.share > share, 'it beats nothing');
        }
      }),
    );
  });

  test('the order of the points does not matter', () => {
    fc.assert(
      fc.property(points, fc.integer(), (list, seed) => {
        const other = shuffled(list, createRandom(seed));
        const found = (of: readonly FrontierPoint[]): FrontierPoint[] =>
          frontierOf(of).map((index) => of[index] as FrontierPoint);
        assert.deepEqual(found(list), found(other));
      }),
    );
  });

  test('a point more takes none onto it that was off', () => {
    fc.assert(
      fc.property(points, point, (list, more) => {
        const before = new Set(frontierOf(list));
        for (const index of frontierOf([...list, more])) assert.ok(index === list.length || before.has(index));
      }),
    );
  });
});
