import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Difference } from '../../stats/bootstrap.ts';
import { type Bounds, inPoints, ruleOn, signed, signedPoints } from './bounds.ts';
import type { Comparison } from './compare-runs.ts';
import { evaluatedSample } from './scripted.fixture.ts';
import { summariseRun } from './summarise-run.ts';

const WHOLE = summariseRun([evaluatedSample('a', true)], 0.95);
const UNFINISHED = summariseRun([evaluatedSample('a', true), evaluatedSample('b', null, { call: null })], 0.95);
const NONE: Bounds = { maxQualityDrop: null, maxCostRise: null, isStrict: false, minSamples: 30 };
const FLAT: Difference = { mean: 0, low: 0, high: 0 };

function comparison(more: Partial<Comparison> = {}): Comparison {
  return {
    against: { id: 'r1', startedAt: '', file: '', route: '', isSameConfig: false, judgedAgain: 0 },
    pairs: 100,
    quality: FLAT,
    costRise: FLAT,
    cost: { pairs: 100, beforeNanoUsd: 1, afterNanoUsd: 1 },
    regressions: [],
    improvements: [],
    ...more,
  };
}

const code = (found: Partial<Comparison>, bounds: Partial<Bounds>, summary = WHOLE) =>
  ruleOn(summary, comparison(found), { ...NONE, ...bounds }).exitCode;

describe('a drop of quality', () => {
  const bounds = { maxQualityDrop: 0.01 };

  test('breaks its bound when even the best of the interval is beyond it', () => {
    assert.equal(code({ quality: { mean: -0.05, low: -0.08, high: -0.02 } }, bounds), 1);
    assert.equal(code({ quality: { mean: -0.05, low: -0.1, high: 0 } }, bounds), 0, 'chance may explain it');
    assert.equal(code({ quality: { mean: -0.01, low: -0.01, high: -0.01 } }, bounds), 0, 'the bound itself is kept');
  });

  test('breaks it with --strict by the figure alone', () => {
    const quality = { mean: -0.05, low: -0.1, high: 0 };
    assert.equal(code({ quality }, { ...bounds, isStrict: true }), 1);
    assert.equal(code({ quality: { mean: -0.005, low: -0.1, high: 0.1 } }, { ...bounds, isStrict: true }), 0);
  });

  test('that is not ruled out is told even where the bound is kept', () => {
    const { sentences } = ruleOn(WHOLE, comparison({ quality: { mean: 0, low: -0.04, high: 0.04 } }), {
      ...NONE,
      ...bounds,
    });
    assert.deepEqual(sentences, [
      'Within the bounds, but a drop by 4 points is not ruled out: more samples would tell.',
    ]);
  });

  test('is not ruled out by a few samples that all came out the same', () => {
    const say = (pairs: number): string =>
      ruleOn(WHOLE, comparison({ pairs }), { ...NONE, maxQualityDrop: 0.01 }).sentences[0] ?? '';
    assert.equal(
      say(100),
      "Within the bounds, but a drop by 3.7 points (by Wilson's interval for the 0 of 100 that fail only now) is not ruled out: more samples would tell.",
    );
    assert.equal(say(1000), 'Within the bounds.');
  });

  test('is nothing where no bound was set', () => {
    assert.equal(code({ quality: { mean: -0.9, low: -1, high: -0.8 } }, {}), 0);
  });
});

describe('a rise of cost', () => {
  const bounds = { maxCostRise: 0.1 };

  test('breaks its bound when even the least of the interval is beyond it', () => {
    assert.equal(code({ costRise: { mean: 0.5, low: 0.2, high: 0.8 } }, bounds), 1);
    assert.equal(code({ costRise: { mean: 0.5, low: 0.05, high: 0.8 } }, bounds), 0);
    assert.equal(code({ costRise: { mean: 0.5, low: 0.05, high: 0.8 } }, { ...bounds, isStrict: true }), 1);
    assert.equal(
      code(
        { costRise: { mean: Number.POSITIVE_INFINITY, low: Number.POSITIVE_INFINITY, high: Number.POSITIVE_INFINITY } },
        bounds,
      ),
      1,
    );
  });

  test('needs costs that are known in both runs', () => {
    assert.equal(code({ costRise: null, cost: null }, bounds), 2);
    assert.equal(code({ costRise: FLAT, cost: { pairs: 29, beforeNanoUsd: 1, afterNanoUsd: 1 } }, bounds), 2);
  });
});

