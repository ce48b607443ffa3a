import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cascadeOf, casesOf, dialOf, stepOf } from './cascade.fixture.ts';
import { figuresOf, straight, walk } from './cascade.ts';

const two = cascadeOf([dialOf(0.5)]);
const one = (score: number, more: Parameters<typeof stepOf>[2] = {}) => ({
  digest: 'd',
  weight: 1,
  steps: [stepOf(1, [score], more), stepOf(0, [0], { costNanoUsd: 10 })],
});

describe('a walk', () => {
  test('takes the cheap answer from the threshold on, and pays for both below it', () => {
    assert.deepEqual(walk(two, one(0.5), [0.5]), { quality: 1, costNanoUsd: 1, by: 0 });
    assert.deepEqual(walk(two, one(0.49), [0.5]), { quality: 0, costNanoUsd: 11, by: 1 });
  });

  test('goes on from an answer that another gate refuses, and asks no dial', () => {
    assert.deepEqual(walk(two, one(0.9, { isSound: false, measureCosts: [5] }), [0.5]), {
      quality: 0,
      costNanoUsd: 11,
      by: 1,
    });
  });

  test('takes the last as it comes, unless its refusal is an error', () => {
    assert.equal(walk(two, one(0), [0.5]).by, 1);
    const strict = { ...two, isLastGated: true };
    assert.deepEqual(walk(strict, one(0), [0.5]), { quality: 0, costNanoUsd: 11, by: null });
  });

  test('pays for a judge only where the dials before it let pass', () => {
    const dials = [dialOf(10, { side: 'max', unit: 'whole' }), dialOf(0.5)];
    const at = (length: number, score: number) =>
      walk(
        cascadeOf(dials),
        {
          digest: 'd',
          weight: 1,
          steps: [stepOf(1, [length, score], { measureCosts: [0, 3] }), stepOf(1, [0, 0], { costNanoUsd: 10 })],
        },
        [10, 0.5],
      );
    assert.equal(at(11, 1).costNanoUsd, 11);
    assert.equal(at(10, 0.4).costNanoUsd, 14);
    assert.equal(at(10, 0.5).costNanoUsd, 4);
  });

  test('goes through as many models as there are', () => {
    const three = cascadeOf([dialOf(0.5)], { models: ['a', 'b', 'c'] });
    const steps = [stepOf(0, [0.1]), stepOf(1, [0.6], { costNanoUsd: 5 }), stepOf(1, [1], { costNanoUsd: 20 })];
    assert.deepEqual(walk(three, { digest: 'd', weight: 1, steps }, [0.5]), { quality: 1, costNanoUsd: 6, by: 1 });
    assert.deepEqual(walk(three, { digest: 'd', weight: 1, steps }, [0.7]), { quality: 1, costNanoUsd: 26, by: 2 });
  });

  test('costs no less and accepts no more the higher the threshold', () => {
    const cases = casesOf({ count: 60, rightAt: (score) => score });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (first, second) => {
        const [low, high] = [Math.min(first, second), Math.max(first, second)];
        for (const each of cases) {
          assert.ok(walk(two, each, [low]).costNanoUsd <= walk(two, each, [high]).costNanoUsd);
          assert.ok((walk(two, each, [low]).by ?? 9) <= (walk(two, each, [high]).by ?? 9));
        }
      }),
    );
  });
});

describe('figures', () => {
  test('are the sums of the walks, weighted', () => {
    const cases = [one(0.9), { ...one(0.1), weight: 3 }];
    const found = figuresOf(
      two,
      cases,
      cases.map((each) => walk(two, each, [0.5])),
      0.95,
    );
    assert.equal(found.quality.share, 0.25);
    assert.equal(found.perCallNanoUsd, (1 + 3 * 11) / 4);
    assert.deepEqual(
      found.steps.map(({ model, accepted, precision }) => [model, accepted.count, accepted.of, precision.share]),
      [['small', 1, 2, 1]],
    );
  });

  test('of everything sent to the last model are its own', () => {
    const cases = casesOf({ count: 200, rightAt: () => 0.5 });
    const found = figuresOf(two, cases, cases.map(straight), 0.95);
    assert.equal(found.perCallNanoUsd, 10);
    assert.ok(found.quality.low < 0.99 && found.quality.high > 0.99);
  });
});
