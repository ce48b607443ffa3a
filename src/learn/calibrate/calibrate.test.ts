import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { calibrationError } from '../metrics/calibration.ts';
import { type Curve, calibrate, chanceOf, known, type Labelled, readCurve, writeCurve } from './calibrate.ts';
import { fitIsotonic } from './isotonic.ts';
import { fitPlatt } from './platt.ts';

function near(actual: number, expected: number, within = 1e-6): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
}

const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
const rows = (count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => at);

/** Scores from -1 to 1 whose chances are what a function says. */
function drawn(count: number, seed: number, chance: (score: number) => number): Labelled {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: count }, () => 2 * random() - 1);
  return { scores, labels: scores.map((score) => Number(random() < chance(score))), weights: ones(count) };
}

const curveOf = (slope: number, offset: number) => (score: number) => 1 / (1 + Math.exp(-slope * score - offset));
const stepped = (score: number): number => (score < -0.5 ? 0.05 : score < 0.6 ? 0.5 : 0.95);

const anyLabelled = fc
  .array(
    fc.tuple(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 9 }),
    ),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((points) => ({
    scores: points.map(([score]) => score),
    labels: points.map(([, label]) => label),
    weights: points.map(([, , weight]) => weight),
  }));

describe("Platt's curve", () => {
  test('finds the curve that the labels were drawn from', () => {
    const { slope, offset } = fitPlatt(drawn(20_000, 1, curveOf(3, -1)));
    near(slope, 3, 0.15);
    near(offset, -1, 0.08);
  });

  test('is flat, at his smoothed share, where a higher score means less', () => {
    const curve = fitPlatt({ scores: [1, 2, 3, 4], labels: [1, 1, 0, 0], weights: ones(4) });
    near(curve.slope, 0);
    near(chanceOf(curve, 1), 0.5);
    // (3 + 1) / (3 + 2) for the good ones and 1 / (1 + 2) for the bad one, the mean of three of those and one of this.
    near(
      chanceOf(fitPlatt({ scores: [1, 1, 1, 1], labels: [1, 1, 1, 0], weights: ones(4) }), 1),
      (3 * 0.8 + 1 / 3) / 4,
    );
  });

  test('is sure of nothing, however well few labels are told apart', () => {
    const curve = fitPlatt({ scores: [0, 1, 2, 3], labels: [0, 0, 1, 1], weights: ones(4) });
    assert.ok(chanceOf(curve, 3) < 0.9 && chanceOf(curve, 3) > 0.6);
    near(chanceOf(fitPlatt({ scores: [], labels: [], weights: [] }), 7), 0.5);
  });
});

describe('the isotonic curve', () => {
  test('pools what falls: a worked example', () => {
    const curve = fitIsotonic({ scores: [1, 2, 3, 4, 5], labels: [0, 1, 0.5, 0.25, 1], weights: [4, 1, 1, 2, 4] });
    // 1, 0.5, 0.25 and 0.25 are one step of 0.5 at the score 13 / 4; the ends are cut at 1 / 6.
    assert.deepEqual(curve.scores, [1, 13 / 4, 5]);
    near(curve.chances[0] as number, 1 / 6);
    near(curve.chances[1] as number, 0.5);
    near(curve.chances[2] as number, 5 / 6);
  });

  test('has few steps, however many scores there are', () => {
    const curve = fitIsotonic(drawn(20_000, 2, curveOf(8, 0)));
    assert.ok(curve.scores.length > 10 && curve.scores.length <= 41, String(curve.scores.length));
  });

  test('finds the chances of a curve that is no logistic one', () => {
    const curve = fitIsotonic(drawn(20_000, 3, stepped));
    for (const score of [-0.9, -0.7, -0.2, 0, 0.3, 0.8]) near(chanceOf(curve, score), stepped(score), 0.03);
  });
});

