import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wilson } from '../../stats/proportion.ts';
import { judgeRate, percent, percentRange } from './verdict.ts';

test('only all is 100 % and only nothing is 0 %', () => {
  assert.deepEqual([0, 1e-9, 0.975, 0.99999, 1].map(percent), ['0 %', '0.1 %', '97.5 %', '99.9 %', '100 %']);
});

test('the ends of an interval are cut off, so that what is said of it never reaches a threshold that it does not', () => {
  assert.equal(percentRange({ low: 0.94996, high: 0.9922 }), '94.9 % to 99.2 %');
  // Tenths that binary fractions cannot hold are not taken for less.
  assert.equal(percentRange({ low: 0.57, high: 0.951 }), '57 % to 95.1 %');
});

test('whoever reads the interval comes to the verdict', () => {
  const thresholds = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, part) => {
      const passed = Math.round(trials * part);
      const rate = { share: passed / trials, ...wilson(passed, trials), trials };
      const [low = 0, high = 0] = percentRange(rate)
        .split(' to ')
        .map((end) => Number(end.replace(' %', '')));
      const read = low >= 95 ? 'default' : low >= 85 && high < 95 ? 'gated' : high < 85 ? 'next' : 'undecided';
      assert.equal(read, judgeRate(rate, trials, thresholds).verdict, percentRange(rate));
    }),
  );
});
