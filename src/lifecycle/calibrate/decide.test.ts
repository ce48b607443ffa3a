import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cascadeOf, casesOf, dialOf } from './cascade.fixture.ts';
import { decide } from './decide.ts';
import { splitCases } from './split.ts';

const HOW = { target: { quality: 0.95, confidence: 0.95 }, minCases: 30 };
/** Right above 0.6, a coin below. */
const telling = (score: number): number => (score >= 0.6 ? 0.995 : 0.5);

describe('a threshold', () => {
  test('that tells right from wrong is taken, with what it does on the other half', () => {
    const found = decide(cascadeOf([dialOf(0.1)]), casesOf({ count: 1000, rightAt: telling }), HOW);
    assert.equal(found.verdict, 'change', found.say);
    const [threshold = 0] = found.thresholds ?? [];
    assert.ok(threshold > 0.45 && threshold < 0.65, String(threshold));
    assert.ok((found.chosen?.quality.share ?? 0) >= 0.95 && (found.inForce?.quality.share ?? 1) < 0.85);
    assert.ok((found.difference?.quality.low ?? 0) > 0.05);
    assert.ok((found.lift?.low ?? 0) > 0.2);
  });

  test('that is stricter than it has to be is loosened, which costs less', () => {
    const found = decide(cascadeOf([dialOf(0.95)]), casesOf({ count: 1000, rightAt: telling }), HOW);
    assert.equal(found.verdict, 'change', found.say);
    assert.ok((found.difference?.costNanoUsd.high ?? 0) < 0);
    assert.match(found.say, /for \d+(\.\d)? % less a call/);
  });

  test('that is as good as any is kept', () => {
    const cases = casesOf({ count: 1000, rightAt: telling });
    const [best = 0] = decide(cascadeOf([dialOf(0.95)]), cases, HOW).thresholds ?? [];
    const found = decide(cascadeOf([dialOf(best)]), cases, HOW);
    assert.deepEqual([found.verdict, found.thresholds], ['keep', [best]]);
  });

  test('is opened where every answer is good enough', () => {
    const found = decide(cascadeOf([dialOf(0.7)]), casesOf({ count: 400, rightAt: () => 0.995 }), HOW);
    assert.equal(found.verdict, 'change', found.say);
    assert.equal(found.lift, null);
    assert.equal(found.chosen?.perCallNanoUsd, 1);
  });
});

describe('no threshold', () => {
  test('is made of noise: scores that tell nothing change nothing, whatever fits the half they were chosen by', () => {
    let changed = 0;
    for (let seed = 0; seed < 60; seed++) {
      const cases = casesOf({ count: 240, rightAt: () => 0.8, seed: 500 + seed });
      if (decide(cascadeOf([dialOf(0.5)]), cases, HOW).verdict === 'change') changed++;
    }
    // The interval of the lift leaves out the truth at one side once in forty times.
    assert.ok(changed <= 3, String(changed));
  });

  test('helps where the last model alone is as cheap', () => {
    const cases = casesOf({ count: 800, rightAt: (score) => (score >= 0.9 ? 0.995 : 0.3), costs: [9, 10] });
    const found = decide(cascadeOf([dialOf(0.5)]), cases, HOW);
    assert.equal(found.verdict, 'none');
    assert.match(found.say, /sending everything to large is as cheap/);
  });

  test('reaches what the last model does not', () => {
    const found = decide(cascadeOf([dialOf(0.5)]), casesOf({ count: 800, rightAt: () => 0.5, large: 0.9 }), HOW);
    assert.equal(found.verdict, 'none');
    assert.match(found.say, /no threshold reaches 95 %: large alone is right in 9\d/);
    assert.ok(found.inForce !== null && found.straight !== null && found.chosen === null);
  });

  test('is chosen by few labels, and it is told how many it takes', () => {
    const few = decide(cascadeOf([dialOf(0.5)]), casesOf({ count: 40, rightAt: telling }), HOW);
    assert.deepEqual([few.verdict, few.inForce], ['few', null]);
    assert.match(few.say, /20 labelled answers in the smaller half, and 30 are the least/);
    const more = decide(cascadeOf([dialOf(0.5)]), casesOf({ count: 80, rightAt: telling, large: 1 }), HOW);
    assert.equal(more.verdict, 'few');
    assert.match(
      more.say,
      /cannot be shown with so few labels: large alone is right in .*; about \d+ more labels would tell/,
    );
  });
});

describe('the two halves', () => {
  test('hold every case once, do not depend on its place, and have their part of right and wrong', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(1000), (count, seed) => {
        const cases = casesOf({ count, rightAt: () => 0.7, seed });
        const { choose, report } = splitCases(cases);
        assert.ok(Math.abs(choose.length - report.length) <= 1);
        assert.equal(new Set([...choose, ...report].map(({ digest }) => digest)).size, count);
        const turned = splitCases(cases.toReversed());
        assert.deepEqual(turned, { choose, report });
        const right = (half: typeof choose): number => half.filter(({ steps }) => steps[0]?.quality === 1).length;
        assert.ok(Math.abs(right(choose) - right(report)) <= 2);
      }),
      { numRuns: 50 },
    );
  });
});