test('every bound that is not ruled out is told, of quality and of cost', () => {
  const say = (found: Partial<Comparison>, maxCostRise: number): string[] =>
    ruleOn(WHOLE, comparison(found), { ...NONE, maxQualityDrop: 0.01, maxCostRise }).sentences;
  const costRise = { mean: 0.258, low: 0, high: 0.765 };
  assert.deepEqual(say({ costRise, pairs: 1000 }, 0.1), [
    'Within the bounds, but a rise of the cost by 76.5 % is not ruled out: more samples would tell.',
  ]);
  assert.deepEqual(say({ costRise, quality: { mean: 0, low: -0.04, high: 0.04 } }, 0.1), [
    'Within the bounds, but a drop by 4 points and a rise of the cost by 76.5 % are not ruled out: more samples would tell.',
  ]);
  assert.deepEqual(say({ costRise, pairs: 1000 }, 0.8), ['Within the bounds.']);
});

test('one point is one point', () => {
  assert.deepEqual(
    [0.01, 0.001, 0.02, 0].map((value) => inPoints(value)),
    ['1 point', '0.1 points', '2 points', '0 points'],
  );
  assert.equal(inPoints(-0.01, signedPoints), '-1 point');
  const { sentences } = ruleOn(WHOLE, comparison({ quality: { mean: -0.05, low: -0.08, high: -0.02 } }), {
    ...NONE,
    maxQualityDrop: 0.01,
  });
  assert.match(sentences[0] ?? '', /^The pass rate has dropped by more than 1 point: at the very least it is -2 /);
});

describe('too little evidence', () => {
  test('is an unfinished run, with bounds or without', () => {
    assert.equal(code({}, {}, UNFINISHED), 2);
    assert.equal(ruleOn(UNFINISHED, null, NONE).exitCode, 2);
    assert.match(ruleOn(UNFINISHED, null, NONE).sentences[0] ?? '', /^1 of 2 samples have no verdict yet/);
  });

  test('is too few samples in common for a bound on quality, however alike they are', () => {
    assert.equal(code({ pairs: 29 }, { maxQualityDrop: 0.01 }), 2);
    assert.equal(code({ pairs: 30 }, { maxQualityDrop: 0.01 }), 0);
    assert.equal(code({ pairs: 1 }, {}), 0, 'without a bound nothing is asked of it');
  });

  test('is a bound with nothing to hold it against', () => {
    assert.equal(ruleOn(WHOLE, null, { ...NONE, maxCostRise: 0.1 }).exitCode, 2);
    assert.equal(ruleOn(WHOLE, null, NONE).exitCode, 0);
  });

  test('is no excuse for a bound that is broken for certain, and keeps --strict from judging by chance', () => {
    const bounds = { maxQualityDrop: 0.01 };
    assert.equal(code({ quality: { mean: -0.5, low: -0.6, high: -0.4 } }, bounds, UNFINISHED), 1);
    const unsure = { quality: { mean: -0.5, low: -1, high: 0.2 }, pairs: 3 };
    assert.equal(code(unsure, { ...bounds, isStrict: true }), 2);
  });
});

test('differences are told with their sign, of pass rates in points', () => {
  assert.deepEqual([signed(0.105), signed(-0.2), signed(0)], ['+10.5 %', '-20 %', '0 %']);
  assert.deepEqual([signedPoints(0.015), signedPoints(-0.2), signedPoints(0)], ['+1.5', '-20', '0']);
});