describe('calibration', () => {
  test('takes the curve whose shape is that of the labels', () => {
    const logistic = drawn(3000, 4, curveOf(2, 0.5));
    const steps = drawn(3000, 5, stepped);
    assert.equal(calibrate(logistic, rows(3000), 1).kind, 'platt');
    assert.equal(calibrate(steps, rows(3000), 1).kind, 'isotonic');
    assert.equal(calibrate(drawn(90, 6, stepped), rows(90), 1).kind, 'platt');
  });

  test('makes chances that come true for labels that come later', () => {
    for (const chance of [curveOf(4, -1), stepped]) {
      const curve = calibrate(drawn(4000, 7, chance), rows(4000), 1);
      const later = drawn(4000, 8, chance);
      assert.ok(
        calibrationError(
          Array.from(later.scores, (score) => chanceOf(curve, score)),
          later.labels,
        ) < 0.045,
      );
      assert.ok(calibrationError(later.scores, later.labels) > 0.1);
    }
  });

  test('looks at known labels only', () => {
    const { labelled, families } = known(
      { scores: [1, 2, 3], labels: [0, Number.NaN, 1], weights: [1, 2, 3] },
      rows(3),
    );
    assert.deepEqual(Array.from(labelled.scores), [1, 3]);
    assert.deepEqual(Array.from(labelled.weights), [1, 3]);
    assert.deepEqual([...families], [0, 2]);
  });

  for (const [name, fit] of [
    ['Platt', fitPlatt],
    ['isotonic', fitIsotonic],
  ] as const) {
    test(`never falls, and is a chance for every score (${name})`, () => {
      fc.assert(
        fc.property(anyLabelled, fc.array(fc.double(), { maxLength: 20 }), (labelled, others) => {
          const curve: Curve = fit(labelled);
          const chances = [...labelled.scores, ...others.filter((score) => !Number.isNaN(score))]
            .toSorted((one, other) => one - other)
            .map((score) => chanceOf(curve, score));
          for (const [at, chance] of chances.entries()) {
            assert.ok(chance >= 0 && chance <= 1, `${chance}`);
            assert.ok(at === 0 || chance >= (chances[at - 1] as number));
          }
          assert.ok(chanceOf(curve, Number.NaN) <= (chances[0] as number));
        }),
      );
    });

    test(`takes a weight of 2 as two of the same (${name})`, () => {
      fc.assert(
        fc.property(anyLabelled, ({ scores, labels }) => {
          const twice = fit({
            scores: [...scores, scores[0] as number],
            labels: [...labels, labels[0] as number],
            weights: ones(scores.length + 1),
          });
          const heavy = fit({ scores, labels, weights: ones(scores.length).fill(2, 0, 1) });
          for (const score of scores) near(chanceOf(heavy, score), chanceOf(twice, score), 1e-4);
        }),
      );
    });

    test(`is read as it was written (${name})`, () => {
      fc.assert(
        fc.property(anyLabelled, (labelled) => {
          const curve = fit(labelled);
          assert.deepEqual(readCurve(JSON.parse(JSON.stringify(writeCurve(curve)))), JSON.parse(JSON.stringify(curve)));
        }),
      );
    });
  }

  test('refuses curves that are none', () => {
    for (const wrong of [
      null,
      { kind: 'beta' },
      { kind: 'platt', slope: -1, offset: 0 },
      { kind: 'platt', slope: 1, offset: null },
      { kind: 'isotonic', scores: [], chances: [] },
      { kind: 'isotonic', scores: [1, 1], chances: [0, 1] },
      { kind: 'isotonic', scores: [1, 2], chances: [0.5, 0.4] },
      { kind: 'isotonic', scores: [1, 2], chances: [0.5] },
      { kind: 'isotonic', scores: [1, 2], chances: [0.5, 1.4] },
      { kind: 'isotonic', scores: ['1'], chances: [0.5] },
    ])
      assert.throws(() => readCurve(wrong), Error);
  });
});
