import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  apgr,
  apgrOnGrid,
  callsFor,
  callsOnGrid,
  gapCurve,
  gapRecovered,
  qualityAt,
  type Scored,
} from './gap-curve.ts';

/** Half of the requests need the strong model. */
const HALF: Scored[] = Array.from({ length: 100 }, (_, at) => ({ weak: at % 2, strong: 1, score: 0 }));
const scoredBy = (score: (one: Scored, at: number) => number): Scored[] =>
  HALF.map((one, at) => ({ ...one, score: score(one, at) }));

const near = (actual: number | null, expected: number): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

describe('a router that knows nothing', () => {
  test('recovers as much of the gap as it sends calls to the strong model', () => {
    const curve = gapCurve(HALF);
    assert.deepEqual([curve.weak, curve.strong], [0.5, 1]);
    near(apgr(curve), 0.5);
    near(apgrOnGrid(curve), 0.5);
    near(callsFor(curve, 0.5), 0.5);
    near(callsFor(curve, 0.8), 0.8);
    near(callsOnGrid(curve, 0.8), 0.8);
    near(qualityAt(curve, 0.25), 0.625);
  });
});

describe('a router that knows everything', () => {
  const curve = gapCurve(scoredBy(({ weak }) => 1 - weak));

  test('sends exactly the calls that gain by it', () => {
    near(apgr(curve), 0.75);
    near(callsFor(curve, 0.5), 0.25);
    near(callsFor(curve, 1), 0.5);
    near(qualityAt(curve, 0.5), 1);
  });

  test('has a grid figure close to the exact one', () => {
    near(apgrOnGrid(curve, 11), (0 + 0.2 + 0.4 + 0.6 + 0.8 + 6) / 11);
    near(apgrOnGrid(curve, 1001), 751 / 1001 - 0.5 / 1001);
  });
});

test('a router that is always wrong recovers less than chance', () => {
  near(apgr(gapCurve(scoredBy(({ weak }) => weak))), 0.25);
});

test('the strong model may lose somewhere: the curve goes over it and comes back', () => {
  const scored = [
    { weak: 0, strong: 1, score: 3 },
    { weak: 0, strong: 1, score: 2 },
    { weak: 1, strong: 0, score: 1 },
  ];
  const curve = gapCurve(scored);
  near(qualityAt(curve, 2 / 3), 1);
  near(curve.strong, 2 / 3);
  near(gapRecovered(curve, 1), 2);
  near(callsFor(curve, 1), 1 / 3);
});

test('without a gap there is nothing to recover, and it says so', () => {
  const curve = gapCurve([{ weak: 1, strong: 1, score: 0 }]);
  assert.ok(Number.isNaN(apgr(curve)));
  assert.equal(callsFor(curve, 0.5), null);
});

test('what is never recovered has no share of calls', () => {
  const curve = gapCurve(HALF);
  assert.equal(callsFor(curve, 1.5), null);
  assert.equal(callsOnGrid(curve, 1.5), null);
});

const anyScored = fc.array(
  fc.record({ weak: fc.constantFrom(0, 1), strong: fc.constantFrom(0, 1), score: fc.integer({ min: 0, max: 5 }) }),
  { minLength: 1, maxLength: 60 },
);

test('law: only the order of the scores counts', () => {
  fc.assert(
    fc.property(anyScored, (scored) => {
      const before = gapCurve(scored);
      const after = gapCurve(scored.map((one) => ({ ...one, score: Math.exp(one.score) })));
      assert.deepEqual(after, before);
    }),
  );
});

test('law: the order of the requests does not count, equal scores or not', () => {
  fc.assert(
    fc.property(anyScored, (scored) => {
      const [before, after] = [gapCurve(scored), gapCurve(scored.toReversed())];
      for (let at = 0; at <= 10; at++) near(qualityAt(after, at / 10), qualityAt(before, at / 10));
    }),
  );
});

test('law: the mean of a router and its opposite is chance', () => {
  fc.assert(
    fc.property(anyScored, (scored) => {
      const curve = gapCurve(scored);
      if (curve.weak === curve.strong) return;
      const opposite = gapCurve(scored.map((one) => ({ ...one, score: -one.score })));
      near((apgr(curve) + apgr(opposite)) / 2, 0.5);
    }),
  );
});

test('law: a fine grid comes to the exact figure', () => {
  fc.assert(
    fc.property(anyScored, (scored) => {
      const curve = gapCurve(scored);
      if (curve.weak === curve.strong) return;
      const swing = Math.max(...curve.qualities.map((quality) => Math.abs(gapRecovered(curve, quality))));
      assert.ok(Math.abs(apgr(curve) - apgrOnGrid(curve, 4001)) < 0.002 * (1 + swing));
    }),
    { numRuns: 30 },
  );
});
