import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { areaUnderRoc, brierScore, calibrationBins, calibrationError } from './calibration.ts';

test('scores that tell good from bad have an area of 1, the other way round 0, none at all a half', () => {
  assert.equal(areaUnderRoc([0.1, 0.2, 0.8], [0, 0, 1]), 1);
  assert.equal(areaUnderRoc([0.1, 0.2, 0.8], [1, 1, 0]), 0);
  assert.equal(areaUnderRoc([0.5, 0.5, 0.5, 0.5], [0, 1, 1, 0]), 0.5);
});

test('without both kinds there is no area', () => {
  assert.ok(Number.isNaN(areaUnderRoc([0.1, 0.9], [1, 1])));
  assert.ok(Number.isNaN(areaUnderRoc([], [])));
});

test('law: the area is the share of pairs in the right order, ties half', () => {
  const one = fc.record({ score: fc.integer({ min: 0, max: 4 }), label: fc.constantFrom(0, 1) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 25 }), (all) => {
      const goods = all.filter(({ label }) => label === 1);
      const bads = all.filter(({ label }) => label === 0);
      const area = areaUnderRoc(
        all.map(({ score }) => score),
        all.map(({ label }) => label),
      );
      if (goods.length === 0 || bads.length === 0) return assert.ok(Number.isNaN(area));
      let sum = 0;
      for (const good of goods)
        for (const bad of bads) sum += good.score > bad.score ? 1 : good.score === bad.score ? 0.5 : 0;
      assert.ok(Math.abs(area - sum / goods.length / bads.length) < 1e-12);
    }),
  );
});

test('chances that hold have a small error, chances that boast have that of their boasting', () => {
  const random = createRandom(7);
  const chances = Float64Array.from({ length: 20_000 }, random);
  const labels = chances.map((chance) => (random() < chance ? 1 : 0));
  assert.ok(calibrationError(chances, labels) < 0.01);
  const boasted = chances.map((chance) => Math.min(1, chance + 0.1));
  const error = calibrationError(boasted, labels);
  assert.ok(error > 0.08 && error < 0.11, `${error}`);
});

test('the Brier score of certainty is 0 or 1, of a shrug a quarter', () => {
  assert.equal(brierScore([1, 0], [1, 0]), 0);
  assert.equal(brierScore([1, 0], [0, 1]), 1);
  assert.equal(brierScore([0.5, 0.5], [0, 1]), 0.25);
});

test('bins are groups of one size by chance, and together they are everything', () => {
  const chances = [0.9, 0.1, 0.2, 0.8];
  assert.deepEqual(calibrationBins(chances, [1, 0, 1, 0], 2), [
    { count: 2, chance: (0.1 + 0.2) / 2, outcome: 0.5 },
    { count: 2, chance: (0.8 + 0.9) / 2, outcome: 0.5 },
  ]);
  const one = fc.record({ chance: fc.double({ min: 0, max: 1, noNaN: true }), label: fc.constantFrom(0, 1) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 30 }), (all) => {
      const bins = calibrationBins(
        all.map(({ chance }) => chance),
        all.map(({ label }) => label),
      );
      assert.ok(bins.length <= 10);
      assert.equal(
        bins.reduce((sum, { count }) => sum + count, 0),
        all.length,
      );
      for (const [at, { chance }] of bins.entries()) assert.ok(chance >= (bins[at - 1]?.chance ?? 0) - 1e-12);
    }),
  );
});
