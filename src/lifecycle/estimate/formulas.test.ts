import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fraction } from '../../stats/fraction.ts';
import {
  bestOrder,
  callsToPay,
  cascadeBreakEven,
  cascadeCost,
  choiceBounds,
  choiceCost,
  choiceShares,
  mixBreakEvenOverhead,
  mixBreakEvenShare,
  reachBounds,
  reaches,
  type Step,
  stepBreakEvens,
} from './formulas.ts';

const of = (value: number): Fraction => Fraction.of(value);
const step = (cost: number, passRate: number): Step => ({ cost: of(cost), passRate: of(passRate) });
const numbers = (values: readonly (Fraction | null)[]): (number | null)[] =>
  values.map((value) => value?.toNumber() ?? null);

describe('a cascade', () => {
  test('of two costs the cheap model and the strong one for what fails', () => {
    assert.equal(cascadeCost([step(180, 0.7), step(540, 1)]).toNumber(), 342);
  });

  test('of three pays each for what reaches it', () => {
    const steps = [step(1, 0.6), step(3, 0.8), step(5, 0)];
    assert.deepEqual(numbers(reaches(steps.map(({ passRate }) => passRate))), [1, 0.4, 0.08]);
    assert.equal(cascadeCost(steps).toNumber(), 1 + 0.4 * 3 + 0.08 * 5);
  });

  test('of one is that one, whatever it passes', () => {
    assert.equal(cascadeCost([step(5, 0)]).toNumber(), 5);
    assert.equal(cascadeCost([step(5, 1)]).toNumber(), 5);
    assert.equal(cascadeCost([]).toNumber(), 0);
  });

  test('costs both models when nothing passes, and the cheap one alone when everything does', () => {
    assert.equal(cascadeCost([step(1, 0), step(5, 1)]).toNumber(), 6);
    assert.equal(cascadeCost([step(1, 1), step(5, 1)]).toNumber(), 1);
  });

  test('breaks even at the cheap price over the strong one', () => {
    assert.equal(cascadeBreakEven([step(180, 0.7), step(540, 1)])?.toNumber(4), 0.3333);
  });

  test('of a dear first model breaks even above all pass rates, which is never', () => {
    assert.equal(cascadeBreakEven([step(6, 0.9), step(5, 1)])?.toNumber(), 1.2);
  });

  test('has no break-even where what comes after is free, or pays with a first model that never passes', () => {
    assert.equal(cascadeBreakEven([step(1, 0.5), step(0, 1)]), null);
    // 1 + (1 - 0) (1 + 0.1 x 10) = 3, below 10.
    assert.equal(cascadeBreakEven([step(1, 0), step(1, 0.9), step(10, 1)]), null);
    assert.equal(cascadeBreakEven([step(1, 0)]), null);
    assert.equal(cascadeBreakEven([]), null);
  });

  test('tells of every step from which pass rate on it pays beside those behind it', () => {
    const steps = [step(540, 0.8), step(180, 0.6), step(900, 1)];
    // Behind the first: 180 + 0.4 x 900 = 540; behind the second: 900.
    assert.deepEqual(numbers(stepBreakEvens(steps)), [1, 0.2]);
    assert.deepEqual(stepBreakEvens([step(1, 1), step(0, 1)]), [null]);
  });

  test('costs least in the order of cost over pass rate, its last model staying last', () => {
    assert.deepEqual(bestOrder([step(540, 0.8), step(180, 0.6), step(900, 1)]), [1, 0, 2]);
    assert.deepEqual(bestOrder([step(1, 0.5), step(3, 0.9), step(0.1, 1)]), [0, 1, 2]);
    assert.deepEqual(bestOrder([step(1, 0), step(9, 0.1), step(10, 1)]), [1, 0, 2]);
    assert.deepEqual(bestOrder([step(1, 0.5)]), [0]);
    assert.deepEqual(bestOrder([]), []);
  });

  test('is reached within bounds that do not rest on independence', () => {
    const failure = (low: number, high: number) => ({ low: of(low), high: of(high) });
    const bounds = reachBounds([failure(0.4, 0.4), failure(0.2, 0.2), failure(0, 0)]);
    assert.deepEqual(numbers(bounds.map(({ low }) => low)), [1, 0.4, 0]);
    assert.deepEqual(numbers(bounds.map(({ high }) => high)), [1, 0.4, 0.2]);
    // Failures of 0.8 and 0.7 must meet in at least half of the calls.
    const often = reachBounds([failure(0.8, 0.9), failure(0.7, 0.75), failure(0, 0)]);
    assert.deepEqual(numbers(often.map(({ low }) => low)), [1, 0.8, 0.5]);
    assert.deepEqual(numbers(often.map(({ high }) => high)), [1, 0.9, 0.75]);
  });
});

describe('a predictor', () => {
  const mix = (share: number, overhead: number) => ({
    cheap: of(0.002),
    strong: of(0.01),
    share: of(share),
    overhead: of(overhead),
  });

  test('costs each model for its share of the calls', () => {
    assert.equal(choiceCost([step(0.002, 0.7), step(0.01, 1)]).toNumber(), 0.0044);
    assert.equal(choiceCost([step(1, 0), step(5, 0)]).toNumber(), 5);
    assert.equal(choiceCost([step(1, 1), step(5, 0)]).toNumber(), 1);
  });

  test('sends each call to the first model that passes it, and the rest to the last', () => {
    assert.deepEqual(numbers(choiceShares([step(1, 0.6), step(3, 0.8), step(5, 0)])), [0.6, 0.32, 0.08]);
  });

  test('leaves between the bounds of what reaches each model', () => {
    const reach = [
      { low: of(1), high: of(1) },
      { low: of(0.3), high: of(0.5) },
      { low: of(0), high: of(0.2) },
    ];
    const { low, high } = choiceBounds([of(1), of(3), of(5)], reach);
    assert.deepEqual(numbers([low, high]), [1 + 0.3 * 2 + 0, 1 + 0.5 * 2 + 0.2 * 2]);
  });

  test('leaves the most at the other end of a share where the next model is cheaper', () => {
    const reach = [
      { low: of(1), high: of(1) },
      { low: of(0.3), high: of(0.5) },
    ];
    assert.deepEqual(numbers(Object.values(choiceBounds([of(3), of(1)], reach))), [2, 2.4]);
  });

  test('pays while it costs less than it spares', () => {
    assert.equal(mixBreakEvenOverhead(mix(0.7, 0.001)).toNumber(), 0.0056);
    assert.equal(mixBreakEvenShare(mix(0.7, 0.001))?.toNumber(), 0.125);
  });

  test('never pays beside a strong model that is as cheap', () => {
    const equal = { ...mix(0.7, 0.001), cheap: of(0.01) };
    assert.equal(mixBreakEvenShare(equal), null);
    assert.equal(mixBreakEvenOverhead(equal).toNumber(), 0);
  });
});

describe('a fixed cost', () => {
  test('is earned back by the first whole call that covers it', () => {
    assert.equal(callsToPay(of(50), of(0.00152)), 32_895n);
    assert.equal(callsToPay(of(10), of(0.5)), 20n);
    assert.equal(callsToPay(of(0), of(0.5)), 0n);
  });

  test('is earned back by no volume where calls save nothing', () => {
    assert.equal(callsToPay(of(50), of(0)), null);
    assert.equal(callsToPay(of(50), of(-0.1)), null);
  });
});
