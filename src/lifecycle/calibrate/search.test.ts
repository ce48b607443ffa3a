import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { cascadeOf, casesOf, dialOf, stepOf } from './cascade.fixture.ts';
import type { Case } from './cascade.ts';
import { numbersOf, roundBetween, searchThresholds, tryOut } from './search.ts';

const TARGET = { quality: 0.95, confidence: 0.95 };

describe('the search', () => {
  test('finds the threshold that was planted', () => {
    // Right above 0.6, a coin below: any answer below costs quality, any above saves money.
    const cases = casesOf({ count: 1500, rightAt: (score) => (score >= 0.6 ? 1 : 0.4), large: 1 });
    const found = searchThresholds(cascadeOf([dialOf(0.9)]), cases, { ...TARGET, quality: 0.99 });
    assert.ok(found !== null);
    assert.ok((found.thresholds[0] ?? 0) > 0.57 && (found.thresholds[0] ?? 1) <= 0.61, String(found.thresholds));
  });

  test('with one dial is as good as trying everything', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.5, max: 0.97, noNaN: true }),
        (seed, quality) => {
          const cases = casesOf({ count: 80, rightAt: (score) => 0.3 + 0.7 * score, seed });
          const cascade = cascadeOf([dialOf(0.5)]);
          const target = { quality, confidence: 0.9 };
          const found = searchThresholds(cascade, cases, target);
          const all = [0, 0.5, ...cases.map(({ steps }) => steps[0]?.measures[0] ?? 0)]
            .map((number) => tryOut(cascade, cases, { thresholds: [number], confidence: 0.9 }))
            .filter(({ least }) => least >= quality);
          const cheapest = Math.min(...all.map(({ perCallNanoUsd }) => perCallNanoUsd));
          assert.equal(found?.perCallNanoUsd ?? Number.POSITIVE_INFINITY, cheapest);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('turns two dials where each tells something', () => {
    const random = createRandom(3);
    const cases = Array.from({ length: 1500 }, (_, at): Case => {
      const [score, length] = [Math.round(random() * 100) / 100, Math.floor(random() * 100)];
      const isRight = score >= 0.5 && length <= 70 ? 1 : random() < 0.3 ? 1 : 0;
      return {
        digest: `d${at}`,
        weight: 1,
        steps: [stepOf(isRight, [score, length]), stepOf(1, [1, 1], { costNanoUsd: 10 })],
      };
    });
    const dials = [dialOf(0.1), dialOf(100, { side: 'max', unit: 'whole' })];
    const found = searchThresholds(cascadeOf(dials), cases, { ...TARGET, quality: 0.98 });
    const [score = 0, length = 0] = found?.thresholds ?? [];
    assert.ok(score >= 0.45 && score <= 0.51, String(score));
    assert.ok(length >= 68 && length <= 75, String(length));
  });

  test('leaves a dial that is not free where it is', () => {
    const cases = casesOf({ count: 300, rightAt: (score) => (score > 0.5 ? 1 : 0) }).map((one) => ({
      ...one,
      steps: one.steps.map((step) => ({
        ...step,
        measures: [step.measures[0] as number, step.measures[0] as number],
        measureCosts: [0, 0],
      })),
    }));
    const found = searchThresholds(cascadeOf([dialOf(0.8, { isFree: false }), dialOf(0)]), cases, {
      ...TARGET,
      quality: 0.9,
    });
    assert.equal(found?.thresholds[0], 0.8);
  });

  test('finds none where none is good enough', () => {
    const cases = casesOf({ count: 300, rightAt: () => 0.5, large: 0.8 });
    assert.equal(searchThresholds(cascadeOf([dialOf(0.5)]), cases, TARGET), null);
  });

  test('opens the gate where the cheap model is good enough as it is', () => {
    const cases = casesOf({ count: 400, rightAt: () => 1 });
    const found = searchThresholds(cascadeOf([dialOf(0.9)]), cases, TARGET);
    assert.equal(found?.perCallNanoUsd, 1);
  });
});

describe('numbers to turn a dial to', () => {
  test('are round, and divide the measures as any others would', () => {
    const measure = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(measure, measure, (one, other) => {
        const [below, to] = [Math.min(one, other), Math.max(one, other)];
        if (below === to) return;
        const number = roundBetween(below, to);
        assert.ok(number > below && number <= to, `${below} < ${number} <= ${to}`);
      }),
    );
    assert.equal(roundBetween(0.6812, 0.7431), 0.7);
    assert.equal(roundBetween(0.71, 0.72), 0.72);
    assert.equal(roundBetween(-1, 0.3), 0);
  });

  test('hold the one in force, and are few however many measures there are', () => {
    const measures = Array.from({ length: 5000 }, (_, at) => at / 5000);
    const numbers = numbersOf(dialOf(0.123456), measures);
    assert.ok(numbers.includes(0.123456) && numbers.length <= 102);
    assert.deepEqual(numbersOf(dialOf(5, { unit: 'whole', side: 'max' }), [3, 9, 3]), [5, 3, 9]);
    assert.deepEqual(numbersOf(dialOf(0.5), []), [0.5]);
  });
});
