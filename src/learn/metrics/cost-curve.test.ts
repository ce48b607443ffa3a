import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { averageQuality, costFor, hullOf, type Point, qualityFor } from './cost-curve.ts';

const CHEAP: Point = { cost: 1, quality: 0.6 };
const MIDDLE: Point = { cost: 4, quality: 0.85 };
const DEAR: Point = { cost: 10, quality: 0.9 };

describe('the hull', () => {
  test('leaves out what a mixture beats, and what costs more for less', () => {
    const below: Point = { cost: 4, quality: 0.7 };
    const worse: Point = { cost: 12, quality: 0.88 };
    assert.deepEqual(hullOf([DEAR, below, CHEAP, worse]), [CHEAP, DEAR]);
    assert.deepEqual(hullOf([DEAR, MIDDLE, below, CHEAP]), [CHEAP, MIDDLE, DEAR]);
  });

  test('of points with one cost has the best', () => {
    assert.deepEqual(hullOf([{ cost: 1, quality: 0.2 }, CHEAP]), [CHEAP]);
  });

  test('of nothing is nothing', () => {
    assert.deepEqual(hullOf([]), []);
    assert.equal(qualityFor([], 5), 0);
    assert.equal(costFor([], 0.5), null);
  });
});

describe('along the hull', () => {
  const hull = [CHEAP, MIDDLE, DEAR];

  test('quality and cost are on straight lines between the points', () => {
    assert.equal(qualityFor(hull, 2.5), 0.725);
    assert.equal(qualityFor(hull, 10), 0.9);
    assert.equal(qualityFor(hull, 99), 0.9);
    assert.equal(qualityFor(hull, 0.5), 0);
    assert.equal(costFor(hull, 0.725), 2.5);
    assert.equal(costFor(hull, 0.1), 1);
    assert.equal(costFor(hull, 0.91), null);
  });
});

describe('the average quality over a range of costs', () => {
  test('of one policy is what it has, from its cost on, and a part of it below', () => {
    assert.equal(averageQuality([CHEAP], { low: 1, high: 11 }), 0.6);
    assert.equal(averageQuality([CHEAP], { low: 0, high: 1 }), 0.3);
  });

  test('of two is the area under the line between them', () => {
    const low = { cost: 2, quality: 0.4 };
    const high = { cost: 6, quality: 0.5 };
    assert.ok(Math.abs(averageQuality([low, high], { low: 2, high: 6 }) - 0.45) < 1e-12);
  });

  test('of a range without extent is the quality there', () => {
    assert.equal(averageQuality([CHEAP], { low: 3, high: 3 }), 0.6);
  });
});

const points = fc.array(
  fc.record({ cost: fc.integer({ min: 1, max: 50 }), quality: fc.integer({ min: 0, max: 20 }).map((n) => n / 20) }),
  { minLength: 1, maxLength: 12 },
);

test('law: no point is above the hull, and every point of the hull is one of them', () => {
  fc.assert(
    fc.property(points, (all) => {
      const hull = hullOf(all);
      for (const point of hull) assert.ok(all.includes(point));
      for (const { cost, quality } of all) assert.ok(qualityFor(hull, cost) >= quality - 1e-12);
    }),
  );
});

test('law: one more policy never makes the average worse', () => {
  fc.assert(
    fc.property(
      points,
      fc.record({ cost: fc.integer({ min: 1, max: 50 }), quality: fc.constantFrom(0, 0.5, 1) }),
      (all, more) => {
        const range = { low: 1, high: 50 };
        assert.ok(averageQuality([...all, more], range) >= averageQuality(all, range) - 1e-12);
      },
    ),
  );
});

test('law: what a quality costs reaches that quality', () => {
  fc.assert(
    fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), (all, quality) => {
      const hull = hullOf(all);
      const cost = costFor(hull, quality);
      if (cost !== null) assert.ok(qualityFor(hull, cost) >= quality - 1e-9);
      else assert.ok(hull.every((point) => point.quality < quality));
    }),
  );
});
